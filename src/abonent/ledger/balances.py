"""The arithmetic of balances: pure, for rows of money however they came (docs/domain/balances.md).

Per account, service and month: closing = opening + accrued + corrections - paid. Debt is positive. The
supplier's closing balance is the truth: it is never recomputed, only compared.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Protocol

from abonent.base.money import ZERO


class Turnover(Protocol):
    """Anything with the five amounts of a month."""

    @property
    def opening(self) -> Decimal: ...
    @property
    def accrued(self) -> Decimal: ...
    @property
    def corrections(self) -> Decimal: ...
    @property
    def paid(self) -> Decimal: ...
    @property
    def closing(self) -> Decimal: ...


class Totals(NamedTuple):
    """The five amounts of several rows."""

    opening: Decimal = ZERO
    accrued: Decimal = ZERO
    corrections: Decimal = ZERO
    paid: Decimal = ZERO
    closing: Decimal = ZERO


def expected_closing(row: Turnover) -> Decimal:
    """What the closing balance would be by the rule; the one to show is the supplier's."""
    return row.opening + row.accrued + row.corrections - row.paid


def adds_up(row: Turnover) -> bool:
    """Exactly, to the kopeck: a difference of 0.01 is a difference."""
    return row.closing == expected_closing(row)


def left_to_pay(closing: Decimal, *, since: Decimal, on_its_way: Decimal) -> Decimal:
    """What is paid, or being paid, is no debt: it is less by what came in since the balance and by what is on
    its way, to nothing at most; a correction raises it to no more than the balance."""
    return closing if closing <= 0 else max(ZERO, min(closing, closing - since) - on_its_way)


def month_totals(rows: Iterable[Turnover]) -> Totals:
    """Several services of one month: every column is a sum. No nested rows: they are in their parents."""
    sums = [ZERO] * 5
    for row in rows:
        sums[0] += row.opening
        sums[1] += row.accrued
        sums[2] += row.corrections
        sums[3] += row.paid
        sums[4] += row.closing
    return Totals(*sums)


def period_totals(months: Iterable[Turnover]) -> Totals:
    """One service through months, oldest first: opening of the first, closing of the last, sums between."""
    rows = list(months)
    if not rows:
        return Totals()
    return month_totals(rows)._replace(opening=rows[0].opening, closing=rows[-1].closing)
