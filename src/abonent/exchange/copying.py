"""A second thread that feeds COPY while the first one reads and checks the next block."""

import threading
from contextlib import suppress
from queue import Full, Queue
from typing import Any, NamedTuple

from django.db import connection
from psycopg.sql import Composed

#: Blocks that may wait: one is being copied, one is ready.
_WAITING = 2


class _Piece(NamedTuple):
    table: str
    statement: Composed
    data: memoryview


class Copier:
    """Pieces of COPY data for several tables, one after the other, over the caller's connection.

    Between `add` and the return of `pause`, `finish` or `give_up` the caller does not touch the connection.
    Consecutive pieces of one table go into one COPY. An error of the database is raised where the caller
    speaks to the copier next."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._raw: Any = connection.connection
        self._queue: Queue[_Piece | threading.Event | None] = Queue(_WAITING)
        self._failure: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copier", daemon=True)
        self._thread.start()

    def add(self, table: str, statement: Composed, data: memoryview) -> None:
        self._raise_failure()
        self._queue.put(_Piece(table, statement, data))

    def pause(self) -> None:
        """Wait until everything added so far is copied: the connection is the caller's until the next
        `add`."""
        idle = threading.Event()
        self._queue.put(idle)
        idle.wait()
        self._raise_failure()

    def finish(self) -> None:
        """Wait until everything is copied, and end."""
        self._queue.put(None)
        self._thread.join()
        self._raise_failure()

    def give_up(self) -> None:
        """End as soon as may be; what was copied is for the caller to roll back."""
        self._stop.set()
        while self._thread.is_alive():
            with suppress(Full):
                self._queue.put(None, timeout=0.1)

    def _raise_failure(self) -> None:
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        item = self._queue.get()
        while item is not None:
            if isinstance(item, threading.Event):
                item.set()
                item = self._queue.get()
            elif self._failure or self._stop.is_set():
                item = self._queue.get()
            else:
                item = self._copy(item)

    def _copy(self, piece: _Piece) -> _Piece | threading.Event | None:
        """One COPY for as long as the pieces are of one table; gives what came after them."""
        item: _Piece | threading.Event | None = piece
        try:
            with self._raw.cursor() as cursor, cursor.copy(piece.statement) as copy:
                while isinstance(item, _Piece) and item.table == piece.table and not self._stop.is_set():
                    copy.write(item.data)
                    item = self._queue.get()
        except BaseException as error:
            self._failure = error
        return item
