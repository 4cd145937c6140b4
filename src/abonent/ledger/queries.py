"""Reads of the ledger: what is owed and what it is made of, month by month, and the payments booked.

Each read is a constant number of queries whatever the account holds. `version` is the data version of the
account being shown (accounts.queries.HeldAccount.data_version).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from abonent.base.kept import Kept
from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.base.prepared import prepared_cursor
from abonent.ledger.balances import Totals, month_totals, period_totals
from abonent.ledger.received import BookedPayment, OnItsWay, Received, received
from abonent.metering.queries import meters_in_use
from abonent.portal.queries import ServiceFacts, services

#: How many months a supplier may be behind the portal's last one before all months are searched.
_RECENT = 3


class Line(NamedTuple):
    """A service's month: amounts as the supplier sent them; `month` is its first day."""

    month: date
    service_id: int
    opening: Decimal
    accrued: Decimal
    corrections: Decimal
    paid: Decimal
    closing: Decimal
    tariff: Decimal | None


class Charged(NamedTuple):
    """A line and the service it is for, in the reader's language."""

    line: Line
    service: ServiceFacts


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owes by its last charges; `totals.closing` is debt when positive.

    `came` is what that balance does not hold: payments of later days, and what is on its way.
    """

    month: date
    charged: tuple[Charged, ...]
    totals: Totals
    came: Received

    @property
    def as_of(self) -> date:
        """The day of the supplier's balance."""
        return Month.of(self.month).last_day

    @property
    def last_payment(self) -> BookedPayment | None:
        return self.came.last_payment

    @property
    def later(self) -> tuple[BookedPayment, ...]:
        return self.came.later

    @property
    def expected(self) -> tuple[OnItsWay, ...]:
        return self.came.expected

    @property
    def on_its_way(self) -> Decimal:
        return self.came.on_its_way

    @property
    def due(self) -> Decimal:
        """What is left to pay. A debt is less by what came in since and by what is on its way, to nothing at
        most (balances.md). What is voluntary is nobody's debt."""
        return self.came.left_of(self.totals.closing - self.voluntary)

    @property
    def voluntary(self) -> Decimal:
        """What the balance holds of services that nobody has to pay."""
        return month_totals(_counted(one for one in self.charged if one.service.voluntary)).closing

    @property
    def suppliers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.service.supplier for one in self.charged))


class MeterPlan(NamedTuple):
    """A meter in use, and when its owner must expect somebody."""

    service: ServiceFacts
    serial: str
    planned_replacement_on: date | None
    next_verification_on: date | None


@dataclass(frozen=True, slots=True)
class Overview:
    """An account at a glance."""

    balance: Balance | None
    meters: tuple[MeterPlan, ...]


@dataclass(frozen=True, slots=True)
class ServiceMonths:
    """A service without a parent, newest month first; its parts follow each month's line, uncounted.

    `opening` and `closing` are those of the period's first and last month: None where it has no line.
    """

    service: ServiceFacts
    charged: tuple[Charged, ...]
    totals: Totals
    opening: Decimal | None
    closing: Decimal | None


@dataclass(frozen=True, slots=True)
class Period:
    """The months shown (`first` to `last`) and those that may be chosen."""

    first: Month
    last: Month
    earliest: Month
    latest: Month


class MonthTotals(NamedTuple):
    """All services of a month together; parts of services are in them already."""

    month: date
    totals: Totals


@dataclass(frozen=True, slots=True)
class Turnovers:
    """An account's services through a period, and its months (newest first) with all services together."""

    period: Period
    groups: tuple[ServiceMonths, ...]
    months: tuple[MonthTotals, ...]
    totals: Totals
    offered: tuple[ServiceFacts, ...]
    """The services that may be chosen: those with a line in the period."""


@dataclass(frozen=True, slots=True)
class PaymentsShown:
    """Payments of some days, newest first, and their sum."""

    payments: tuple[BookedPayment, ...]
    total: Decimal
    services: dict[int, ServiceFacts]


_months_kept: Kept[tuple[Month, ...]] = Kept(room=10_000)

# The months are the partitions themselves: the bound of each is its month.
_MONTHS = """
SELECT min(bound), max(bound)
  FROM (SELECT substring(pg_get_expr(part.relpartbound, part.oid) FROM '\\d{4}-\\d{2}-\\d{2}')::date AS bound
          FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
         WHERE inhparent = 'ledger_charge'::regclass) AS months
"""
_CHARGES = """
SELECT month, service_id, opening, accrued, corrections, paid, closing, tariff
  FROM ledger_charge
 WHERE account_id = %s AND month BETWEEN %s AND %s
"""
_LAST_MONTH = "SELECT max(month) FROM ledger_charge WHERE account_id = %s"
_PAYMENTS = """
SELECT paid_on, amount, bank, service_id
  FROM ledger_payment
 WHERE account_id = %s AND paid_on BETWEEN %s AND %s
 ORDER BY paid_on DESC, id DESC
"""


def _rows(statement: str, *values: int | date) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def months_loaded(*, version: int) -> tuple[Month, Month] | None:
    """The earliest and the latest month of charges in the portal; None before the first import."""
    found = _months_kept.get(version, lambda: tuple(Month.of(one) for one in _rows(_MONTHS)[0] if one))
    return (found[0], found[1]) if found else None


def charges(account_id: int, *, first: Month, last: Month) -> list[Line]:
    """An account's lines of some months, in no order. One query."""
    return [Line._make(row) for row in _rows(_CHARGES, account_id, first.first_day, last.first_day)]


def _in_order(lines: Iterable[Line], known: dict[int, ServiceFacts]) -> list[Charged]:
    """Newest month first, services in their places, parts after their parents."""
    paired = [Charged(line, known[line.service_id]) for line in lines]
    paired.sort(key=lambda one: one.service.place)
    paired.sort(key=lambda one: one.line.month, reverse=True)
    return paired


def _counted(charged: Iterable[Charged]) -> list[Line]:
    """The lines that count: a nested one is in its parent already."""
    return [one.line for one in charged if one.service.parent_id is None]


def _last_month(account_id: int) -> Month | None:
    found: date | None = _rows(_LAST_MONTH, account_id)[0][0]
    return Month.of(found) if found else None


def _last_charges(account_id: int, version: int) -> list[Line]:
    """The lines of the account's last month: mostly the portal's last, a slow supplier's a little earlier, a
    closed account's anywhere (one more query for each)."""
    loaded = months_loaded(version=version)
    if loaded is None:
        return []
    found = charges(account_id, first=loaded[1], last=loaded[1])
    if not found and loaded[0] < loaded[1]:
        found = charges(account_id, first=max(loaded[0], loaded[1] - _RECENT), last=loaded[1] - 1)
    if not found and (last := _last_month(account_id)):
        found = charges(account_id, first=last, last=last)
    newest = max((line.month for line in found), default=None)
    return [line for line in found if line.month == newest]


def balance(account_id: int, *, language: str, version: int) -> Balance | None:
    """What the account owes and what it is made of; None when nothing was ever charged. Two queries
    (up to three more where the last month has no charges)."""
    lines = _last_charges(account_id, version)
    if not lines:
        return None
    charged = _in_order(lines, services(language=language, version=version))
    month = lines[0].month
    return Balance(
        month=month,
        charged=tuple(charged),
        totals=month_totals(_counted(charged)),
        came=received(account_id, month=Month.of(month)),
    )


def overview(account_id: int, *, language: str, version: int) -> Overview:
    """The balance with what it is made of, and the meters in use. Three queries."""
    known = services(language=language, version=version)
    meters = tuple(MeterPlan(known[one.service_id], *one[1:]) for one in meters_in_use(account_id))
    return Overview(balance(account_id, language=language, version=version), meters)


def _period(loaded: tuple[Month, Month], first: Month | None, last: Month | None, months: int) -> Period:
    earliest, latest = loaded
    end = min(max(last or latest, earliest), latest)
    start = first or end - (months - 1)
    return Period(min(max(start, earliest), end), end, earliest, latest)


def _lines_shown(
    account_id: int, loaded: tuple[Month, Month], first: Month | None, last: Month | None, months: int
) -> tuple[Period, list[Line]]:
    period = _period(loaded, first, last, months)
    lines = charges(account_id, first=period.first, last=period.last)
    if not lines and first is None and last is None and (own := _last_month(account_id)):
        period = _period(loaded, None, own, months)
        lines = charges(account_id, first=period.first, last=period.last)
    return period, lines


def _service_months(
    service: ServiceFacts, charged: list[Charged], oldest: date, newest: date
) -> ServiceMonths:
    own = [one.line for one in reversed(charged) if one.service.id == service.id]
    at = {line.month: line for line in own}
    return ServiceMonths(
        service=service,
        charged=tuple(charged),
        totals=period_totals(own),
        opening=at[oldest].opening if oldest in at else None,
        closing=at[newest].closing if newest in at else None,
    )


def _groups(charged: list[Charged], known: dict[int, ServiceFacts]) -> list[ServiceMonths]:
    if not charged:
        return []
    by_root: dict[int, list[Charged]] = {}
    for one in charged:
        by_root.setdefault(one.service.root_id, []).append(one)
    oldest, newest = charged[-1].line.month, charged[0].line.month
    roots = sorted(by_root, key=lambda service_id: known[service_id].place)
    return [_service_months(known[root], by_root[root], oldest, newest) for root in roots]


def _month_totals(charged: Iterable[Charged]) -> Iterator[MonthTotals]:
    for month, lines in groupby(_counted(charged), key=lambda line: line.month):
        yield MonthTotals(month, month_totals(lines))


def _totals_of(groups: Iterable[ServiceMonths]) -> Totals:
    rows = list(groups)
    return month_totals(one.totals for one in rows)._replace(
        opening=sum((one.opening or ZERO for one in rows), ZERO),
        closing=sum((one.closing or ZERO for one in rows), ZERO),
    )


def turnovers(
    account_id: int,
    *,
    first: Month | None = None,
    last: Month | None = None,
    months: int,
    service: str | None = None,
    language: str,
    version: int,
) -> Turnovers | None:
    """An account's services from month to month; None before the first import. One query.

    Without `first` the period is the last `months` months; both ends are brought within the loaded months.
    When nobody asked for a month and these hold nothing (a closed account), its own last months are shown.
    `service` is a service's code: only it (and its parts) is shown and totalled; an unknown code shows all.
    """
    loaded = months_loaded(version=version)
    if loaded is None:
        return None
    period, lines = _lines_shown(account_id, loaded, first, last, months)
    known = services(language=language, version=version)
    charged = _in_order(lines, known)
    groups = _groups(charged, known)
    shown = [one for one in groups if one.service.code == service] or groups
    return Turnovers(
        period=period,
        groups=tuple(shown),
        months=tuple(_month_totals(charged)),
        totals=_totals_of(shown),
        offered=tuple(one.service for one in groups),
    )


def payments_between(
    account_id: int, *, first: date, last: date, language: str, version: int
) -> PaymentsShown:
    """Payments booked from day to day, both ends included, newest first. One query."""
    found = tuple(BookedPayment._make(row) for row in _rows(_PAYMENTS, account_id, first, last))
    total = sum((one.amount for one in found), ZERO)
    return PaymentsShown(found, total, services(language=language, version=version))
