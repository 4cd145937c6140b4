"""Reads of what a receipt prints: the whole lines of one month, and which months were billed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from abonent.base.months import Month
from abonent.ledger.models import Charge


class BillLine(NamedTuple):
    """A service's month with everything billing sent; amounts as in `ledger.models.Charge`."""

    service_id: int
    opening: Decimal
    accrued: Decimal
    corrections: Decimal
    paid: Decimal
    closing: Decimal
    volume: Decimal | None
    tariff: Decimal | None
    undelivered_days: Decimal | None
    undelivered_amount: Decimal | None
    within_norm: Decimal | None


class BilledMonth(NamedTuple):
    """A month with charges: what was accrued and what is owed at its end, all services together."""

    month: date
    accrued: Decimal
    closing: Decimal


_LINES = """
SELECT account_id, service_id, opening, accrued, corrections, paid, closing, volume, tariff,
       undelivered_days, undelivered_amount, within_norm
  FROM ledger_charge WHERE account_id = ANY(%s) AND month = %s
"""
_COUNT = """
SELECT count(DISTINCT account_id)
  FROM ledger_charge JOIN accounts_account AS account ON account.id = account_id
 WHERE month = %s AND organisation_id = %s
"""
_CHARGED = "SELECT DISTINCT account_id FROM ledger_charge WHERE account_id = ANY(%s) AND month = %s"
_LINES_OF_MONTHS = """
SELECT month, service_id, opening, accrued, corrections, paid, closing, volume, tariff,
       undelivered_days, undelivered_amount, within_norm
  FROM ledger_charge WHERE account_id = %s AND month = ANY(%s)
"""
# A nested line is in its parent already.
_MONTHS = """
SELECT month, sum(accrued), sum(closing)
  FROM ledger_charge JOIN portal_service AS service ON service.id = service_id AND service.parent_id IS NULL
 WHERE account_id = %s
 GROUP BY month ORDER BY month DESC
"""


def bill_lines(account_id: int, month: Month) -> list[BillLine]:
    """The account's lines of a month, in no order; empty when nothing was charged. One query."""
    return bill_lines_of([account_id], month).get(account_id, [])


def bill_lines_of(account_ids: Collection[int], month: Month) -> dict[int, list[BillLine]]:
    """The same of many accounts, by account; those without charges are left out. One query."""
    found: dict[int, list[BillLine]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(account_ids), month.first_day])
        for account_id, *line in cursor.fetchall():
            found[account_id].append(BillLine._make(line))
    return dict(found)


def charged_among(account_ids: Collection[int], month: Month) -> frozenset[int]:
    """Which of these accounts were charged in `month`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, [list(account_ids), month.first_day])
        return frozenset(row[0] for row in cursor.fetchall())


def is_charged(account: str, month: str) -> str:
    """The condition, in SQL, that an account was charged in a month, for the statements of whoever asks about
    many; `account` and `month` are their own words in SQL."""
    return f"EXISTS (SELECT FROM ledger_charge WHERE account_id = {account} AND month = {month})"


def charges_of_services(service_ids: Collection[int], months: Collection[Month]) -> QuerySet[Charge]:
    """The lines of these services in these months, for the subquery of whoever asks about accounts."""
    return Charge.objects.filter(service_id__in=service_ids, month__in=[*months])


def count_charged(month: Month, *, organisation_id: int) -> int:
    """How many of an organisation's accounts were charged in `month`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [month.first_day, organisation_id])
        return int(cursor.fetchone()[0])


def lines_of_months(account_id: int, months: Iterable[Month]) -> dict[Month, list[BillLine]]:
    """The account's lines of some months, in no order; a month without charges is not in the answer. One
    query."""
    found: dict[Month, list[BillLine]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LINES_OF_MONTHS, [account_id, [month.first_day for month in months]])
        for row in cursor.fetchall():
            found.setdefault(Month.of(row[0]), []).append(BillLine._make(row[1:]))
    return found


def billed_months(account_id: int) -> list[BilledMonth]:
    """Every month with charges, newest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [account_id])
        return [BilledMonth._make(row) for row in cursor.fetchall()]
