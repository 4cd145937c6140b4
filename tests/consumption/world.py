"""A small world with meters and tariffs, loaded through the real import and the real loading of tariffs.

000100: one rate, 100 kWh a month (120 in October), charged as the tariff says. 000200: day and night on the
tariff `zones`; in October the supplier charged 100 more than the tariff. 000300: no meter. The service is
`power`, whose own tariff is `flat`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from abonent.base.months import Month
from tests import billed
from tests.tariffs.files import FLAT, LEVELS, ZONES

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
OCTOBER = Month(2026, 10)
MONTHS = 26

SERVICES = """code,organisation,parent,position,name_ru,name_kk,unit_ru
power,ours,,1,Электроэнергия,Электр энергиясы,кВт·ч
power-day,ours,power,1,в т.ч. день,,кВт·ч
power-night,ours,power,2,в т.ч. ночь,,кВт·ч
hot,heat,,2,Горячая вода,Ыстық су,м³
hot-cold,heat,hot,1,в т.ч. холодная вода,,м³
hot-heat,heat,hot,2,в т.ч. подогрев,,Гкал
"""
ACCOUNTS = """number,organisation,payer,address,flat,residents,area,closed_on,categories
000100,ours,Ахметова Айгүл Ерланқызы,"г. Алматы, ул. Абая, 1",12,3,54.30,,electric_stove
000200,ours,Ли Чарли,"г. Алматы, ул. Абая, 2",,1,,,
000300,ours,Ким Вера,"г. Алматы, ул. Абая, 3",7,,,,
"""
METERS = """account,service,serial,scales,digits,tariff
000100,power,A-1,1,5,
000200,power,B-2,2,6,zones
"""
CHARGES = "account,month,service,opening,accrued,corrections,paid,closing,volume,tariff\n"


def _charge(account: str, month: Month, service: str, accrued: str, volume: str, tariff: str) -> str:
    return f"{account},{month},{service},0.00,{accrued},0.00,0.00,{accrued},{volume},{tariff}\n"


def charges(months: int = MONTHS) -> Iterator[str]:
    yield CHARGES
    for month in (OCTOBER - (months - 1)).through(OCTOBER):
        if month == OCTOBER:
            yield _charge("000100", month, "power", "2922.00", "120", "24.35")
            yield _charge("000200", month, "power", "2300.00", "100", "")
        else:
            yield _charge("000100", month, "power", "2000.00", "100", "20.00")
            yield _charge("000200", month, "power", "2200.00", "100", "")
        yield _charge("000200", month, "power-day", "1800.00", "60", "30.00")
        yield _charge("000200", month, "power-night", "400.00", "40", "10.00")
        yield _charge("000300", month, "power", "1000.00", "50", "20.00")
        yield _charge("000100", month, "hot", "300.00", "", "")
        yield _charge("000100", month, "hot-cold", "100.00", "2", "50.00")
        yield _charge("000100", month, "hot-heat", "200.00", "0.15", "1333.33333")


def readings() -> Iterator[str]:
    yield "account,serial,scale,taken_on,source,value\n"
    one, day, night = 1000, 500, 300
    for month in (OCTOBER - MONTHS).through(OCTOBER):
        taken = month.first_day.replace(day=20)
        source = "estimate" if month == Month(2026, 6) else "customer"
        yield f"000100,A-1,total,{taken},{source},{one}\n"
        yield f"000200,B-2,day,{taken},inspector,{day}\n"
        yield f"000200,B-2,night,{taken},inspector,{night}\n"
        one, day, night = one + (120 if month == OCTOBER - 1 else 100), day + 60, night + 40


def files(months: int, **others: str) -> dict[str, str]:
    return {
        "organisations": billed.ORGANISATIONS,
        "services": SERVICES,
        "accounts": ACCOUNTS,
        "meters": METERS,
        "readings": "".join(readings()),
        "charges": "".join(charges(months)),
    } | others


def load(
    folder: Path, *, tariffs: tuple[str, ...] = (FLAT, LEVELS, ZONES), months: int = 2, **others: str
) -> None:
    """`months` of charges, and all readings: each month is a table, which takes its time to make."""
    billed.load(folder, files(months, **others), now=NOW)
    for text in tariffs:
        load_tariff(text)


def load_tariff(text: str, *, on: date | None = None) -> Any:
    from abonent.tariffs.operations import load_tariff

    return load_tariff(text=text, filename="power.toml", by="alice", takes_effect_on=on, now=NOW)


def version() -> int:
    from abonent.portal.models import DataVersion

    return DataVersion.objects.get().version


def account(key: str) -> int:
    from abonent.accounts.models import Account

    return int(Account.objects.get(key=key).pk)


def meter(serial: str) -> int:
    from abonent.metering.models import Meter

    return int(Meter.objects.get(serial=serial).pk)


def shown() -> dict[str, Any]:
    return {"language": "ru", "version": version()}
