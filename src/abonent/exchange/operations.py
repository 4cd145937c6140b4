"""The import of a bundle, and the undo of a month.

read -> plan -> apply: everything is staged and checked, compared with what the portal has, and then taken, or
nothing is. docs/domain/bundle.md says what a bundle means, docs/adr/0005-import.md why it is done so.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from django.db import connection, transaction
from django.utils import timezone

from abonent.accounts.operations import measure_strength
from abonent.base.months import Month
from abonent.exchange import journal
from abonent.exchange.errors import ImportRunningError
from abonent.exchange.intake import Intake
from abonent.exchange.models import Run
from abonent.exchange.planning import Plan
from abonent.exchange.problems import Problem, Problems
from abonent.exchange.progress import Listener, Meter
from abonent.exchange.reading import LIMITS, Limits, open_bundle
from abonent.ledger import months as ledger_months
from abonent.portal.operations import bump_data_version

Outcome = Literal["applied", "planned", "nothing to do", "refused"]
_LOCK = 0x61626F6E_696D  # one number for imports and undos of one database


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

    @property
    def ok(self) -> bool:
        return self.outcome != "refused"


def import_bundle(
    *,
    path: Path,
    dry_run: bool = False,
    now: datetime,
    progress: Listener | None = None,
    whole_months: bool = False,
    limits: Limits = LIMITS,
) -> Report:
    """Take the bundle at `path`: all of it, or with a single bad row nothing (`Report.outcome` "refused").

    One transaction; safe to repeat (the same bundle again: "nothing to do") and safe to kill. Readers are not
    blocked. `dry_run` does all but the last step and writes nothing. `whole_months`: what the bundle's
    organisations have in its months and the bundle does not mention, goes.

    Raises BundleError (cannot be read at all), ImportRunningError, ledger's MonthsBusyError.
    """
    begun = time.monotonic()
    with open_bundle(path, limits) as bundle, _alone():
        run = None if dry_run else journal.begin(bundle, now=now)
        if run and journal.is_repeated(run, bundle, limits, whole_months=whole_months):
            journal.forget(run)
            return Report("nothing to do", None, (), 0, 0, 0, time.monotonic() - begun)
        intake = Intake(
            bundle,
            Problems(),
            Meter(bundle.size, progress),
            limits=limits,
            today=timezone.localdate(now),
            whole_months=whole_months,
        )
        try:
            outcome, plan = _carry_out(intake, run, now, begun)
        except BaseException:
            if run:
                journal.break_off(run)
            raise
        if outcome == "applied":
            ledger_months.sweep()
            _measure(plan, now)
        problems = intake.problems
        return Report(
            outcome,
            plan,
            tuple(problems.sorted()),
            problems.errors,
            problems.warnings,
            intake.meter.rows,
            time.monotonic() - begun,
        )


def _carry_out(intake: Intake, run: Run | None, now: datetime, begun: float) -> tuple[Outcome, Plan | None]:
    plan: Plan | None = None
    with transaction.atomic():
        intake.read()
        plan = None if intake.problems.errors else intake.plan()
        if plan is None or intake.problems.errors or run is None:
            transaction.set_rollback(True)
        else:
            intake.apply(plan, now=now)
            _finish(run, intake, plan, now, begun)
            intake.put_in_place(now=now)
    if plan is not None and not intake.problems.errors:
        return ("applied" if plan.changes else "nothing to do") if run else "planned", plan
    if run:
        journal.refuse(run, intake.problems, at=_later(now, begun))
    return "refused", None


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
        at=_later(now, begun),
    )


def undo_month(*, month: Month, now: datetime) -> None:
    """Put a month back as it was before its last load as a whole; once more, and the newer figures return.

    One transaction, under a second; readers are not blocked. Raises NothingToUndoError, MonthsBusyError,
    ImportRunningError.
    """
    begun = time.monotonic()
    with _alone(), transaction.atomic():
        bump_data_version(now=now)
        journal.note_undo(month, now=now, at=_later(now, begun))
        ledger_months.undo(month, now=now)


@contextmanager
def _alone() -> Iterator[None]:
    """One import or undo at a time. The lock belongs to the connection: it goes when the process is
    killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (got,) = cursor.fetchone()
    if not got:
        raise ImportRunningError("another import is running; wait until it has ended")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _later(now: datetime, begun: float) -> datetime:
    return now + timedelta(seconds=time.monotonic() - begun)
