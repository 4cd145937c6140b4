"""Databases with a town in them: settled once for each portal, then copied in a moment.

The name of a settled one holds the day (a town is of its day) and a hash of the code that makes it.
"""

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from abonent.base.database_url import with_database
from tests.plugins.databases import ROOT, copy_template, drop

SETTLED = "abonent_town_"
LOCK = 0x746F776E
#: What a town comes through: the pages' code does not matter to it.
ROOMS = (
    "base",
    "portal",
    "users",
    "configuration",
    "notices",
    "accounts",
    "metering",
    "tariffs",
    "ledger",
    "bills",
    "payments",
    "service_requests",
    "announcements",
    "personal_data",
    "exchange",
    "demo",
)


def copy_town(server: str, portal: str, name: str) -> str:
    """Make database `name` afresh as a copy of the settled town of `portal`; returns its URL.

    Its people and accounts are those of `abonent.demo.operations.settle`. The first copy of a day takes some
    seconds, the next ones a tenth of one. The caller drops it (`databases.drop`).
    """
    with psycopg.connect(with_database(server, "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        settled = _ensure_settled(server, portal, connection)
        drop(server, name)
        _copy(connection, settled, name)
    return with_database(server, name)


def _ensure_settled(server: str, portal: str, connection: psycopg.Connection) -> str:
    of_portal = f"{SETTLED}{portal}_"
    name = of_portal + _fingerprint()
    known = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
    if name not in known:
        for old in known:
            if old.startswith(of_portal):
                drop(server, old)
        half = f"{SETTLED}{portal}_half"
        _settle(portal, copy_template(server, half))
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(statement.format(sql.Identifier(half), sql.Identifier(name)))
    return name


def _copy(connection: psycopg.Connection, settled: str, name: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(settled)))


def _settle(portal: str, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "abonent.demo.house", "0"],
        env=os.environ | {"ABONENT_PORTAL": portal, "DATABASE_URL": url, "ABONENT_DEMO": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"The town of {portal} was not settled:\n{done.stdout}{done.stderr}"


def _fingerprint() -> str:
    digest = hashlib.sha256(str(date.today()).encode())  # noqa: DTZ011 - the day of the machine
    given = [*(ROOT / "portals").glob("*.toml"), *(ROOT / "tariffs").rglob("*.toml")]
    for path in [*sorted(given), *sorted(_sources())]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> list[Path]:
    package = ROOT / "src" / "abonent"
    return [
        path
        for room in ROOMS
        for path in (package / room).rglob("*")
        if path.suffix in {".py", ".toml", ".sql"}
    ]
