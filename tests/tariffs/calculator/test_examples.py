"""Every example with its expected amount, by the tariffs' own files (tests/tariffs/examples.json)."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from abonent.base.money import round_half_up
from abonent.tariffs.calculator.late_fee import late_fee, read_late_fee
from tests.tariffs.asking import FILES, PROJECT, ask

EXAMPLES: list[dict[str, Any]] = json.loads(
    (PROJECT / "tests" / "tariffs" / "examples.json").read_text("utf-8")
)
BY_ID = {row["id"]: row for row in EXAMPLES}


def total(row: dict[str, Any]) -> Decimal:
    asked = row["ask"]
    if "late_fee" in asked:
        return _late_fee(**asked["late_fee"])
    if "vat_on_the_total" in asked:
        return _vat_on_the_total(**asked["vat_on_the_total"])
    return ask(
        asked["file"],
        asked["from"],
        asked["to"],
        volumes=asked.get("volumes"),
        residents=asked.get("residents"),
        categories=asked.get("with", ()),
    ).total


def _late_fee(file: str, debt: str, due: str, days: int) -> Decimal:
    due_on = date.fromisoformat(due)
    to = due_on + timedelta(days=days)
    return late_fee(Decimal(debt), due=due_on, to=to, rule=read_late_fee(FILES / file)).total


def _vat_on_the_total(volume: str, rate: str, vat: str) -> Decimal:
    return round_half_up(Decimal(volume) * Decimal(rate) * (1 + Decimal(vat)))


@pytest.mark.parametrize("row", EXAMPLES, ids=[f"{row['id']} {row['what']}" for row in EXAMPLES])
def test_an_example_costs_what_is_expected(row: dict[str, Any]) -> None:
    assert total(row) == Decimal(row["expected"])


def test_vat_belongs_into_the_rate_and_not_onto_the_total() -> None:
    """The two differ by 0.64, and the calculator does the one that is billed."""
    wrong, right = total(BY_ID["KZ5x"]), total(BY_ID[BY_ID["KZ5x"]["ask"]["instead_of"]])
    assert wrong - right == Decimal("0.64")


def test_no_example_is_left_out() -> None:
    assert list(BY_ID) == [
        *("KZ1", "KZ3", "KZ5", "KZ5x", "KZ6", "KZ12", "KZ14"),
        *("RU1", "RU3", "RU6", "RU7", "RU10", "RU11"),
    ]
