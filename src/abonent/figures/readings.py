"""Submitted readings of a month: by which way, on which day, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from abonent.base.months import Month
from abonent.figures.reading_sql import bounds, rows

WAYS = ("cabinet", "link", "offline")
"""`metering.Submission.Way`."""


@dataclass(frozen=True, slots=True)
class DayOfReadings:
    """Submissions on a day, by way in the order of `WAYS`."""

    day: date
    by_way: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """Of the window that opened in `month`; a submission counts once, however many meters it had."""

    month: Month
    metered: int
    """Open accounts with a meter that is not taken off."""
    sent_in: int
    """Accounts that submitted."""
    days: tuple[DayOfReadings, ...]
    """From the first day on which one came to the last, none left out."""
    by_state: dict[str, int]
    """Readings, not submissions, by `metering.SubmittedReading.State`."""

    @property
    def share(self) -> float:
        return self.sent_in / self.metered if self.metered else 0.0


_DAYS = """
SELECT (submission.submitted_at AT TIME ZONE %(zone)s)::date, submission.way, count(*)
  FROM metering_submission AS submission
  JOIN accounts_account AS account ON account.id = submission.account_id
 WHERE submission.id IN (SELECT submission_id FROM metering_submittedreading WHERE period = %(since)s)
   AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
 GROUP BY 1, 2
"""
_STATES = """
SELECT reading.state, count(*), count(DISTINCT meter.account_id)
  FROM metering_submittedreading AS reading
  JOIN metering_meter AS meter ON meter.id = reading.meter_id
  JOIN accounts_account AS account ON account.id = meter.account_id
 WHERE reading.period = %(since)s
   AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
 GROUP BY GROUPING SETS ((reading.state), ())
"""
_METERED = """
SELECT count(*) FROM accounts_account AS account
 WHERE closed_on IS NULL AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
   AND EXISTS (SELECT FROM metering_meter AS meter
                WHERE meter.account_id = account.id AND meter.removed_on IS NULL)
"""


def readings(*, organisation_id: int | None, month: Month) -> Readings:
    """Three queries."""
    values = bounds(month, month, organisation_id)
    states = {state: (count, accounts) for state, count, accounts in rows(_STATES, values)}
    _, sent_in = states.pop(None, (0, 0))
    ((metered,),) = rows(_METERED, values)
    by_state = {state: count for state, (count, _) in states.items()}
    return Readings(month, metered, sent_in, tuple(_days(rows(_DAYS, values))), by_state)


def _days(found: Iterable[tuple[Any, ...]]) -> Iterable[DayOfReadings]:
    counted = {(day, way): count for day, way, count in found}
    if not counted:
        return
    first, last = min(day for day, _ in counted), max(day for day, _ in counted)
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        yield DayOfReadings(day, tuple(counted.get((day, way), 0) for way in WAYS))
