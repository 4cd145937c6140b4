"""How far a run is, told to the office while the run's one transaction is open: on a connection of its own,
a row a second. A run that no longer tells is dead."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection

from abonent.exchange.models import Run
from abonent.exchange.progress import Progress

logger = logging.getLogger(__name__)
EVERY_SECONDS = 1.0
LOCK = 0x61626F6E_696D
"""The advisory lock of imports and undos: one of them in a database at a time."""
WORKING = (Run.State.PLANNING, Run.State.STARTED, Run.State.UNDOING)
_TELL = """
INSERT INTO exchange_runprogress AS known (run_id, doing, rows, share, begun_at, told_at)
VALUES (%s, %s, %s, %s, clock_timestamp(), clock_timestamp())
ON CONFLICT (run_id) DO UPDATE SET doing = EXCLUDED.doing, rows = EXCLUDED.rows, share = EXCLUDED.share,
    told_at = EXCLUDED.told_at, begun_at = CASE WHEN %s THEN EXCLUDED.begun_at ELSE known.begun_at END
"""


def begin(run_id: int) -> None:
    """Say that somebody is at work on it from now on, on the caller's connection."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [run_id, "waiting", 0, 0.0, True])


_DEAD = """
SELECT CASE WHEN progress.told_at IS NOT NULL
            THEN progress.told_at < clock_timestamp() - interval '30 seconds'
            ELSE run.started_at < clock_timestamp() - interval '30 seconds' AND NOT EXISTS (
                SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
                   AND classid::bigint = %s AND objid::bigint = %s
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) END
  FROM exchange_run run LEFT JOIN exchange_runprogress progress ON progress.run_id = run.id WHERE run.id = %s
"""


def is_dead(run: Run) -> bool:
    """Whether a run that is worked at has told nothing for half a minute, by the database's clock (one that
    never tells: whether nobody holds the imports' lock): its worker was killed, and nothing of it was
    taken."""
    if run.state not in WORKING:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_DEAD, [LOCK >> 32, LOCK & 0xFFFFFFFF, run.pk])
        (dead,) = cursor.fetchone()
    return bool(dead)


class Teller:
    """The listener of an import, for as long as it is entered. That nobody could be told stops no import."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._last = Progress("waiting", 0, 0.0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)

    def __call__(self, progress: Progress) -> None:
        self._last = progress

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while True:
                over = self._over.is_set()
                self._tell()
                if over:
                    return
                self._over.wait(EVERY_SECONDS)
        finally:
            connection.close()

    def _tell(self) -> None:
        last = self._last
        try:
            with connection.cursor() as cursor:
                cursor.execute(_TELL, [self._run_id, last.doing[:60], last.rows, last.share, False])
        except DatabaseError:
            logger.warning("the progress of run %s could not be told", self._run_id, exc_info=True)
            connection.close()
