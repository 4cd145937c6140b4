"""A process in which Django is loaded, and which does what it is told to in forks of itself.

For tests that kill: starting Python and Django anew takes a hundred times as long as a fork. The test's own
process cannot be forked: Polars has threads in it, and their locks would stay shut in the child.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

PATIENCE = 60  # seconds
_PROGRAM = """
import json, os, sys, traceback
import django
django.setup()
import abonent.exchange.runs, abonent.exchange.outgoing.readings, abonent.exchange.outgoing.payments

def work(asked):
    said = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.argv = ["-c", *asked["arguments"]]
    try:
        exec(asked["code"], {"__name__": "__main__"})
        sys.stdout.flush()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)

for line in sys.stdin:
    child = os.fork()
    if not child:
        work(json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_HELD = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Loaded:
    """Its environment is the test process's when it was started; its database is the tests' own."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._said = process, folder / "said"

    def run(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Do what `python -c code arguments` would, Django being set up; `stdout` is all that was said."""
        asked = {"code": code, "arguments": arguments, "said": str(self._said)}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        ended = int(self._process.stdout.readline())
        return subprocess.CompletedProcess(code, ended, self._said.read_text())


@contextmanager
def loaded(folder: Path) -> Iterator[Loaded]:
    """One for the tests of a session; `folder` holds what it says."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "abonent.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Loaded(process, folder)
    finally:
        process.communicate()


def wait_for_locks() -> None:
    """The server notices that a client was killed: nobody else holds an advisory lock in this database."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_HELD)
            if not cursor.fetchone()[0]:
                return
        assert time.monotonic() < deadline, "an advisory lock is still held"
        time.sleep(0.02)
