"""Reads of what was billed: volumes and prices of an account's lines, and of a service's month."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from abonent.base.months import Month
from abonent.base.prepared import prepared_cursor


class BilledVolume(NamedTuple):
    """A line of a month, nested ones too; `month` is its first day, volumes are in the service's unit."""

    month: date
    service_id: int
    volume: Decimal | None
    tariff: Decimal | None
    accrued: Decimal


class BilledAccount(NamedTuple):
    """A service's line of one account."""

    account_id: int
    volume: Decimal | None
    accrued: Decimal


_OF_ACCOUNT = """
SELECT month, service_id, volume, tariff, accrued
  FROM ledger_charge
 WHERE account_id = %s AND month BETWEEN %s AND %s
 ORDER BY month
"""
_OF_ACCOUNTS = """
SELECT account_id, volume, accrued
  FROM ledger_charge
 WHERE account_id = ANY(%s) AND month = %s AND service_id = %s
"""


def billed_volumes(account_id: int, *, first: Month, last: Month) -> list[BilledVolume]:
    """An account's lines of some months, oldest month first. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_OF_ACCOUNT, [account_id, first.first_day, last.first_day])
        return [BilledVolume._make(row) for row in cursor.fetchall()]


def billed_accounts(account_ids: Collection[int], *, service_id: int, month: Month) -> list[BilledAccount]:
    """A service's lines of a month for these accounts, in no order. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_OF_ACCOUNTS, [list(account_ids), month.first_day, service_id])
        return [BilledAccount._make(row) for row in cursor.fetchall()]
