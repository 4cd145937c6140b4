"""Is the waiting work done? The workers' part of `abonent check`."""

from collections.abc import Iterator

from abonent.exchange.failed_tasks import count_failed_tasks
from abonent.interfaces.cli.asking import ask
from abonent.interfaces.cli.finding import OK, WARN, Finding

WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '2 minutes'"
#: Jobs of the office's imports that nobody has taken, while no worker is busy with another of them.
LEFT = """
SELECT count(*) FROM procrastinate_jobs job
WHERE status = 'todo' AND queue_name = 'imports'
  AND coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id))
      < now() - interval '2 minutes'
  AND NOT EXISTS (SELECT FROM procrastinate_jobs busy JOIN procrastinate_workers worker
                  ON worker.id = busy.worker_id AND worker.last_heartbeat > now() - interval '2 minutes'
                  WHERE busy.status = 'doing' AND busy.queue_name = 'imports')
"""


def findings() -> Iterator[Finding]:
    yield _worker()
    yield _imports()
    yield _failed()


def _worker() -> Finding:
    waiting = ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
    if ask(WORKERS):
        return Finding(OK, "worker", f"at work; {waiting} jobs are waiting")
    return Finding(WARN, "worker", f"none at work; {waiting} jobs are waiting", "start `abonent worker`")


def _imports() -> Finding:
    """A worker does not say whose queues it takes: that nobody takes this one shows by what is left lying."""
    left = ask(LEFT)
    if left:
        remedy = "start `abonent worker --queue imports`, as the role that owns the tables"
        return Finding(WARN, "imports", f"{left} of the office wait, and nobody takes them", remedy)
    return Finding(OK, "imports", "none of the office waits for a worker")


def _failed() -> Finding:
    failed = count_failed_tasks()
    if failed:
        remedy = "/office/tasks/ says why, and tries them again"
        return Finding(WARN, "tasks", f"{failed} failed, or their worker was killed", remedy)
    return Finding(OK, "tasks", "none failed")
