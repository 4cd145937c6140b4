"""The tables of charges, one a month: made bare, sealed when they are full, put in place in one step.

Plain mechanics: which table a month should have is decided in `ledger.operations`. Everything runs in the
caller's transaction. Why tables and not rows are exchanged: docs/adr/0005-import.md.
"""

import random
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import LiteralString

from django.db import OperationalError, connection, transaction
from psycopg import errors, sql
from psycopg.sql import SQL, Composed, Identifier, Literal

from abonent.accounts.models import Account
from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.ledger.models import Charge
from abonent.portal.models import Service

PARENT = Charge._meta.db_table
#: Amounts and quantities: every column beyond the key.
FIGURES = tuple(
    field.column
    for field in Charge._meta.concrete_fields
    if field.column not in {None, "account_id", "month", "service_id"}
)
_NAME = re.compile(PARENT + r"_\d{4}_\d{2}_[0-9a-f]{8}")
#: A reader who waits behind us waits no longer than this; then we step aside and try again.
LOCK_WAIT_MS = 100
PATIENCE_SECONDS = 60.0


class MonthsBusyError(DomainError):
    """Somebody reads charges in a transaction that does not end: the months could not be put in place."""


@dataclass(frozen=True)
class Exchange:
    """One month's table out, another in; either may be missing."""

    month: Month
    leaves: str = ""
    enters: str = ""


def create(month: Month) -> str:
    """Make a bare table for a month's charges and return its name. It takes COPY with FREEZE in the same
    transaction; the month is its column's default, and its CHECK, so that nothing is scanned to attach it."""
    name = f"{PARENT}_{month.year:04d}_{month.number:02d}_{secrets.token_hex(4)}"
    _execute(
        "CREATE TABLE {table} (LIKE {parent}, CHECK (month = {day}))",
        table=Identifier(name),
        parent=Identifier(PARENT),
        day=_day(month),
    )
    _execute(
        "ALTER TABLE {table} ALTER COLUMN month SET DEFAULT {day}", table=Identifier(name), day=_day(month)
    )
    return name


def copy_statement(table: str, figures: Sequence[str]) -> Composed:
    """COPY, in the text format, of `account_id, service_id, *figures` into a table of `create`'s making."""
    columns = SQL(", ").join(map(Identifier, ["account_id", "service_id", *figures]))
    return SQL("COPY {} ({}) FROM STDIN (FREEZE)").format(Identifier(table), columns)


def add_key(table: str) -> None:
    """The primary key, built at once over all rows."""
    _execute("ALTER TABLE {table} ADD PRIMARY KEY (account_id, month, service_id)", table=Identifier(table))


def add_references(table: str) -> None:
    """The foreign keys, validated set by set. Along the primary key both sides are sorted already: a merge
    reads them once, where a hash of all accounts would be made for nothing."""
    with _planner_without("enable_hashjoin"):
        _add_reference(table, "account_id", Account._meta.db_table)
    _add_reference(table, "service_id", Service._meta.db_table)


def _add_reference(table: str, column: str, target: str) -> None:
    _execute(
        "ALTER TABLE {table} ADD FOREIGN KEY ({column}) REFERENCES {target} (id)",
        table=Identifier(table),
        column=Identifier(column),
        target=Identifier(target),
    )


@contextmanager
def _planner_without(switch: str) -> Iterator[None]:
    """A planner switch off for a while: SET LOCAL alone would last until the end of the transaction."""
    _execute("SET LOCAL {switch} = off", switch=Identifier(switch))
    yield
    _execute("SET LOCAL {switch} = on", switch=Identifier(switch))


def exchange(exchanges: Sequence[Exchange], *, pause: Callable[[float], None] = time.sleep) -> None:
    """Put months in place and take others out, all in one step that readers see at commit.

    This needs every reader of charges and accounts gone for a moment. The locks are asked for LOCK_WAIT_MS
    at a time, so that nobody queues long behind us; after PATIENCE_SECONDS it is a MonthsBusyError. Commit
    right after: from here on readers wait.
    """
    if not exchanges:
        return
    deadline = time.monotonic() + PATIENCE_SECONDS
    _hold_off_vacuum([one.leaves for one in exchanges if one.leaves])
    while not _tried(exchanges):
        if time.monotonic() > deadline:
            raise MonthsBusyError(
                f"charges were being read for {PATIENCE_SECONDS:.0f} s without a break; nothing was changed"
            )
        pause(random.uniform(0.05, 0.3))  # noqa: S311 - so that two who wait do not march in step


def _hold_off_vacuum(tables: Sequence[str]) -> None:
    """Take the lock that autovacuum takes, and no reader: whoever vacuums a table of ours is sent away by the
    server, which happens only to those who are waited for longer than we wait below."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        if cursor.fetchone() == (True,):  # others may not say how soon: the server's default is a second
            cursor.execute("SET LOCAL deadlock_timeout = '20ms'")
    held = [*tables, Account._meta.db_table, Service._meta.db_table]
    try:
        with _waiting_at_most(f"{PATIENCE_SECONDS}s"):
            _execute(
                "LOCK TABLE {tables} IN SHARE UPDATE EXCLUSIVE MODE",
                tables=SQL(", ").join(map(Identifier, held)),
            )
    except _Locked:
        raise MonthsBusyError(f"{', '.join(held)} are being changed; nothing was loaded") from None


def _tried(exchanges: Sequence[Exchange]) -> bool:
    try:
        with _waiting_at_most(f"{LOCK_WAIT_MS}ms"):
            for one in exchanges:
                _exchange(one)
    except _Locked:
        return False
    return True


def _exchange(one: Exchange) -> None:
    parent = Identifier(PARENT)
    if one.leaves:
        _execute("ALTER TABLE {p} DETACH PARTITION {t}", p=parent, t=Identifier(one.leaves))
    if one.enters:
        _execute(
            "ALTER TABLE {p} ATTACH PARTITION {t} FOR VALUES IN ({day})",
            p=parent,
            t=Identifier(one.enters),
            day=_day(one.month),
        )


def drop(table: str) -> None:
    _execute("DROP TABLE IF EXISTS {table}", table=Identifier(table))


def analyze(table: str) -> None:
    _execute("ANALYZE {table}", table=Identifier(table))


def sweep(*, keep: Sequence[str]) -> list[str]:
    """Drop tables of months that are neither in place nor in `keep`: what a run left that did not end
    well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s AND relname <> ALL(%s)"
            " AND relnamespace = current_schema()::regnamespace"
            " AND oid NOT IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass)",
            [PARENT + r"\_%", list(keep), PARENT],
        )
        left = [row[0] for row in cursor.fetchall() if _NAME.fullmatch(row[0])]
    for table in left:
        _drop_soon(table)
    return left


def _drop_soon(table: str) -> None:
    """Drop, unless somebody holds what it refers to just now: the next sweep finds it again."""
    with suppress(_Locked), _waiting_at_most(f"{LOCK_WAIT_MS}ms"):
        drop(table)


class _Locked(Exception):  # noqa: N818 - not an error: the moment passes
    pass


@contextmanager
def _waiting_at_most(wait: str) -> Iterator[None]:
    """A transaction, or a part of one, that waits so long for a lock and then gives up with _Locked."""
    try:
        with transaction.atomic():
            _execute("SET LOCAL lock_timeout = {wait}", wait=Literal(wait))
            yield
            _execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable):
            raise _Locked from error
        raise


def _day(month: Month) -> sql.Literal:
    return Literal(month.first_day)


def _execute(query: LiteralString, **parts: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL(query).format(**parts))
