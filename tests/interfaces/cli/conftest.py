"""The `abonent` command as people run it: a process of its own on a database of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.plugins import databases

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def url(database_server: str) -> Iterator[str]:
    """A migrated database that the commands may do with as they like."""
    name = databases.name_of_mine("command")
    yield databases.copy_template(database_server, name)
    databases.drop(database_server, name)


@pytest.fixture
def run(url: str, tmp_path: Path) -> Run:
    def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "abonent", *arguments],
            env=os.environ | {"DATABASE_URL": url, "ABONENT_HOME": str(tmp_path)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return command


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
