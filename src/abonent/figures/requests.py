"""Requests: how many are open and late now, and how those of the last months were done."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.base.months import Month
from abonent.figures.reading_sql import bounds, rows


@dataclass(frozen=True, slots=True)
class MonthOfRequests:
    """Filed in the month; closed in it, in time or late."""

    month: Month
    filed: int
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class KindOfRequests:
    """Of a kind, filed in the months asked for; `label` is what it was called last, by language."""

    kind: str
    label: dict[str, str]
    filed: int
    open: int
    overdue: int
    in_time: int
    late: int
    rating: Decimal | None
    """The mean of the stars customers gave."""


@dataclass(frozen=True, slots=True)
class Requests:
    by_state: dict[str, int]
    """Open ones now, by `service_requests.ServiceRequest.State`."""
    overdue: int
    months: tuple[MonthOfRequests, ...]
    kinds: tuple[KindOfRequests, ...]
    """The most asked for first."""

    @property
    def open(self) -> int:
        return sum(self.by_state.values())


_OPEN = """
SELECT state, count(*), count(*) FILTER (WHERE due_on < %(today)s AND state <> 'waiting')
  FROM service_requests_servicerequest
 WHERE state IN ('received', 'in_work', 'waiting')
   AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
 GROUP BY 1
"""
_MONTHS = """
SELECT date_trunc('month', happened.at AT TIME ZONE %(zone)s)::date, happened.what, count(*)
  FROM (SELECT created_at AS at, 'filed' AS what, organisation_id FROM service_requests_servicerequest
         WHERE created_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND created_at < %(until)s::timestamp AT TIME ZONE %(zone)s
        UNION ALL
        SELECT closed_at,
               CASE WHEN (closed_at AT TIME ZONE %(zone)s)::date > due_on THEN 'late' ELSE 'in_time' END,
               organisation_id
          FROM service_requests_servicerequest
         WHERE closed_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND closed_at < %(until)s::timestamp AT TIME ZONE %(zone)s
           AND state <> 'cancelled') AS happened
 WHERE %(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s
 GROUP BY 1, 2
"""
_KINDS = """
SELECT kind, (SELECT newest.kind_label FROM service_requests_servicerequest AS newest
               WHERE newest.id = max(request.id)), count(*),
       count(*) FILTER (WHERE closed_at IS NULL),
       count(*) FILTER (WHERE closed_at IS NULL AND due_on < %(today)s AND state <> 'waiting'),
       count(*) FILTER (WHERE state <> 'cancelled' AND (closed_at AT TIME ZONE %(zone)s)::date <= due_on),
       count(*) FILTER (WHERE state <> 'cancelled' AND (closed_at AT TIME ZONE %(zone)s)::date > due_on),
       round(avg(rating), 1)
  FROM service_requests_servicerequest AS request
 WHERE created_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
   AND created_at < %(until)s::timestamp AT TIME ZONE %(zone)s
   AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
 GROUP BY kind
 ORDER BY 3 DESC, kind
"""


def requests(*, organisation_id: int | None, first: Month, last: Month, today: date) -> Requests:
    """Three queries. What waits for the customer is never late: its deadline stands still."""
    values = bounds(first, last, organisation_id) | {"today": today}
    states = rows(_OPEN, values)
    happened = {(Month.of(month), what): count for month, what, count in rows(_MONTHS, values)}
    months = (
        MonthOfRequests(one, *(happened.get((one, what), 0) for what in ("filed", "in_time", "late")))
        for one in first.through(last)
    )
    return Requests(
        by_state={state: count for state, count, _ in states},
        overdue=sum(late for _, _, late in states),
        months=tuple(months),
        kinds=tuple(
            KindOfRequests(kind, json.loads(label), *counts) for kind, label, *counts in rows(_KINDS, values)
        ),
    )
