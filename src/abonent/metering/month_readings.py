"""Reads of a month's readings, as a receipt prints them."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from abonent.base.months import Month
from abonent.metering.fields import SCALES


class ScaleReading(NamedTuple):
    """A scale of a meter: the last reading before the month and the last one in it; None when missing."""

    service_id: int
    serial: str
    scale: str
    verified_on: date | None
    next_verification_on: date | None
    previous: Decimal | None
    current: Decimal | None
    consumption: Decimal | None
    """In the service's unit: the difference times the meter's transformation ratio."""


_METERS = """
SELECT id, service_id, serial, scales, ratio, verified_on, next_verification_on
  FROM metering_meter
 WHERE account_id = %(account)s AND (installed_on IS NULL OR installed_on <= %(last)s)
   AND (removed_on IS NULL OR removed_on >= %(first)s)
 ORDER BY service_id, serial
"""
# Of readings of one day an estimate counts least; the customer's own wins over the automatic one.
_READINGS = """
SELECT DISTINCT ON (meter_id, scale, taken_on < %(first)s) meter_id, scale, taken_on < %(first)s, value
  FROM metering_reading
 WHERE meter_id = ANY(%(meters)s) AND taken_on <= %(last)s
 ORDER BY meter_id, scale, taken_on < %(first)s, taken_on DESC,
          array_position(ARRAY['inspector', 'customer', 'automatic', 'estimate'], source::text)
"""


def readings_of_month(account_id: int, month: Month) -> list[ScaleReading]:
    """The account's meters in use in `month`, scale by scale. Two queries."""
    days = {"first": month.first_day, "last": month.last_day}
    with connection.cursor() as cursor:
        cursor.execute(_METERS, {"account": account_id, **days})
        meters = cursor.fetchall()
        cursor.execute(_READINGS, {"meters": [meter[0] for meter in meters], **days})
        found = {row[:3]: row[3] for row in cursor.fetchall()}
    return [
        _scale(meter, scale, found.get((meter[0], scale, True)), found.get((meter[0], scale, False)))
        for meter in meters
        for scale in SCALES[meter[3]]
    ]


def _scale(
    meter: tuple[int, int, str, int, Decimal, date | None, date | None],
    scale: str,
    previous: Decimal | None,
    current: Decimal | None,
) -> ScaleReading:
    _, service_id, serial, _, ratio, verified_on, next_verification_on = meter
    known = previous is not None and current is not None and current >= previous
    consumption = (current - previous) * ratio if known else None  # type: ignore[operator]
    return ScaleReading(
        service_id, serial, scale, verified_on, next_verification_on, previous, current, consumption
    )
