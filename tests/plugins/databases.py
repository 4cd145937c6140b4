"""Databases of the tests: migrated once into a template, then copied from it in a tenth of a second.

The template's name holds a hash of every migration and of the lock file, so a rerun skips migrating and a
changed migration is never missed. An advisory lock lets one process at a time make, copy or drop a template.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from abonent.base.database_url import with_database

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "abonent_template_"
COPY = "abonent_test_"
LOCK = 0x61626F6E  # any number that nobody else takes


def copy_template(server: str, name: str) -> str:
    """Make database `name` afresh as a copy of the migrated template; returns its URL."""
    with _locked(server) as connection:
        template = _ensure_template(server, connection)
        _drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return with_database(server, name)


def drop(server: str, name: str) -> None:
    with _administration(server) as connection:
        _drop(connection, name)


def drop_abandoned(server: str) -> None:
    """Drop the copies of test sessions that were killed: their names hold the process they belonged to."""
    with _locked(server) as connection:
        for name in _names(connection, COPY):
            if not Path(f"/proc/{name.removeprefix(COPY).split('_')[0]}").exists():
                _drop(connection, name)


def name_of_mine(purpose: str) -> str:
    """A database name that belongs to this process."""
    return f"{COPY}{os.getpid()}_{purpose}"


def _ensure_template(server: str, connection: psycopg.Connection) -> str:
    name, half = TEMPLATE + _fingerprint(), TEMPLATE + "half"
    if name not in _names(connection, TEMPLATE):
        for old in _names(connection, TEMPLATE):
            _drop(connection, old)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(half)))
        _migrate(with_database(server, half))
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name))
        )
    return name


def _migrate(url: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "django",
            "migrate",
            "--verbosity=0",
            "--skip-checks",
            "--settings=abonent.settings",
        ],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The tests' template database cannot be migrated:\n{done.stdout}{done.stderr}")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in [ROOT / "requirements" / "run.lock", *sorted(ROOT.glob("src/abonent/**/migrations/*.*"))]:
        if path.suffix in {".lock", ".py", ".sql"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _names(connection: psycopg.Connection, prefix: str) -> list[str]:
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
    return [name for (name,) in connection.execute(query, [prefix])]


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _administration(server: str) -> psycopg.Connection:
    return psycopg.connect(with_database(server, "postgres"), autocommit=True)


@contextmanager
def _locked(server: str) -> Iterator[psycopg.Connection]:
    with _administration(server) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield connection
