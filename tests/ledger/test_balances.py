"""docs/domain/balances.md, row by row, and what holds for every row."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from abonent.base.money import LARGEST
from abonent.ledger.balances import (
    Totals,
    adds_up,
    expected_closing,
    left_to_pay,
    month_totals,
    period_totals,
)
from abonent.ledger.queries import Balance
from abonent.ledger.received import BookedPayment, OnItsWay, Received

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "balances.md"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MONEY = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2, allow_nan=False)


class Row(NamedTuple):
    opening: Decimal
    accrued: Decimal
    corrections: Decimal
    paid: Decimal
    closing: Decimal


def tables() -> list[list[list[str]]]:
    """The document's tables, without their heads."""
    found = re.findall(r"(?:^\|.*\n)+", DOCUMENT.read_text("utf-8"), re.M)
    return [
        [[cell.strip() for cell in line.strip("|\n").split("|")] for line in one.splitlines()[2:]]
        for one in found
    ]


def row(cells: list[str]) -> Row:
    return Row(*(Decimal(cell) for cell in cells[:5]))


def test_the_worked_lines() -> None:
    lines = tables()[0]
    assert len(lines) == 6
    for cells in lines:
        assert expected_closing(row(cells)) == Decimal(cells[5]), cells
        assert adds_up(row(cells)) == (cells[6] == "yes"), cells


def test_the_worked_sums() -> None:
    given_lines, sums = tables()[1:3]
    lines = [(month, service, row(cells)) for month, service, *cells in given_lines]
    counted = [(month, service, one) for month, service, one in lines if service != "heat-water"]
    for of, *cells in sums:
        if of.startswith("2026"):
            found = month_totals(one for month, _, one in counted if month == of)
        elif of == "everything":
            months = sorted({month for month, _, _ in counted})
            by_month = [month_totals(one for month, _, one in counted if month == each) for each in months]
            found = period_totals(by_month)
        else:
            found = period_totals(one for _, service, one in counted if service == of)
        assert found == row(cells), of


def test_what_is_left_to_pay() -> None:
    rows = tables()[4]
    assert len(rows) == 10
    for balance, since, coming, shown in rows:
        month = Totals(*[Decimal(0)] * 4, closing=Decimal(balance))
        later = (BookedPayment(date(2026, 11, 3), Decimal(since), "", None),) if Decimal(since) else ()
        expected = (OnItsWay(Decimal(coming), NOW, "online", "PAY-1"),) if Decimal(coming) else ()
        found = Balance(date(2026, 10, 1), (), month, Received(None, later, expected))
        assert found.due == Decimal(shown), (balance, since, coming)
        assert found.on_its_way == Decimal(coming)
        assert found.as_of == date(2026, 10, 31)


@given(MONEY, MONEY, st.decimals(min_value=0, max_value=LARGEST, places=2, allow_nan=False))
def test_what_is_on_its_way_makes_a_debt_less_and_never_an_overpayment(
    closing: Decimal, since: Decimal, coming: Decimal
) -> None:
    alone = left_to_pay(closing, since=since, on_its_way=Decimal(0))
    found = left_to_pay(closing, since=since, on_its_way=coming)
    assert found == (max(Decimal(0), alone - coming) if closing > 0 else closing)


def test_nothing_sums_to_nothing() -> None:
    assert month_totals([]) == period_totals([]) == Totals()


@given(st.lists(st.tuples(MONEY, MONEY, MONEY, MONEY), max_size=8))
def test_lines_that_add_up_sum_to_a_row_that_adds_up(amounts: list[tuple[Decimal, ...]]) -> None:
    rows = [Row(*four, closing=four[0] + four[1] + four[2] - four[3]) for four in amounts]
    assert all(adds_up(one) for one in rows)
    assert adds_up(month_totals(rows))


@given(MONEY, st.lists(st.tuples(MONEY, MONEY, MONEY), min_size=1, max_size=8))
def test_months_that_follow_each_other_sum_to_a_row_that_adds_up(
    opening: Decimal, amounts: list[tuple[Decimal, ...]]
) -> None:
    rows: list[Row] = []
    for accrued, corrections, paid in amounts:
        start = rows[-1].closing if rows else opening
        rows.append(Row(start, accrued, corrections, paid, start + accrued + corrections - paid))
    total = period_totals(rows)
    assert (total.opening, total.closing) == (opening, rows[-1].closing)
    assert adds_up(total)


@given(MONEY, MONEY, MONEY, MONEY, st.sampled_from([Decimal("0.01"), Decimal("-0.01")]))
def test_a_kopeck_is_a_difference(
    opening: Decimal, accrued: Decimal, corrections: Decimal, paid: Decimal, kopeck: Decimal
) -> None:
    right = opening + accrued + corrections - paid
    assert not adds_up(Row(opening, accrued, corrections, paid, right + kopeck))
