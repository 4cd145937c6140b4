"""«Счёт»: what a month asks for, by when, what it is made of, what came since, and what changed.

Figures are the supplier's; the one reckoned here is what is left to pay of the newest bill
(docs/domain/balances.md) and why it differs from other bills (docs/domain/bill_changes.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.accounts.queries import HeldAccount
from abonent.base.money import ZERO, to_unit
from abonent.base.months import Month
from abonent.bills.comparison import Comparison, compared
from abonent.bills.paper import Customer, Payee
from abonent.bills.paper.order import bill_order
from abonent.bills.paper.payment_qr import PaymentOrder
from abonent.bills.payees import payee_of_qr
from abonent.ledger.balances import Totals, month_totals
from abonent.ledger.bill_lines import BilledMonth, BillLine, billed_months, lines_of_months
from abonent.ledger.received import Received, received
from abonent.metering.charged import charged_meters
from abonent.portal.current import portal
from abonent.portal.queries import ServiceFacts, services


@dataclass(frozen=True, slots=True)
class BillRow:
    """A line of the bill; a part follows the service it explains."""

    service: ServiceFacts
    line: BillLine


@dataclass(frozen=True, slots=True)
class Standing:
    """How the newest bill stands today."""

    came: Received
    due: Decimal
    """Left to pay, in the bill's unit of money; negative: overpaid. Voluntary services are not in it."""
    voluntary: Decimal
    days_overdue: int
    """0 when nothing is owed, or there is time."""
    order: PaymentOrder | None
    """For the payment QR; its sum is what is due."""


@dataclass(frozen=True, slots=True)
class Bill:
    """The bill of a month. `standing` is the newest one's only: money is owed once, not month by month."""

    month: Month
    rows: tuple[BillRow, ...]
    totals: Totals
    to_pay: Decimal
    """As the bill asks it: rounded, negative when overpaid."""
    due_on: date
    counted_until: date
    standing: Standing | None
    against: tuple[Comparison, ...]
    """Last month's bill and that of the same month last year, where there are such."""
    months: tuple[BilledMonth, ...]
    """Every month that was billed, newest first."""

    @property
    def earlier(self) -> Month | None:
        return max((month for month in self._others if month < self.month), default=None)

    @property
    def later(self) -> Month | None:
        return min((month for month in self._others if month > self.month), default=None)

    @property
    def _others(self) -> list[Month]:
        return [Month.of(one.month) for one in self.months]


def bill(account: HeldAccount, month: Month | None = None, *, language: str, today: date) -> Bill | None:
    """The account's bill of `month`, or its newest; None when nothing was charged then. Four queries, three
    for an older month (and two when a payee is read for the first time)."""
    months = tuple(billed_months(account.id))
    if not months:
        return None
    newest = Month.of(months[0].month)
    shown = month or newest
    if shown.first_day not in (one.month for one in months):
        return None
    others = [shown - 1, shown - 12]
    sides = lines_of_months(account.id, [shown, *others])
    known = services(language=language, version=account.data_version)
    lines = sides[shown]
    metered = _metered(account.id, [shown, *others])
    closing = _counted(lines, known).closing
    return Bill(
        month=shown,
        rows=tuple(_rows(lines, known)),
        totals=_counted(lines, known),
        to_pay=asked(closing),
        due_on=portal().bill.due_on(shown),
        counted_until=portal().bill.counted_until(shown),
        standing=_standing(account, shown, lines, known, today) if shown == newest else None,
        against=tuple(
            compared(other, sides[other], shown, lines, known=known, metered=metered, asked=asked)
            for other in others
            if other in sides
        ),
        months=months,
    )


def asked(closing: Decimal) -> Decimal:
    """A balance as a bill asks for it: half up to the profile's unit of money."""
    return to_unit(closing, portal().bill.unit)


def _rows(lines: Sequence[BillLine], known: dict[int, ServiceFacts]) -> list[BillRow]:
    rows = [BillRow(known[line.service_id], line) for line in lines]
    return sorted(rows, key=lambda row: row.service.place)


def _counted(lines: Sequence[BillLine], known: dict[int, ServiceFacts]) -> Totals:
    return month_totals(line for line in lines if known[line.service_id].parent_id is None)


def _metered(account_id: int, months: Sequence[Month]) -> frozenset[int]:
    """The services that a meter counted in these months."""
    meters = charged_meters([account_id], first=min(months).first_day, last=max(months).last_day)
    return frozenset(one.service_id for one in meters)


def _standing(
    account: HeldAccount,
    month: Month,
    lines: Sequence[BillLine],
    known: dict[int, ServiceFacts],
    today: date,
) -> Standing:
    came = received(account.id, month=month)
    voluntary = _counted([line for line in lines if known[line.service_id].voluntary], known).closing
    due = asked(came.left_of(_counted(lines, known).closing - voluntary))
    late = (today - portal().bill.due_on(month)).days
    payee = payee_of_qr(
        account.organisation_id, [line.service_id for line in lines], version=account.data_version
    )
    return Standing(
        came=came,
        due=due,
        voluntary=voluntary,
        days_overdue=max(0, late) if due > ZERO else 0,
        order=_order(account, month, payee, due),
    )


def _order(account: HeldAccount, month: Month, payee: Payee | None, due: Decimal) -> PaymentOrder | None:
    """Nobody is asked to pay nothing, and a link that is not confirmed prints nothing."""
    if payee is None or due <= ZERO or account.limited:
        return None
    customer = Customer(account=account.number, address=account.address)
    return bill_order(payee, month=month, amount=due, customer=customer)
