"""A bundle's way through the office: uploaded, planned, looked at, approved, taken; and the undo of the
last run.

What people ask for is written down with a job in the same transaction; the worker of the queue `imports`
does it, as the role that owns the tables. `plan`, `apply` and `undo` are the worker's.
"""

import re
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from abonent.base.errors import DomainError
from abonent.base.spreadsheets import csv_file
from abonent.exchange import telling, undoing
from abonent.exchange.alarms import key_of
from abonent.exchange.errors import BundleError, ImportRunningError, PlanMovedError, room_named
from abonent.exchange.models import Run, RunReport, Upload
from abonent.exchange.operations import Order, Report, alone, import_bundle
from abonent.exchange.problems import Problem
from abonent.exchange.progress import Progress
from abonent.exchange.telling import Teller, is_dead
from abonent.exchange.uploads import EmptyUploadError, forget, unpacked
from abonent.ledger.months import NothingToUndoError
from abonent.users import audit
from abonent.users.models import User

QUEUE = "imports"
PLAN, APPLY, UNDO = "exchange.plan_run", "exchange.apply_run", "exchange.undo_run"
#: Problems that a run's page lists; all of them are in the file to download.
LISTED = 50
State = Run.State


class MovedOnError(DomainError):
    """The run is no longer where the page showed it: somebody else was quicker, or the worker."""


class AlarmsNotSeenError(DomainError):
    """An alarm of the plan was not ticked."""


@transaction.atomic
def receive(*, upload: Upload, whole_months: bool, by: User, address: str | None, now: datetime) -> Run:
    """A whole upload becomes a run, and the worker plans it."""
    Upload.objects.filter(pk=upload.pk).update(whole=True)
    run = Run.objects.create(
        bundle=upload.name,
        started_at=now,
        state=State.UPLOADED,
        upload=upload,
        whole_months=whole_months,
        uploaded_by=by,
        uploaded_at=now,
    )
    _audit("import_uploaded", run, by, address, now, bytes=upload.size)
    _defer(PLAN, run)
    return run


@transaction.atomic
def plan_again(*, run_id: int, by: User, address: str | None, now: datetime) -> None:
    """Plan it once more: it was planned, refused or broken off. Raises MovedOnError."""
    run = _held(run_id)
    free = run.state in {State.PLANNED, State.REFUSED, State.BROKEN_OFF} or is_dead(run)
    if run.upload_id is None or not free:
        raise MovedOnError(run.state)
    _set(run, State.UPLOADED, reason="")
    _audit("import_planned_again", run, by, address, now)
    _defer(PLAN, run)


@transaction.atomic
def approve(*, run_id: int, seen: Collection[str], by: User, address: str | None, now: datetime) -> None:
    """Have the planned run taken. `seen`: keys of the alarms that were ticked (`alarms.key_of`). Raises
    AlarmsNotSeenError, MovedOnError."""
    run = _held(run_id)
    if run.state != State.PLANNED or run.upload_id is None:
        raise MovedOnError(run.state)
    sounding = {key_of(code, facts) for code, facts in run.alarms}
    if not sounding <= set(seen):
        raise AlarmsNotSeenError(", ".join(sorted(sounding - set(seen))))
    _set(run, State.APPROVED, approved_by=by, approved_at=now, reason="")
    _audit("import_approved", run, by, address, now, alarms=sorted(sounding))
    _defer(APPLY, run)


@transaction.atomic
def discard(*, run_id: int, by: User, address: str | None, now: datetime) -> None:
    """Not wanted: its upload is forgotten. Raises MovedOnError."""
    run = _held(run_id)
    quiet = {State.UPLOADED, State.PLANNED, State.REFUSED, State.BROKEN_OFF}
    if run.upload is None or not (run.state in quiet or is_dead(run)):
        raise MovedOnError(run.state)
    forget(run.upload)
    _set(run, State.DISCARDED, reason="")
    _audit("import_discarded", run, by, address, now)


@transaction.atomic
def ask_undo(*, run_id: int, by: User, address: str | None, now: datetime) -> None:
    """Have the last run undone. Raises MovedOnError, undoing.NotUndoneError when something stands on it."""
    run = _held(run_id)
    if not run.undoable or not (run.state == State.APPLIED or is_dead(run)):
        raise MovedOnError(run.state)
    if blocks := undoing.what_comes_back(run).blocks:
        raise undoing.NotUndoneError(blocks)
    _set(run, State.UNDO_ASKED, undone_by=by, reason="")
    _audit("import_undo_asked", run, by, address, now)
    _defer(UNDO, run)


def plan(*, run_id: int, now: datetime) -> None:
    """The worker's: a dry run whose plan, alarms and problems are kept. Nothing else is written. Safe to
    repeat: a run that is not waiting for it is left alone. Raises ImportRunningError: the next try finds it
    as it was."""
    run = _claim(run_id, State.UPLOADED, State.PLANNING, now)
    if run is None or run.upload is None:
        return
    try:
        with room_named(), Teller(run.pk) as teller, unpacked(run.upload) as path:
            report = import_bundle(
                path=path, dry_run=True, now=now, progress=teller, whole_months=run.whole_months
            )
    except ImportRunningError:
        _set(run, State.UPLOADED)
        raise
    except (BundleError, EmptyUploadError) as error:
        _set(run, State.REFUSED, reason=_said(error), planned_at=now)
    except BaseException as error:
        _break_off(run, error)
        raise
    else:
        _keep_plan(run, report, now)


def apply(*, run_id: int, now: datetime) -> None:
    """The worker's: take what was approved. When the data have moved since the plan, nothing is taken and
    it is planned again, for somebody to look. Safe to repeat. Raises ImportRunningError as `plan`."""
    run = _claim(run_id, State.APPROVED, State.STARTED, now)
    if run is None or run.upload is None:
        return
    order = Order(run, run.checksum, run.data_version or 0)
    try:
        with room_named(), Teller(run.pk) as teller, unpacked(run.upload) as path:
            import_bundle(path=path, now=now, progress=teller, whole_months=run.whole_months, order=order)
    except ImportRunningError:
        _set(run, State.APPROVED)
        raise
    except PlanMovedError as error:
        _plan_moved(run, error)
    except BaseException as error:
        _break_off(run, error)
        raise
    else:
        if run.state == State.APPLIED:  # not refused after all: then it may be planned again
            forget(run.upload)


def undo(*, run_id: int, now: datetime) -> None:
    """The worker's: undo the run, whole or not at all, in one transaction. What stands in its way is kept
    as the reason. Safe to repeat. Raises ImportRunningError as `plan`."""
    run = _claim(run_id, State.UNDO_ASKED, State.UNDOING, now)
    if run is None:
        return
    try:
        with room_named(), Teller(run.pk) as teller:
            teller(Progress("undoing", 0, 0.5))
            _undo_alone(run, now)
    except ImportRunningError:
        _set(run, State.UNDO_ASKED)
        raise
    except undoing.NotUndoneError as error:
        _set(run, State.APPLIED, reason=f"undo: {error}"[:500], undone_at=None)
    except BaseException as error:
        _set(run, State.APPLIED, reason=_named(error), undone_at=None)
        raise
    else:
        undoing.after(run, now=now)


def undo_last(*, now: datetime) -> Run:
    """Undo the last run at once, by command. One transaction. Raises NothingToUndoError, NotUndoneError,
    ImportRunningError, MonthsBusyError."""
    run = Run.objects.filter(undoable=True, state=State.APPLIED).first()
    if run is None:
        raise NothingToUndoError("no run can be undone: a later one or an undo has changed the data")
    _undo_alone(run, now)
    undoing.after(run, now=now)
    return run


def _undo_alone(run: Run, now: datetime) -> None:
    with alone(), transaction.atomic():
        if not Run.objects.filter(pk=run.pk, undoable=True).exists():
            raise undoing.NotUndoneError([("newer_run", 1)])
        _set(run, State.UNDONE, undone_at=now, undoable=False)
        _audit("import_undone", run, run.undone_by, None, now)
        undoing.undo(run, now=now)


def _keep_plan(run: Run, report: Report, now: datetime) -> None:
    problems = {"errors": report.errors, "warnings": report.warnings, "rows": report.rows}
    with transaction.atomic():
        RunReport.objects.update_or_create(
            run=run,
            defaults={
                "listed": [asdict(one) for one in report.problems[:LISTED]],
                "whole": csv_file([_HEAD, *map(_line, report.problems)]),
            },
        )
        _set(
            run,
            State.PLANNED if report.plan else State.REFUSED,
            planned_at=now,
            checksum=report.checksum if report.plan else "",
            data_version=report.version,
            counts=(report.plan.counts if report.plan else {}) | problems,
            alarms=[[one.code, one.facts] for one in report.alarms],
        )


_HEAD = ("severity", "file", "line", "column", "value", "reason")


def _line(one: Problem) -> tuple[object, ...]:
    return one.severity, f"{one.file}.csv", one.line or None, one.column, one.value, one.reason


@transaction.atomic
def _plan_moved(run: Run, error: PlanMovedError) -> None:
    _set(run, State.UPLOADED, reason=_said(error), approved_by=None, approved_at=None)
    _defer(PLAN, run)


def _claim(run_id: int, waiting: State, working: State, now: datetime) -> Run | None:
    """The run, now worked at: committed at once, so that everybody sees it. None when it is not waiting."""
    with transaction.atomic():
        run = _held(run_id)
        if run.state != waiting and not (run.state == working and is_dead(run)):
            return None
        telling.begin(run.pk)
        _set(run, working, started_at=run.started_at if working == State.UNDOING else now)
    return run


def _held(run_id: int) -> Run:
    return Run.objects.select_for_update(of=("self",)).select_related("upload").get(pk=run_id)


def _set(run: Run, state: State, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.state = state
    run.save(update_fields=["state", *values])


def _break_off(run: Run, error: BaseException) -> None:
    _set(run, State.BROKEN_OFF, reason=_named(error))


def _said(error: DomainError) -> str:
    """The reason without the path of the temporary file."""
    return re.sub(r"\S*/abonent-\w+/", "", str(error))[:500]


def _named(error: BaseException) -> str:
    """A reason of ours in its words; of anything else the kind alone: its words may hold what bundles say."""
    return _said(error) if isinstance(error, DomainError) else type(error).__name__


def _defer(task: str, run: Run) -> None:
    app.configure_task(task, queue=QUEUE).defer(run_id=run.pk)


def _audit(
    action: str, run: Run, by: User | None, address: str | None, now: datetime, **details: Any
) -> None:
    audit.record(action=action, actor=by, subject=f"import:{run.pk}", address=address, now=now, **details)
