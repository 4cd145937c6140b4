"""How many would get a month's receipt, for the office's page: of this moment, or of the one that is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from abonent.base.months import Month
from abonent.bills.queries import Published
from abonent.bills.recipients import count_recipients
from abonent.portal import counts

WHAT = "bills.recipients"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many letters would be written, and the moment that is of."""

    letters: int
    counted_at: datetime


def waiting(
    *, month: Month, organisation_id: int | None, runs: Sequence[Published], now: datetime
) -> Waiting:
    """Of `now` where it is counted quickly, else at most an hour old, as a rule ten minutes (portal.counts).
    What was counted before the newest of `runs` wrote its letters is never shown. Five queries at most."""
    newest = f"{runs[0].id}:{runs[0].written}" if runs else ""
    key = {"month": str(month), "organisation": organisation_id, "after": newest}
    found = counts.counted(WHAT, key, now=now)
    return Waiting(found.value, found.counted_at)


def count(key: counts.Key, *, now: datetime) -> int:
    """For portal.counts."""
    return count_recipients(month=Month.parse(key["month"]), organisation_id=key["organisation"], now=now)
