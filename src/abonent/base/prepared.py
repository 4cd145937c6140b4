"""Statements that PostgreSQL plans once for each connection: for the reads that every page makes.

Django binds values on the client, so the server plans every statement anew; for a join of three tables, or a
dozen months of a partitioned table, that costs more than running it (docs/benchmarks.md, "Pages"). The plan
is kept whatever the values: these statements read an account's few rows through an index, and partitions that
the values rule out are left out when it runs.
"""

from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

#: A statement is prepared when a connection runs it for the second time.
THRESHOLD = 1


def prepared_cursor() -> CursorWrapper:
    """A cursor of Django's own connection, with its wrappers, that binds on the server and keeps the plan.

    An ordinary cursor where settings.PREPARED_STATEMENTS is off (ABONENT_NO_PREPARED_STATEMENTS).
    """
    if not settings.PREPARED_STATEMENTS:
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = THRESHOLD
        raw.execute("SET plan_cache_mode = force_generic_plan")  # else months are planned anew each time
    with connection.wrap_database_errors:
        return connection._prepare_cursor(psycopg.Cursor(raw))  # type: ignore[attr-defined, no-any-return]
