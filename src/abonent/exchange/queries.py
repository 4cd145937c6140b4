"""What the office sees of imports and exports. Constant numbers of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from abonent.exchange import undoing
from abonent.exchange.models import Batch, PaymentBatch, ReadingBatch, Run, RunProgress, RunReport
from abonent.exchange.telling import is_dead
from abonent.exchange.undoing import Undo
from abonent.ledger.telling import confirmed_of_batches
from abonent.metering.sent_readings import answered_of_batches

_PEOPLE = ("uploaded_by", "approved_by", "undone_by")
_MOVING = {Run.State.UPLOADED, Run.State.PLANNING, Run.State.APPROVED, Run.State.STARTED}
_MOVING |= {Run.State.UNDO_ASKED, Run.State.UNDOING}


@dataclass(frozen=True)
class RunLine:
    """A run among others."""

    run: Run
    new: int
    changed: int
    """Rows of all files and months."""
    seconds: float | None

    @property
    def undone_month(self) -> str:
        """Of an undo of one month by command: the month."""
        return str(self.run.counts.get("undo", ""))


@dataclass(frozen=True)
class RunFile:
    """A file of a bundle, or a month of its charges (`way`: months.Way), in rows."""

    name: str
    new: int
    changed: int
    unchanged: int
    way: str = ""
    kept: int = 0
    gone: int = 0


@dataclass(frozen=True)
class RunPage:
    run: Run
    files: tuple[RunFile, ...]
    progress: RunProgress | None
    dead: bool
    """It is worked at, and its worker was killed."""
    report: RunReport | None

    @property
    def moves(self) -> bool:
        """The page will be another in a moment."""
        return self.run.state in _MOVING and not self.dead

    @property
    def problems(self) -> list[dict[str, Any]]:
        """The first of what is wrong, by place and account number; those of an older plan while it moves are
        not told."""
        return self.report.listed if self.report and not self.moves else []

    @property
    def changes(self) -> bool:
        return any(one.new or one.changed or one.gone for one in self.files)


def run_lines(*, limit: int, offset: int = 0) -> list[RunLine]:
    """Runs, newest first. One query."""
    runs = Run.objects.select_related(*_PEOPLE).order_by("-started_at", "-pk")
    return [_line(run) for run in runs[offset : offset + limit]]


def run_page(run_id: int) -> RunPage | None:
    """One run: its plan, how far it is, what is wrong with it. Three queries, and one while it is worked
    at."""
    run = Run.objects.select_related(*_PEOPLE, "upload").filter(pk=run_id).first()
    if run is None:
        return None
    return RunPage(
        run,
        tuple(_files(run.counts)),
        RunProgress.objects.filter(run_id=run.pk).first(),
        is_dead(run),
        RunReport.objects.filter(run=run).defer("whole").first(),
    )


def run_problems(run_id: int) -> bytes | None:
    """Every problem of a run as a file for a spreadsheet; None once it is forgotten."""
    whole = RunReport.objects.filter(run_id=run_id).values_list("whole", flat=True).first()
    return None if whole is None else bytes(whole)


def run_to_undo(run_id: int) -> tuple[Run, Undo] | None:
    """The run and what its undo would do; None when it is not the one that can be undone."""
    run = Run.objects.select_related(*_PEOPLE).filter(pk=run_id, undoable=True).first()
    return (run, undoing.what_comes_back(run)) if run else None


@dataclass(frozen=True)
class BatchLine:
    """A file for billing. `accepted` and `rejected` are billing's answers to readings, a used one is accepted
    too; `confirmed` are payments that billing has said back."""

    batch: Batch
    accepted: int = 0
    rejected: int = 0
    confirmed: int = 0

    @property
    def unanswered(self) -> int:
        return self.batch.rows - self.accepted - self.rejected - self.confirmed


def reading_batches(*, limit: int, offset: int = 0) -> list[BatchLine]:
    """Files of readings, newest first. Two queries."""
    some = _some(ReadingBatch, limit, offset)
    answers = answered_of_batches([one.number for one in some])
    return [BatchLine(one, *answers.get(one.number, (0, 0))) for one in some]


def payment_batches(*, limit: int, offset: int = 0) -> list[BatchLine]:
    """Files of payments, newest first. Two queries."""
    some = _some(PaymentBatch, limit, offset)
    confirmed = confirmed_of_batches([one.number for one in some])
    return [BatchLine(one, confirmed=confirmed.get(one.number, 0)) for one in some]


def exports_anywhere() -> bool:
    """Whether a folder for files is named (ABONENT_EXPORT)."""
    return settings.EXPORT_FOLDER is not None


def _some(batches: type[ReadingBatch] | type[PaymentBatch], limit: int, offset: int) -> Sequence[Batch]:
    return list(batches._default_manager.order_by("-number")[offset : offset + limit])


def _line(run: Run) -> RunLine:
    files = list(_files(run.counts))
    spent = _spent(run.started_at, run.finished_at)
    return RunLine(run, sum(one.new for one in files), sum(one.changed + one.gone for one in files), spent)


def _spent(begun: datetime, ended: datetime | None) -> float | None:
    return (ended - begun).total_seconds() if ended else None


def _files(counts: dict[str, Any]) -> list[RunFile]:
    files = [RunFile(name, *rows) for name, rows in counts.get("files", {}).items()]
    for month, (way, rows, new, changed, kept, gone) in sorted(counts.get("months", {}).items()):
        unchanged = rows - new - changed
        files.append(RunFile(month, new, changed, unchanged, way, kept, gone))
    return files
