"""A small billed world for tests of pages and reads, loaded through the real import.

alice and bob live at 000100 (electricity, and hot water with two parts, a row that does not add up, a payment
taken back); charlie holds 000200 (electricity only). 000300 never paid, 000400 was closed two years ago,
000500 was never charged.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from abonent.base.months import Month

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATEST = Month(2026, 10)

ORGANISATIONS = "code,name_ru,name_kk\nours,ТОО «Свет»,«Жарық» ЖШС\nheat,АО «Тепло»,\n"
SERVICES = """code,organisation,parent,position,name_ru,name_kk
power,ours,,1,Электроэнергия,Электр энергиясы
hot,heat,,2,Горячая вода,Ыстық су
hot-cold,heat,hot,1,в т.ч. холодная вода,
hot-heat,heat,hot,2,в т.ч. подогрев,
"""
ACCOUNTS = """number,organisation,payer,address,flat,residents,area,closed_on
000100,ours,Ахметова Айгүл Ерланқызы,"г. Алматы, ул. Абая, 1",12,3,54.30,
000200,ours,Ли Чарли,"г. Алматы, ул. Абая, 2",,1,,
000300,ours,Ким Вера,"г. Алматы, ул. Абая, 3",7,,,
000400,ours,Пак Юрий,"г. Алматы, ул. Абая, 4",,2,,2024-10-15
000500,ours,Цой Анна,"г. Алматы, ул. Абая, 5",,2,,
"""
METERS = """account,service,serial,planned_replacement_on,removed_on
000100,power,A-1,2027-05-12,
000100,power,OLD,2020-01-01,2021-01-01
"""
PAYMENTS = """source,id,account,paid_on,amount,bank
bank,1,000100,2026-09-12,1500.00,Kaspi Bank
bank,2,000100,2026-10-12,1500.00,Kaspi Bank
bank,3,000100,2026-10-13,-500.00,Kaspi Bank
bank,4,000100,2026-11-03,700.00,Казпочта
bank,5,000200,2026-10-01,99.99,
"""
HEAD = "account,month,service,opening,accrued,corrections,paid,closing,tariff\n"


def files(*, months: int = 3, **others: str) -> dict[str, str]:
    """The bundle's files with `months` months of charges up to LATEST."""
    return {
        "organisations": ORGANISATIONS,
        "services": SERVICES,
        "accounts": ACCOUNTS,
        "meters": METERS,
        "payments": PAYMENTS,
        "charges": HEAD + "".join(_charges(months)),
    } | others


def _charges(months: int) -> Iterator[str]:
    for month in (LATEST - (months - 1)).through(LATEST):
        last = month == LATEST
        yield f"000100,{month},power,100.00,1000.00,{'-20.50' if last else '0.00'},1000.00,"
        yield f"{'79.50' if last else '100.00'},24.35\n"
        yield f"000100,{month},hot,0.00,300.00,0.00,300.00,{'0.07' if last else '0.00'},\n"
        yield f"000100,{month},hot-cold,0.00,100.00,0.00,0.00,100.00,13.03\n"
        yield f"000100,{month},hot-heat,0.00,200.00,0.00,0.00,200.00,62.57\n"
        yield f"000200,{month},power,-50.00,99.99,0.00,99.99,-50.00,24.35\n"
        yield f"000300,{month},power,0.00,10.00,0.00,0.00,10.00,24.35\n"
    for month in (Month(2024, 8), Month(2024, 9)):
        yield f"000400,{month},power,5.00,5.00,0.00,10.00,0.00,20.00\n"


def load(folder: Path, given: Mapping[str, str], *, now: datetime = NOW) -> Any:
    """Import the files; they must be good."""
    from abonent.exchange.operations import import_bundle

    for name, text in given.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return import_bundle(path=folder, dry_run=False, now=now)


def people(*, linked: Mapping[str, Iterable[str]], now: datetime = NOW, **facts: Any) -> dict[str, Any]:
    """alice, bob, … with links to accounts by their keys: `people(linked={"alice": ["100", "200"]})`."""
    from abonent.accounts.models import Account, AccountLink
    from abonent.users.models import User

    made = {}
    for login, keys in linked.items():
        person = User.objects.create_user(
            login,
            f"{login}@example.kz",
            **({"full_name": login.title(), "email_confirmed": True, "language": "ru"} | facts),
        )
        for key in keys:
            account = Account.objects.get(key=key)
            AccountLink.objects.create(user=person, account=account, method="payment", created_at=now)
        made[login] = person
    return made
