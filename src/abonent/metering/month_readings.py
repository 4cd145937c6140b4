"""Reads of a month's readings, as a receipt prints them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

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
SELECT account_id, id, service_id, serial, scales, ratio, verified_on, next_verification_on
  FROM metering_meter
 WHERE account_id = ANY(%(accounts)s) AND (installed_on IS NULL OR installed_on <= %(last)s)
   AND (removed_on IS NULL OR removed_on >= %(first)s)
 ORDER BY account_id, service_id, serial
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
    return readings_of_accounts([account_id], month).get(account_id, [])


def readings_of_accounts(account_ids: Collection[int], month: Month) -> dict[int, list[ScaleReading]]:
    """The same of many accounts, by account; those without meters are left out. Two queries."""
    days = {"first": month.first_day, "last": month.last_day}
    with connection.cursor() as cursor:
        cursor.execute(_METERS, {"accounts": list(account_ids), **days})
        meters = cursor.fetchall()
        cursor.execute(_READINGS, {"meters": [meter[1] for meter in meters], **days})
        found = {row[:3]: row[3] for row in cursor.fetchall()}
    by_account: dict[int, list[ScaleReading]] = defaultdict(list)
    for account_id, *meter in meters:
        for scale in SCALES[meter[3]]:
            previous, current = (found.get((meter[0], scale, before)) for before in (True, False))
            by_account[account_id].append(_scale(meter, scale, previous, current))
    return dict(by_account)


def _scale(
    meter: Sequence[Any],
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
