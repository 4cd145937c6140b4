"""An account with two years of readings and charges, for the pages of consumption and of the calculator.

alice and bob live at 000100: a meter of day and night (October estimated), hot water without a meter, a lift;
the meter counts 100 by day and 40 by night a month, 10 less of each a year before. charlie holds 000200: a
meter of one scale, charged by a tariff of levels; and 000300, without a meter and never charged.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from abonent.base.months import Month
from tests import billed

NOW, LATEST = billed.NOW, billed.LATEST
FIRST = Month(2024, 11)

SERVICES = """code,organisation,parent,position,name_ru,name_kk,unit_ru,unit_kk
power,ours,,1,Электроэнергия,Электр энергиясы,кВт·ч,кВт·сағ
hot,heat,,2,Горячая вода,Ыстық су,м³,м³
hot-cold,heat,hot,1,в т.ч. холодная вода,,м³,
hot-heat,heat,hot,2,в т.ч. подогрев,,м³,
lift,ours,,3,Лифт,,,
"""
ACCOUNTS = """number,organisation,payer,address,residents
000100,ours,Ахметова Айгүл Ерланқызы,"г. Алматы, ул. Абая, 1",2
000200,ours,Ли Чарли,"г. Алматы, ул. Абая, 2",
000300,ours,Цой Анна,"г. Алматы, ул. Абая, 5",2
"""
METERS = """account,service,serial,scales,tariff
000100,power,A-1,2,
000200,power,B-1,1,levels
"""
TARIFFS = {
    "zones": """
code = "zones"
service = "power"
currency = "KZT"
default = true
name = { ru = "По зонам суток", kk = "Тәулік аймақтары бойынша", en = "By zones" }
unit = { ru = "кВт·ч", kk = "кВт·сағ", en = "kWh" }

[[periods]]
from = 2020-01-01
source = "made for the tests"
rates = [{ day = ["20.00"], night = ["10.00"] }, { total = ["18.00"] }]
""",
    "levels": """
code = "levels"
service = "power"
currency = "KZT"
name = { ru = "По уровням", kk = "Деңгейлер бойынша", en = "By levels" }
unit = { ru = "кВт·ч", kk = "кВт·сағ", en = "kWh" }
steps = "levels"
per = "resident"

[[periods]]
from = 2020-01-01
source = "made for the tests"
rates = [{ total = ["10.00", "30.00"] }]
limits = [{ up_to = ["70"] }]
""",
}


def _readings() -> Iterator[str]:
    """On the last day of each month; the last one of October 2026 is estimated."""
    day, night, total = 1000, 400, 500
    yield f"000100,A-1,day,{(FIRST - 1).last_day},customer,{day}"
    yield f"000100,A-1,night,{(FIRST - 1).last_day},customer,{night}"
    yield f"000200,B-1,total,{(FIRST - 1).last_day},customer,{total}"
    for month in FIRST.through(LATEST):
        this_year = month > LATEST - 12
        day, night, total = day + (100 if this_year else 90), night + (40 if this_year else 30), total + 160
        source = "estimate" if month == LATEST else "customer"
        yield f"000100,A-1,day,{month.last_day},{source},{day}"
        yield f"000100,A-1,night,{month.last_day},{source},{night}"
        yield f"000200,B-1,total,{month.last_day},customer,{total}"


def _charges() -> Iterator[str]:
    for month in FIRST.through(LATEST):
        cost = 2400 if month > LATEST - 12 else 2100
        # In September the supplier charged ten more than the tariff gives.
        cost += 10 if month == Month(2026, 9) else 0
        yield f"000100,{month},power,0.00,{cost}.00,0.00,{cost}.00,0.00,{140 if cost > 2200 else 120},"
        yield f"000100,{month},hot,0.00,300.00,0.00,300.00,0.00,,"
        yield f"000100,{month},hot-cold,0.00,100.00,0.00,100.00,0.00,5,20.00"
        yield f"000100,{month},hot-heat,0.00,200.00,0.00,200.00,0.00,5,40.00"
        yield f"000100,{month},lift,0.00,500.00,0.00,500.00,0.00,,"
        yield f"000200,{month},power,0.00,2000.00,0.00,2000.00,0.00,160,"


def files() -> dict[str, str]:
    head = "account,month,service,opening,accrued,corrections,paid,closing,volume,tariff\n"
    return {
        "organisations": billed.ORGANISATIONS,
        "services": SERVICES,
        "accounts": ACCOUNTS,
        "meters": METERS,
        "readings": "account,serial,scale,taken_on,source,value\n" + "\n".join(_readings()) + "\n",
        "charges": head + "\n".join(_charges()) + "\n",
    }


def load(folder: Path) -> dict[str, Any]:
    """The world and its people: alice, bob, charlie."""
    from abonent.tariffs.operations import load_tariff

    billed.load(folder, files())
    for name, text in TARIFFS.items():
        load_tariff(text=text, filename=f"{name}.toml", by="tests", takes_effect_on=date(2020, 1, 1), now=NOW)
    return billed.people(linked={"alice": ["100"], "bob": ["100"], "charlie": ["200", "300"]})


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Loaded once for all tests of a file, each of which takes back what it does."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(tmp_path_factory.mktemp("used"))
        transaction.set_rollback(True)


@pytest.fixture
def cast(world: dict[str, Any], db: None) -> dict[str, Any]:
    return deepcopy(world)
