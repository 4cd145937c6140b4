"""Commands take as long as they take: the limits of the role that serves pages are for pages alone.

The limits are the database role's own (deploy/limits.sql), and the worker has the same role. Behind a pooler
that gives each transaction another connection nothing is set: it would stay with somebody else's.
"""

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def take_as_long_as_it_takes() -> None:
    """From now on, for every connection that this process makes. Safe to repeat."""
    connection_created.connect(_without_limits, dispatch_uid="abonent.base.patience")


def as_pages_do() -> None:
    """Back to the role's limits, for connections that are made from now on: for tests."""
    connection_created.disconnect(dispatch_uid="abonent.base.patience")


def _without_limits(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    if not settings.PREPARED_STATEMENTS:
        return
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET {name} = 0" for name in LIMITS))
