"""The `abonent` command as people run it: a process of its own on a database of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from abonent.__main__ import main
from tests.plugins import databases

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def url(database_server: str) -> Iterator[str]:
    """A migrated database that the commands may do with as they like."""
    name = databases.name_of_mine("command")
    yield databases.copy_template(database_server, name)
    databases.drop(database_server, name)


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """A process of its own: for what the environment, signals or another connection decide."""

    def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        if "DATABASE_URL" not in environment:
            environment["DATABASE_URL"] = request.getfixturevalue("url")
        return subprocess.run(
            [sys.executable, "-m", "abonent", *arguments],
            env=os.environ | {"ABONENT_HOME": str(tmp_path)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return command


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@pytest.fixture
def call(db: None, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Said]]:
    """The command in this process, on the test's database: a hundredth of what a process of its own takes."""

    def command(*arguments: str) -> Said:
        code = main(list(arguments))
        return Said(code, *capsys.readouterr())

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield command
    for number, handler in handlers.items():
        signal.signal(number, handler)


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
