"""Tasks of the worker that failed, or whose worker was killed: seen in the office, tried again or dismissed.

A task's arguments may say whom it is about in words; the office shows numbers alone, and of the error its
kind and place in the code.
"""

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction

from abonent.base.errors import DomainError
from abonent.users import audit
from abonent.users.models import User

logger = logging.getLogger(__name__)
_NOTE = """
INSERT INTO exchange_taskfailure AS known (job_id, error, at) VALUES (%s, %s, clock_timestamp())
ON CONFLICT (job_id) DO UPDATE SET error = EXCLUDED.error, at = EXCLUDED.at
"""
# A worker tells every ten seconds that it is there; whose worker is gone is nobody's.
_BROKEN = """
FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status IN ('failed', 'doing') AND (job.status = 'failed' OR worker.id IS NULL
      OR worker.last_heartbeat < clock_timestamp() - interval '2 minutes')
"""
_LINES = f"""
SELECT job.id, job.task_name, job.queue_name, job.args, job.attempts, job.status::text, failure.error,
       (SELECT max(at) FROM procrastinate_events event WHERE event.job_id = job.id) AS at
  FROM (SELECT job.* {_BROKEN} ORDER BY job.id DESC LIMIT %s OFFSET %s) job
  LEFT JOIN exchange_taskfailure failure ON failure.job_id = job.id
 ORDER BY job.id DESC
"""  # noqa: S608 - parts of ours


class NoSuchTaskError(DomainError):
    """It does not stand among those that failed any more."""


class AlreadyWaitsError(DomainError):
    """The same task waits already: this one can be dismissed."""


@dataclass(frozen=True)
class FailedTask:
    """`about`: its numbers, "letter_id 17". `killed`: it did not fail, its worker was killed."""

    id: int
    name: str
    queue: str
    about: str
    attempts: int
    killed: bool
    error: str
    at: datetime | None


def failed_tasks(*, limit: int, offset: int = 0) -> list[FailedTask]:
    """The latest first. One query, by an index of just these."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [limit, offset])
        rows = cursor.fetchall()
    return [
        FailedTask(id_, name, queue, _about(args), attempts, status == "doing", error or "", at)
        for id_, name, queue, args, attempts, status, error, at in rows
    ]


def count_failed_tasks() -> int:
    """How many there are. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_BROKEN}")
        return int(cursor.fetchone()[0])


@transaction.atomic
def retry_task(*, job_id: int, by: User, address: str | None, now: datetime) -> None:
    """Let it wait for the worker again. Raises NoSuchTaskError, AlreadyWaitsError."""
    name = _held(job_id)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [job_id, now])
    except IntegrityError as error:
        raise AlreadyWaitsError(name) from error
    _audit("task_retried", job_id, name, by, address, now)


@transaction.atomic
def dismiss_task(*, job_id: int, by: User, address: str | None, now: datetime) -> None:
    """Never do it: it is deleted. Raises NoSuchTaskError."""
    name = _held(job_id)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
        cursor.execute("DELETE FROM exchange_taskfailure WHERE job_id = %s", [job_id])
    _audit("task_dismissed", job_id, name, by, address, now)


def forget_failures() -> int:
    """What is known of jobs that are gone. Safe to repeat. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM exchange_taskfailure failure"
            " WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs job WHERE job.id = failure.job_id)"
        )
        return int(cursor.rowcount)


def note_failure(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """The worker's: writes down why a task failed, and lets it fail."""
    try:
        return call_next()
    except Exception as error:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_NOTE, [context.job.id, where(error)])
        except DatabaseError:
            logger.warning("why job %s failed could not be written down", context.job.id, exc_info=True)
        raise


def where(error: BaseException) -> str:
    """The kind of an error and the last line of ours that it passed, without its words."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if f"{Path('/abonent/')}" in frame.filename
    ]
    place = f" ({Path(ours[-1].filename).name}, {ours[-1].lineno})" if ours else ""
    return f"{type(error).__name__}{place}"[:200]


def _held(job_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT job.task_name {_BROKEN} AND job.id = %s FOR UPDATE OF job", [job_id])
        found = cursor.fetchone()
    if found is None:
        raise NoSuchTaskError(str(job_id))
    return str(found[0])


def _about(args: str) -> str:
    known = json.loads(args)
    numbers = [
        f"{name} {value}" for name, value in known.items() if type(value) is int and name != "timestamp"
    ]
    return ", ".join(numbers)


def _audit(action: str, job_id: int, name: str, by: User, address: str | None, now: datetime) -> None:
    audit.record(action=action, actor=by, subject=f"task:{job_id}", address=address, now=now, task=name)
