"""Reads of consumption: what was used by month, service, meter and scale."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import NamedTuple

from abonent.base.months import Month
from abonent.base.prepared import prepared_cursor
from abonent.metering.monthly_use import Point, monthly_use

#: An estimate is the mean of so many last months at most.
MONTHS_OF_ESTIMATE = 3


class MonthUse(NamedTuple):
    """What one scale of a meter counted in a month."""

    account_id: int
    service_id: int
    meter_id: int
    serial: str
    month: Month
    scale: str
    volume: Decimal | None
    """In the service's unit, ratio applied. None: the reading went down, and nobody knows why."""
    estimated: bool
    """The reading that ends the month is an estimate."""
    spread: bool
    """A share, by days, of what was used in several months."""
    rolled_over: bool
    first_value: Decimal
    last_value: Decimal
    last_on: date


class _Row(NamedTuple):
    account_id: int
    service_id: int
    meter_id: int
    serial: str
    scale: str
    digits: int
    ratio: Decimal
    taken_on: date
    value: Decimal
    source: str
    rolled_over: bool


# Of each scale: the last reading of every month, from the last one before the first month (and the last real
# one, in case that is an estimate) to the first month after the last that has one. What customers submitted,
# and billing has not told yet, counts among them.
_POINTS = """
WITH scales (number, scale) AS (
    VALUES (1, 'total'), (2, 'day'), (2, 'night'), (3, 'peak'), (3, 'half_peak'), (3, 'night')
)
SELECT meter.account_id, meter.service_id, meter.id, meter.serial, scales.scale, meter.digits, meter.ratio,
       point.taken_on, point.value, point.source,
       EXISTS (SELECT 1 FROM metering_submittedreading AS own
                WHERE own.meter_id = meter.id AND own.scale = scales.scale AND own.rolled_over
                  AND own.taken_on = point.taken_on AND own.value = point.value
                  AND own.state IN ('received', 'sent', 'accepted', 'used'))
  FROM metering_meter AS meter
  JOIN scales ON scales.number = meter.scales
 CROSS JOIN LATERAL (
      SELECT coalesce(least(max(taken_on), max(taken_on) FILTER (WHERE source <> 'estimate')),
                      '-infinity') AS first
        FROM ((SELECT taken_on, source FROM metering_reading
                WHERE meter_id = meter.id AND scale = scales.scale AND taken_on < %(first)s
                ORDER BY taken_on DESC LIMIT 1)
              UNION ALL
              (SELECT taken_on, source FROM metering_reading
                WHERE meter_id = meter.id AND scale = scales.scale AND taken_on < %(first)s
                  AND source <> 'estimate'
                ORDER BY taken_on DESC LIMIT 1)) AS before
 ) AS since
 CROSS JOIN LATERAL (
      SELECT coalesce(min(date_trunc('month', taken_on)::date + interval '1 month'), %(after)s) AS last
        FROM (SELECT taken_on FROM metering_reading
               WHERE meter_id = meter.id AND scale = scales.scale AND taken_on >= %(after)s
               ORDER BY taken_on LIMIT 1) AS later
 ) AS until
 CROSS JOIN LATERAL (
      WITH told AS (
          SELECT taken_on, value, source::text AS source,
                 2 * array_position(ARRAY['inspector', 'customer', 'automatic', 'estimate'],
                                    source::text) AS rank
            FROM metering_reading
           WHERE meter_id = meter.id AND scale = scales.scale
             AND taken_on >= since.first AND taken_on < until.last
          UNION ALL
          SELECT taken_on, value, 'customer', 5
            FROM metering_submittedreading
           WHERE meter_id = meter.id AND scale = scales.scale
             AND state IN ('received', 'sent', 'accepted', 'used')
             AND taken_on >= since.first AND taken_on < until.last
      )
      (SELECT DISTINCT ON (date_trunc('month', taken_on)) taken_on, value, source
         FROM told ORDER BY date_trunc('month', taken_on), taken_on DESC, rank)
      UNION
      (SELECT taken_on, value, source FROM told ORDER BY taken_on, rank LIMIT 1)
 ) AS point
 WHERE meter.account_id = ANY(%(accounts)s)
 ORDER BY meter.account_id, meter.service_id, meter.id, scales.scale, point.taken_on
"""


def usage_by_month(account_ids: Collection[int], *, first: Month, last: Month) -> list[MonthUse]:
    """Use by account, service, meter, scale and month, oldest month first. One query, whatever is asked.

    Every meter that counted in these months is there, also one taken off since. A month of which nothing is
    known is absent.
    """
    rows = _read_points(account_ids, first, last)
    return [
        use
        for _, group in groupby(rows, key=lambda row: (row.meter_id, row.scale))
        for use in _uses(list(group))
        if first <= use.month <= last
    ]


def expected_estimates(account_id: int, *, month: Month) -> dict[tuple[int, str], Decimal]:
    """What billing will take for `month` when nothing is submitted, in the service's unit, by (meter id,
    scale).

    The mean of the last months that were really read, at most three of the twelve before; a scale without any
    is absent (billing takes its norm then). One query.
    """
    known: dict[tuple[int, str], list[Decimal]] = {}
    for use in usage_by_month([account_id], first=month - 12, last=month - 1):
        if use.volume is not None and not use.estimated:
            known.setdefault((use.meter_id, use.scale), []).append(use.volume)
    return {key: _mean(volumes[-MONTHS_OF_ESTIMATE:]) for key, volumes in known.items()}


def _mean(volumes: list[Decimal]) -> Decimal:
    return (sum(volumes, Decimal(0)) / len(volumes)).quantize(Decimal("0.001"), ROUND_HALF_UP)


def _read_points(account_ids: Collection[int], first: Month, last: Month) -> list[_Row]:
    days = {"first": first.first_day, "after": (last + 1).first_day}
    with prepared_cursor() as cursor:
        cursor.execute(_POINTS, {"accounts": list(account_ids), **days})
        return [_Row._make(row) for row in cursor.fetchall()]


def _uses(rows: list[_Row]) -> Iterable[MonthUse]:
    scale = rows[0]
    points = [Point(row.taken_on, row.value, row.source, row.rolled_over) for row in rows]
    for use in monthly_use(points, scale.digits, scale.ratio):
        yield MonthUse(
            scale.account_id,
            scale.service_id,
            scale.meter_id,
            scale.serial,
            use.month,
            scale.scale,
            use.volume,
            use.estimated,
            use.spread,
            use.rolled_over,
            use.before,
            use.after,
            use.read_on,
        )
