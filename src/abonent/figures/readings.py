"""Submitted readings of a month: by which way, on which day, and what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from abonent.base.months import Month
from abonent.figures.reading_sql import bounds, rows, whose

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


_STATES = """
SELECT reading.state, count(*)
  FROM metering_submittedreading AS reading
  {submission}
  {whose}
 WHERE reading.period = %(since)s
 GROUP BY 1
"""
_SUBMISSION = "JOIN metering_submission AS submission ON submission.id = reading.submission_id"
# The submissions once; the line without a day counts their accounts.
_DAYS = """
WITH sent AS MATERIALIZED (
    SELECT submission.account_id, submission.way, (submission.submitted_at AT TIME ZONE %(zone)s)::date AS day
      FROM (SELECT submission_id FROM metering_submittedreading
             WHERE period = %(since)s GROUP BY submission_id) AS reading
      JOIN metering_submission AS submission ON submission.id = reading.submission_id
      {whose}
)
SELECT day, way, count(*) FROM sent GROUP BY day, way
UNION ALL SELECT NULL, NULL, count(*) FROM (SELECT FROM sent GROUP BY account_id) AS accounts
"""


def readings(*, organisation_id: int | None, metered: int, month: Month) -> Readings:
    """Two queries. `metered`: open accounts with a meter."""
    values = bounds(month, month, organisation_id)
    theirs = whose("submission.account_id", organisation_id)
    counted = {(day, way): count for day, way, count in rows(_DAYS.format(whose=theirs), values)}
    sent_in = counted.pop((None, None))
    states = rows(_STATES.format(whose=theirs, submission=_SUBMISSION if theirs else ""), values)
    return Readings(month, metered, sent_in, tuple(_days(counted)), dict(states))


def _days(counted: Mapping[tuple[date, str], int]) -> Iterable[DayOfReadings]:
    if not counted:
        return
    first, last = min(day for day, _ in counted), max(day for day, _ in counted)
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        yield DayOfReadings(day, tuple(counted.get((day, way), 0) for way in WAYS))
