"""A database for each portal of the demo; new ones are migrated once and copied."""

import subprocess
import sys
from collections.abc import Sequence

import psycopg
from psycopg import sql

from abonent.base.database_url import with_database
from abonent.base.errors import DomainError
from abonent.base.postgres import ensure_database
from abonent.demo.portals import Place, environment


class NotMigrated(DomainError):  # noqa: N818 - named after what happened
    """The first database could not be migrated; the message is the end of what was said."""


def prepare(server: str, places: Sequence[Place]) -> None:
    """Make the databases that are missing. Several new ones: the first is migrated, the others copy it, still
    empty, which is much faster. Safe to repeat and to kill: whoever opens a database migrates it anyway.
    Raises NotMigrated."""
    with psycopg.connect(with_database(server, "postgres"), autocommit=True) as connection:
        known = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        missing = [place for place in places if place.database not in known]
        if not missing:
            return
        ensure_database(server, missing[0].database)
        _migrate(missing[0], with_database(server, missing[0].database))
        for place in missing[1:]:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(place.database), sql.Identifier(missing[0].database)
            )
            connection.execute(statement)


def _migrate(place: Place, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "abonent", "migrate"],
        env=environment(place, url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMigrated("the database cannot be migrated:\n" + "\n".join(done.stdout.splitlines()[-15:]))
