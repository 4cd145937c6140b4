"""The journal of runs: begun before anything is read, ended in the transaction that takes the bundle."""

import hashlib
from datetime import datetime

from abonent.base.months import Month
from abonent.exchange.models import Run
from abonent.exchange.problems import Problems
from abonent.exchange.reading import Bundle, Limits


def begin(bundle: Bundle, *, now: datetime) -> Run:
    """Note that a run began. Runs that never ended were killed: nobody else is at work now."""
    Run.objects.filter(state=Run.State.STARTED).update(state=Run.State.BROKEN_OFF)
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


def finish(run: Run, *, checksum: str, counts: dict[str, object], at: datetime) -> None:
    run.checksum, run.counts = checksum, counts
    _end(run, Run.State.APPLIED, at)


def refuse(run: Run, problems: Problems, *, at: datetime) -> None:
    run.counts = {"errors": problems.errors, "warnings": problems.warnings}
    _end(run, Run.State.REFUSED, at)


def break_off(run: Run) -> None:
    run.state = Run.State.BROKEN_OFF
    run.save(update_fields=["state"])


def note_undo(month: Month, *, now: datetime, at: datetime) -> None:
    """An undo is a run of its own: the bundle before it is no longer the last word."""
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
