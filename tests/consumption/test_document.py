"""docs/domain/tariffs.md, from «Loading and versions» on, table by table."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from abonent.consumption import zones
from abonent.consumption.explanation import explanation
from abonent.consumption.loading import load_with_preview
from abonent.tariffs.queries import Catalogue, TariffVersionFacts
from tests.consumption import world
from tests.tariffs.calculator.test_document import table
from tests.tariffs.files import FLAT

DEARER = FLAT + '\n[[periods]]\nfrom = 2026-12-01\n[[periods.rates]]\ntotal = ["25.00"]\n'


def versions() -> Catalogue:
    """As the section tells: 1 from 1 November, 2 from 1 December, 3 from 10 December."""
    first = TariffVersionFacts(
        id=1,
        code="flat",
        number=1,
        service="power",
        is_own=True,
        names={},
        takes_effect_on=date(2026, 11, 1),
        loaded_at=datetime(2026, 10, 1, tzinfo=UTC),
        loaded_by="alice",
        filename="flat.toml",
        sha256="0" * 64,
        text=FLAT,
    )
    second = replace(first, id=2, number=2, takes_effect_on=date(2026, 12, 1))
    return Catalogue((first, second, replace(first, id=3, number=3, takes_effect_on=date(2026, 12, 10))))


@pytest.mark.parametrize("row", table("Loading and versions"), ids=lambda row: row[0])
def test_the_version_in_force(row: list[str]) -> None:
    found = versions().in_force("flat", date.fromisoformat(row[0]))
    assert (str(found.number) if found else "") == row[1]


@pytest.mark.django_db
def test_the_preview(tmp_path: Path) -> None:
    world.load(tmp_path)
    rows = table("The preview")
    found = load_with_preview(
        text=DEARER,
        filename="flat.toml",
        by="alice",
        takes_effect_on=date(2026, 12, 1),
        dry_run=True,
        now=world.NOW,
    ).preview
    told = [(one.account, one.before, one.after, one.difference) for one in found.most]
    told.append(("together", found.before, found.after, found.difference))
    assert told == [(row[0], *map(Decimal, row[2:])) for row in rows]
    assert [Decimal(row[1]) * Decimal("24.35") for row in rows[:-1]] == [one.before for one in found.most]


def pairs(text: str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in (pair.split("=") for pair in text.split())}


@pytest.mark.parametrize("row", table("On another tariff"), ids=lambda row: f"{row[0]} on {row[1]}")
def test_dividing_a_volume(row: list[str]) -> None:
    have, wanted, shares = pairs(row[0]), tuple(row[1].split()), pairs(row[2])
    assert zones.asked(tuple(have), wanted) == tuple(shares)
    assert zones.divided(have, wanted, shares) == pairs(row[3])


@pytest.mark.django_db
@pytest.mark.parametrize("row", table("Why such an amount"), ids=lambda row: " ".join(row[:3]))
def test_why_such_an_amount(row: list[str], tmp_path: Path) -> None:
    volume, price, accrued, product, ours, less = row
    line = f"000100,2026-10,power,0,{accrued},0,0,{accrued},{volume},{price}\n"
    world.load(tmp_path, charges=world.CHARGES + line)
    found = explanation(
        world.account("100"), month=world.OCTOBER, service="power", today=world.TODAY, **world.shown()
    )
    assert found
    assert found.used.metered == 120
    assert found.line.product == (Decimal(product) if product else None)
    assert (found.our_total, found.difference) == (Decimal(ours), Decimal(less))
