"""The program ends at a statement: `with crash_at(n):` raises instead of running the n-th one (from 0)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.db import connection


class Crash(BaseException):
    """Nobody catches it: what follows never happens."""


@contextmanager
def crash_at(place: int) -> Iterator[None]:
    statements = count()

    def once(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        ends = sql.startswith("RELEASE SAVEPOINT")  # a COMMIT, but for the test's own transaction around it
        if not ends and next(statements) == place:
            raise Crash(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(once):
        yield


def crash_everywhere(call: Callable[[], Any]) -> Iterator[int]:
    """Call it again and again, ending at its first statement, its second …: yields the place after each
    crash, and stops after the first call that comes through."""
    for place in count():
        try:
            with crash_at(place):
                call()
        except Crash:
            yield place
        else:
            return
