"""The database's part of `abonent check`."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding

OLDEST = 15
APPEND_ONLY = ("users_auditevent", "accounts_linkattempt", "ledger_payment")
TRIGGERS = """
SELECT tgrelid::regclass::text FROM pg_trigger
WHERE tgname = 'append_only' AND tgenabled IN ('O', 'A')
"""
WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '2 minutes'"


def findings() -> Iterator[Finding]:
    """Stops at the first FAIL that leaves nothing to ask."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        yield Finding(
            FAIL, "database", f"not reachable: {reason}", "start the server or correct DATABASE_URL"
        )
        return
    for look in (_version, _letters, _role):
        yield look()
    migrations = _migrations()
    yield migrations
    if migrations.state == OK:
        yield from (look() for look in MIGRATED)


def _version() -> Finding:
    version = _ask("SHOW server_version")
    if int(str(version).split(".")[0]) < OLDEST:
        return Finding(FAIL, "database", f"PostgreSQL {version}", f"upgrade it to {OLDEST} or newer")
    return Finding(OK, "database", f"PostgreSQL {version}, database {settings.DATABASES['default']['NAME']}")


def _letters() -> Finding:
    """A database with LC_CTYPE C compares Cyrillic and Kazakh letters of different case wrongly."""
    if _ask("SELECT lower('ӘҒҚҢӨҰҮҺІ ЁЖ') = 'әғқңөұүһі ёж' AND current_setting('server_encoding') = 'UTF8'"):
        return Finding(OK, "letters", "UTF-8; knows the case of Kazakh and Cyrillic letters")
    return Finding(
        FAIL,
        "letters",
        "the database does not know the case of Kazakh and Cyrillic letters",
        "make it anew: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    )


def _role() -> Finding:
    embedded = str(settings.DATABASES["default"]["HOST"]).startswith("/")
    if _ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") and not embedded:
        return Finding(WARN, "role", "the portal works as a superuser", "give it a role of its own")
    return Finding(OK, "role", str(_ask("SELECT current_user")))


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Finding(FAIL, "migrations", f"{len(waiting)} are not applied", "abonent migrate")
    return Finding(OK, "migrations", "all applied")


def _append_only() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        guarded = {row[0].split(".")[-1] for row in cursor.fetchall()}
    open_tables = [table for table in APPEND_ONLY if table not in guarded]
    if open_tables:
        remedy = "put the trigger append_only back (see the rooms' migrations), and find out who removed it"
        return Finding(FAIL, "append-only", f"can be rewritten: {', '.join(open_tables)}", remedy)
    return Finding(OK, "append-only", ", ".join(APPEND_ONLY))


def _worker() -> Finding:
    waiting = _ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
    if _ask(WORKERS):
        return Finding(OK, "worker", f"at work; {waiting} jobs are waiting")
    return Finding(WARN, "worker", f"none at work; {waiting} jobs are waiting", "start `abonent worker`")


MIGRATED: tuple[Callable[[], Finding], ...] = (_append_only, _worker)


def _ask(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
        return row[0] if row else None
