"""The journal of runs: begun before anything is read, ended in the transaction that takes the bundle."""

import hashlib
from datetime import datetime

from django.db import connection
from psycopg.sql import SQL, Identifier

from abonent.base.months import Month
from abonent.base.staging import Before
from abonent.exchange.models import BeforeImage, FreshRows, Run
from abonent.exchange.problems import Problems
from abonent.exchange.reading import Bundle, Limits

#: Tables of `base.staging.Before`.
_IMAGES, _FRESH = BeforeImage._meta.db_table, FreshRows._meta.db_table


def before(run: Run) -> Before:
    """Where a run keeps what it changes."""
    return Before(run.pk, _IMAGES, _FRESH)


def clear_dead() -> None:
    """Runs that never ended were killed: nobody else is at work now."""
    state = Run.State
    dead = Run.objects.filter(state__in=[state.STARTED, state.PLANNING])
    dead.update(state=state.BROKEN_OFF, reason="")
    Run.objects.filter(state=state.UNDOING).update(state=state.APPLIED, reason="")


def begin(bundle: Bundle, *, run: Run | None = None, now: datetime) -> Run:
    """Note that a run began: the office's `run`, or a new one."""
    clear_dead()
    if run:
        run.state, run.started_at, run.size = Run.State.STARTED, now, bundle.size
        run.save(update_fields=["state", "started_at", "size"])
        return run
    return Run.objects.create(
        bundle=bundle.path.name[-300:], started_at=now, state=Run.State.STARTED, size=bundle.size
    )


def is_repeated(run: Run, bundle: Bundle, limits: Limits, *, whole_months: bool) -> bool:
    """Whether the last thing that was taken is this very bundle. Only one of its size is read to find out."""
    last = Run.objects.filter(state=Run.State.APPLIED).order_by("-started_at", "-pk").first()
    if last is None or last.size != run.size or not last.checksum:
        return False
    return last.checksum == checksum(_digests(bundle, limits), whole_months=whole_months)


def _digests(bundle: Bundle, limits: Limits) -> dict[str, str]:
    digests = {}
    for name, source in bundle.sources.items():
        sha = hashlib.sha256()
        while data := source.stream.read(limits.block):
            sha.update(data)
        source.stream.seek(0)
        digests[name] = sha.hexdigest()
    return digests


def checksum(digests: dict[str, str], *, whole_months: bool) -> str:
    """Of what was sent and how it is to be taken."""
    lines = [f"{name} {digest}" for name, digest in sorted(digests.items())]
    return hashlib.sha256("\n".join([*lines, f"whole months: {whole_months}"]).encode()).hexdigest()


def forget(run: Run) -> None:
    """Nothing was to be done."""
    run.delete()


def finish(
    run: Run, *, checksum: str, counts: dict[str, object], whole_months: bool, changes: bool, at: datetime
) -> None:
    """A run that changed something is from now on the one that can be undone."""
    if changes:
        Run.objects.filter(undoable=True).update(undoable=False)
    run.checksum, run.counts, run.whole_months, run.undoable = checksum, counts, whole_months, changes
    _end(run, Run.State.APPLIED, at)


def forget_images() -> None:
    """What earlier runs changed can no longer be undone."""
    with connection.cursor() as cursor:
        for table in (_IMAGES, _FRESH):
            cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)))


def refuse(run: Run, problems: Problems, *, at: datetime) -> None:
    run.counts = {"errors": problems.errors, "warnings": problems.warnings}
    _end(run, Run.State.REFUSED, at)


def break_off(run: Run) -> None:
    run.state = Run.State.BROKEN_OFF
    run.save(update_fields=["state"])


def note_undo(month: Month, *, now: datetime, at: datetime) -> None:
    """An undo is a run of its own: the bundle before it is no longer the last word."""
    Run.objects.filter(undoable=True).update(undoable=False)
    Run.objects.create(
        bundle=f"undo {month}",
        started_at=now,
        finished_at=at,
        state=Run.State.APPLIED,
        counts={"undo": str(month)},
    )


def _end(run: Run, state: Run.State, at: datetime) -> None:
    run.state, run.finished_at = state, at
    run.save()
