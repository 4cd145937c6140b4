"""Reads of meters."""

from datetime import date
from typing import NamedTuple

from abonent.base.prepared import prepared_cursor


class MeterDates(NamedTuple):
    """A meter in use, and when it is to be replaced and verified."""

    service_id: int
    serial: str
    planned_replacement_on: date | None
    next_verification_on: date | None


_METERS = """
SELECT service_id, serial, planned_replacement_on, next_verification_on
  FROM metering_meter
 WHERE account_id = %s AND removed_on IS NULL
 ORDER BY service_id, serial
"""


def meters_in_use(account_id: int) -> list[MeterDates]:
    """The account's meters that were not taken off. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_METERS, [account_id])
        return [MeterDates._make(row) for row in cursor.fetchall()]
