"""What always holds of requests, as questions to the database: each query returns the rows that break it.

The same queries stand in docs/domain/requests.md, which a test compares; tests ask them after what they do,
and `abonent check` of the database that serves.
"""

from typing import Any

from django.db import connection

MOST_READ = 1000

INVARIANTS = {
    "state_is_the_last_events": """
SELECT request.id, request.state, last.state
  FROM service_requests_servicerequest request
  LEFT JOIN LATERAL (SELECT state FROM service_requests_requestevent event
                      WHERE event.request_id = request.id ORDER BY event.id DESC LIMIT 1) last ON true
 WHERE last.state IS DISTINCT FROM request.state
""",
    "filed_first_and_once": """
SELECT request_id
  FROM (SELECT request_id, kind, row_number() OVER (PARTITION BY request_id ORDER BY id) AS place
          FROM service_requests_requestevent) event
 WHERE (place = 1) <> (kind = 'filed')
""",
    "states_follow_each_other": """
SELECT request_id, before, state
  FROM (SELECT request_id, state, lag(state) OVER (PARTITION BY request_id ORDER BY id) AS before
          FROM service_requests_requestevent) event
 WHERE (before IS NULL AND state <> 'received')
    OR (before IN ('done', 'refused') AND state NOT IN (before, 'received'))
    OR (before = 'cancelled' AND state <> 'cancelled')
""",
    "in_work_by_somebody": """
SELECT id FROM service_requests_servicerequest WHERE state = 'received' AND assigned_to_id IS NOT NULL
""",
    "reopened_as_often_as_said": """
SELECT request.id, request.reopened, count(event.id)
  FROM service_requests_servicerequest request
  LEFT JOIN service_requests_requestevent event ON event.request_id = request.id AND event.kind = 'reopened'
 GROUP BY request.id HAVING count(event.id) <> request.reopened
""",
    "files_are_what_was_sent": """
SELECT id FROM service_requests_requestfile
 WHERE (forgotten_at IS NULL
        AND (length(content) <> size OR encode(sha256(content), 'hex') <> checksum))
    OR (forgotten_at IS NOT NULL AND length(content) > 0)
""",
}


#: Without reading the contents of files.
OF_HISTORY = tuple(name for name in INVARIANTS if name != "files_are_what_was_sent")


def broken(*names: str) -> dict[str, list[tuple[Any, ...]]]:
    """The invariants that do not hold (of those named; all without names), with the first rows of each. A
    query for each."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for name in names or INVARIANTS:
            cursor.execute(INVARIANTS[name])
            if rows := cursor.fetchmany(MOST_READ):
                found[name] = rows
    return found
