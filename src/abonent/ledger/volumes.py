"""Reads of what was billed: volumes and prices of an account's lines, and of a service's month."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

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
_OF_SERVICE = """
SELECT account_id, volume, accrued
  FROM ledger_charge
 WHERE month = %s AND service_id = %s AND account_id > %s
 ORDER BY account_id
 LIMIT %s
"""
_HOW_MANY = "SELECT count(*) FROM ledger_charge WHERE month = %s AND service_id = %s"


def billed_volumes(account_id: int, *, first: Month, last: Month) -> list[BilledVolume]:
    """An account's lines of some months, oldest month first. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_OF_ACCOUNT, [account_id, first.first_day, last.first_day])
        return [BilledVolume._make(row) for row in cursor.fetchall()]


def billed_accounts(service_id: int, month: Month, *, batch: int) -> Iterator[list[BilledAccount]]:
    """A service's lines of a month by account, at most `batch` at a time: one query for each batch, and
    nothing is kept of those before."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_OF_SERVICE, [month.first_day, service_id, after, batch])
            found = [BilledAccount._make(row) for row in cursor.fetchall()]
        if found:
            yield found
        if len(found) < batch:
            return
        after = found[-1].account_id


def count_billed(service_id: int, month: Month) -> int:
    """How many accounts were charged for the service in the month. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_HOW_MANY, [month.first_day, service_id])
        return int(cursor.fetchone()[0])
