"""The import of a bundle, and the undo of a month.

read -> plan -> apply: everything is staged and checked, compared with what the portal has, and then taken, or
nothing is. docs/domain/bundle.md says what a bundle means, docs/adr/0005-import.md why it is done so.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from django.db import connection, transaction
from django.utils import timezone

from abonent.accounts.operations import measure_strength
from abonent.base.months import Month
from abonent.exchange import journal
from abonent.exchange.alarms import Alarm
from abonent.exchange.errors import ImportRunningError, PlanMovedError
from abonent.exchange.intake import Intake
from abonent.exchange.models import Run
from abonent.exchange.planning import Plan
from abonent.exchange.problems import Problem, Problems
from abonent.exchange.progress import Listener, Meter
from abonent.exchange.reading import LIMITS, Limits, open_bundle
from abonent.exchange.telling import LOCK
from abonent.ledger import months as ledger_months
from abonent.portal.operations import bump_data_version, data_version
from abonent.users import audit

Outcome = Literal["applied", "planned", "nothing to do", "refused"]


@dataclass(frozen=True)
class Report:
    """How an import ended. `problems` are sorted, errors first; `errors` and `warnings` count all of them,
    also those beyond what is listed."""

    outcome: Outcome
    plan: Plan | None
    problems: tuple[Problem, ...]
    errors: int
    warnings: int
    rows: int
    seconds: float
    alarms: tuple[Alarm, ...] = ()
    """Of a dry run."""
    checksum: str = ""
    version: int = 0
    """Of the portal's data, as the plan found it."""

    @property
    def ok(self) -> bool:
        return self.outcome != "refused"


@dataclass(frozen=True)
class Order:
    """A plan that somebody approved: the run, and what must still be so."""

    run: Run
    checksum: str
    version: int


def import_bundle(
    *,
    path: Path,
    dry_run: bool = False,
    now: datetime,
    progress: Listener | None = None,
    whole_months: bool = False,
    limits: Limits = LIMITS,
    order: Order | None = None,
) -> Report:
    """Take the bundle at `path`: all of it, or with a single bad row nothing (`Report.outcome` "refused").

    One transaction; safe to repeat (the same bundle again: "nothing to do") and safe to kill. Readers are not
    blocked. `dry_run` does all but the last step and writes nothing. `whole_months`: what the bundle's
    organisations have in its months and the bundle does not mention, goes. `order`: the office's, whose run
    this is.

    Raises BundleError (cannot be read at all), ImportRunningError, ledger's MonthsBusyError, PlanMovedError.
    """
    begun = time.monotonic()
    with open_bundle(path, limits) as bundle, alone():
        run = None if dry_run else journal.begin(bundle, run=order.run if order else None, now=now)
        if run and not order and journal.is_repeated(run, bundle, limits, whole_months=whole_months):
            journal.forget(run)
            return Report("nothing to do", None, (), 0, 0, 0, time.monotonic() - begun)
        intake = Intake(
            bundle,
            Problems(),
            Meter(bundle.size, progress),
            limits=limits,
            today=timezone.localdate(now),
            whole_months=whole_months,
            before=journal.before(run) if run else None,
        )
        try:
            done = _carry_out(intake, run, order, now, begun)
        except BaseException:
            if run:
                journal.break_off(run)
            raise
        if done.outcome == "applied":
            ledger_months.sweep()
            _measure(done.plan, now)
        problems = intake.problems
        return replace(
            done,
            problems=tuple(problems.sorted()),
            errors=problems.errors,
            warnings=problems.warnings,
            rows=intake.meter.rows,
            seconds=time.monotonic() - begun,
        )


def _carry_out(intake: Intake, run: Run | None, order: Order | None, now: datetime, begun: float) -> Report:
    """The transaction. Returns the report without its problems and figures."""
    plan: Plan | None = None
    alarms: tuple[Alarm, ...] = ()
    with transaction.atomic():
        version = data_version()
        intake.read()
        if order and (intake.checksum, version) != (order.checksum, order.version):
            raise PlanMovedError("the data have changed since the plan was made")
        plan = None if intake.problems.errors else intake.plan()
        if plan is None or intake.problems.errors or run is None:
            alarms = intake.alarms(plan) if plan and not intake.problems.errors else ()
            transaction.set_rollback(True)
        else:
            if plan.changes:
                journal.forget_images()
            intake.apply(plan, now=now)
            _finish(run, intake, plan, now, begun)
            if order:
                _note(order, now)
            intake.put_in_place(now=now)
    outcome: Outcome = "refused"
    if plan is not None and not intake.problems.errors:
        outcome = ("applied" if plan.changes else "nothing to do") if run else "planned"
    elif run:
        journal.refuse(run, intake.problems, at=_later(now, begun))
    return Report(outcome, plan, (), 0, 0, 0, 0.0, alarms, intake.checksum, version)


def _measure(plan: Plan | None, now: datetime) -> None:
    """How guessable linking is now: other accounts or payments, other figures. A transaction of its own."""
    told = plan.files if plan else {}
    if any(told[name].changes for name in ("accounts", "payments") if name in told):
        measure_strength(now=now)


def _finish(run: Run, intake: Intake, plan: Plan, now: datetime, begun: float) -> None:
    if plan.changes:
        bump_data_version(now=now)
    journal.finish(
        run,
        checksum=intake.checksum,
        counts=plan.counts | {"warnings": intake.problems.warnings},
        whole_months=intake.whole_months,
        changes=plan.changes,
        at=_later(now, begun),
    )


def _note(order: Order, now: datetime) -> None:
    by, subject = order.run.approved_by, f"import:{order.run.pk}"
    audit.record(action="import_applied", actor=by, subject=subject, now=now)


def undo_month(*, month: Month, now: datetime) -> None:
    """Put a month back as it was before its last load as a whole; once more, and the newer figures return.

    One transaction, under a second; readers are not blocked. Raises NothingToUndoError, MonthsBusyError,
    ImportRunningError.
    """
    begun = time.monotonic()
    with alone(), transaction.atomic():
        bump_data_version(now=now)
        journal.note_undo(month, now=now, at=_later(now, begun))
        ledger_months.undo(month, now=now)


@contextmanager
def alone() -> Iterator[None]:
    """One import or undo at a time. The lock belongs to the connection: it goes when the process is
    killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (got,) = cursor.fetchone()
    if not got:
        raise ImportRunningError("another import is running; wait until it has ended")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _later(now: datetime, begun: float) -> datetime:
    return now + timedelta(seconds=time.monotonic() - begun)
