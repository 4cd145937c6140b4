"""What can be paid: docs/domain/paying.md row by row, and what holds for every account."""

import re
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from abonent.base.money import CENT, ZERO
from abonent.ledger.balances import left_to_pay
from abonent.payments.presets import Owed, presets

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "paying.md"
MONEY = st.decimals(min_value=-100_000, max_value=100_000, places=2, allow_nan=False)
COMES = st.decimals(min_value=0, max_value=100_000, places=2, allow_nan=False)
UNIT = st.sampled_from([CENT, Decimal(1)])
OWED = st.builds(
    Owed,
    service_id=st.integers(1, 99),
    opening=MONEY,
    paid=MONEY,
    closing=MONEY,
    since=st.just(ZERO) | MONEY,
    expected=st.just(ZERO) | COMES,
    voluntary=st.booleans(),
)


def table(heading: str) -> list[list[str]]:
    """The rows of the first table of a section, without its head."""
    section = DOCUMENT.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.search(r"(?:^\|.*\n)+", section, re.M)
    assert found
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found[0].splitlines()[2:]]


def owed(cell: str) -> list[Owed]:
    """`0/0/300, 0/0/120/120 v`: the services of a row."""
    found = []
    for number, one in enumerate(cell.split(", "), start=1):
        figures, _, mark = one.partition(" ")
        opening, paid, closing, since, expected = [
            *map(Decimal, figures.split("/")),
            *[ZERO] * (4 - figures.count("/")),
        ]
        found.append(Owed(number, opening, paid, closing, since, expected, voluntary=mark == "v"))
    return found


def test_the_worked_rows() -> None:
    rows = table("What can be paid")
    assert len(rows) == 22
    for services, since, expected, unit, bill, debt, shares, voluntary in rows:
        found = presets(
            owed(services), since=Decimal(since), expected=Decimal(expected), rounding=Decimal(unit)
        )
        shown = (
            str(found.bill),
            str(found.debt),
            " ".join(str(one.amount) for one in found.services),
            " ".join(str(one.amount) for one in found.voluntary),
        )
        assert shown == (bill, debt, shares, voluntary), services


@given(st.lists(OWED, max_size=6), MONEY, COMES, UNIT)
def test_the_shares_add_up_to_the_bill_and_nothing_is_negative(
    rows: list[Owed], since: Decimal, expected: Decimal, unit: Decimal
) -> None:
    found = presets(rows, since=since, expected=expected, rounding=unit)
    assert sum((one.amount for one in found.services), ZERO) == (found.bill if found.services else 0)
    assert all(one.amount >= 0 for one in (*found.services, *found.voluntary))
    assert 0 <= found.debt <= found.bill
    assert found.bill % unit == 0


@given(st.lists(OWED, max_size=6), MONEY, COMES)
def test_the_bill_is_what_the_balance_says_is_left(
    rows: list[Owed], since: Decimal, expected: Decimal
) -> None:
    due = [one for one in rows if not one.voluntary]
    left = left_to_pay(
        sum((one.closing for one in due), ZERO),
        since=since + sum((one.since for one in due), ZERO),
        on_its_way=expected + sum((one.expected for one in due), ZERO),
    )
    assert presets(rows, since=since, expected=expected).bill == max(ZERO, left)


@given(st.lists(OWED, min_size=1, max_size=6), MONEY, COMES, MONEY, UNIT)
def test_a_voluntary_service_changes_no_sum(
    rows: list[Owed], since: Decimal, expected: Decimal, closing: Decimal, unit: Decimal
) -> None:
    wish = Owed(100, ZERO, ZERO, closing, voluntary=True)
    without = presets(rows, since=since, expected=expected, rounding=unit)
    found = presets([*rows, wish], since=since, expected=expected, rounding=unit)
    assert (found.bill, found.debt, found.services) == (without.bill, without.debt, without.services)
    assert [one.service_id for one in found.voluntary][-1] == 100


@given(st.lists(OWED, max_size=6), MONEY, COMES, COMES)
def test_more_money_on_its_way_never_asks_for_more(
    rows: list[Owed], since: Decimal, expected: Decimal, more: Decimal
) -> None:
    before = presets(rows, since=since, expected=expected)
    after = presets(rows, since=since, expected=expected + more)
    assert after.bill <= before.bill
    assert after.debt <= before.debt
