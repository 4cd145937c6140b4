"""Reads of what a receipt prints: the whole lines of one month, and which months were billed."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from abonent.base.months import Month


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
SELECT service_id, opening, accrued, corrections, paid, closing, volume, tariff,
       undelivered_days, undelivered_amount, within_norm
  FROM ledger_charge WHERE account_id = %s AND month = %s
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
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [account_id, month.first_day])
        return [BillLine._make(row) for row in cursor.fetchall()]


def billed_months(account_id: int) -> list[BilledMonth]:
    """Every month with charges, newest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [account_id])
        return [BilledMonth._make(row) for row in cursor.fetchall()]
