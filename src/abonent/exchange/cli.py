"""`abonent import`: a bundle comes in from the command line."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from abonent.base.errors import DomainError
from abonent.base.months import Month

if TYPE_CHECKING:
    from datetime import datetime

    from abonent.exchange.operations import Report
    from abonent.exchange.planning import Plan
    from abonent.exchange.progress import Progress

_SHOWN = 20
_WIDTH = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", nargs="?", type=Path, help="a folder, a .zip or a .tar.gz of CSV files")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would happen and what looks wrong; write nothing"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE.csv", help="write every bad row and warning to this file"
    )
    parser.add_argument(
        "--whole-months",
        action="store_true",
        help="charges of the bundle's organisations and months that it does not mention are taken out",
    )
    parser.add_argument(
        "--undo-month",
        type=_month,
        metavar="2026-10",
        help="put this month's charges back as they were before it was last loaded as a whole",
    )
    parser.add_argument(
        "--undo-run",
        action="store_true",
        help="undo the last run: what it changed comes back, or nothing does",
    )


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a month like 2026-10") from None


def run(options: argparse.Namespace) -> int:
    """0: done, or nothing to do; 1: refused, nothing was taken; 2: not asked properly."""
    from django.utils import timezone

    if [options.bundle is not None, options.undo_month is not None, options.undo_run].count(True) != 1:
        sys.stderr.write("abonent import: name a bundle, or a month with --undo-month, or --undo-run\n")
        return 2
    try:
        if options.undo_run:
            return _undo_run(timezone.now())
        if options.undo_month:
            return _undo(options.undo_month, timezone.now())
        return _import(options, timezone.now())
    except DomainError as error:
        sys.stderr.write(f"abonent import: {error}\n")
        return 1


def _undo(month: Month, now: "datetime") -> int:
    from abonent.exchange.operations import undo_month

    undo_month(month=month, now=now)
    sys.stdout.write(f"{month} is back as it was; the same command brings the newer figures back\n")
    return 0


def _undo_run(now: "datetime") -> int:
    from abonent.exchange.runs import undo_last
    from abonent.exchange.undoing import NotUndoneError

    try:
        run = undo_last(now=now)
    except NotUndoneError as error:
        sys.stderr.write(f"abonent import: the run is not undone, on what it brought stands {error}\n")
        return 1
    sys.stdout.write(f"{run.bundle} is undone: the portal is as it was before\n")
    return 0


def _import(options: argparse.Namespace, now: "datetime") -> int:
    from abonent.exchange.errors import room_named
    from abonent.exchange.operations import import_bundle
    from abonent.exchange.problems import write_report

    bar = Bar(sys.stderr) if sys.stderr.isatty() else None
    try:
        with room_named():
            report = import_bundle(
                path=options.bundle,
                dry_run=options.dry_run,
                now=now,
                progress=bar,
                whole_months=options.whole_months,
            )
    finally:
        if bar:
            bar.clear()
    if options.report:
        write_report(options.report, report.problems)
    sys.stdout.write("\n".join(describe(report, options.report)) + "\n")
    return 0 if report.ok else 1


def describe(report: "Report", kept_in: Path | None) -> list[str]:
    """The report as lines of text: the plan, the problems, how it ended."""
    lines = _table(report.plan) if report.plan else []
    for alarm in report.alarms:
        facts = ", ".join(f"{name} {value}" for name, value in alarm.facts.items())
        lines.append(f"alarm: {alarm.code}: {facts}")
    for one in report.problems[:_SHOWN]:
        lines.append(f"{one.severity}: {one}")
    more = report.errors + report.warnings - min(_SHOWN, len(report.problems))
    if more:
        where = f"in {kept_in}" if kept_in else "with --report FILE.csv"
        lines.append(f"and {_number(more)} more, {where}")
    return [*lines, _ending(report)]


def _ending(report: "Report") -> str:
    spent = f"{_number(report.rows)} rows in {report.seconds:.1f} s"
    match report.outcome:
        case "applied":
            return f"Taken: {spent}."
        case "planned":
            return f"A dry run: {spent}; nothing was written."
        case "nothing to do":
            return "Nothing to do: the portal has all of it."
        case _:
            return f"Refused: {_number(report.errors)} errors in {spent}; nothing was taken."


def _table(plan: "Plan") -> list[str]:
    rows = [
        [name, "", *map(_number, (taken.new, taken.changed, taken.unchanged)), ""]
        for name, taken in plan.files.items()
    ]
    rows += [
        [
            f"charges {one.month}",
            one.way,
            *map(_number, (one.new, one.changed, one.unchanged)),
            _others(one.kept, one.gone),
        ]
        for one in plan.months
    ]
    head = ["", "", "new", "changed", "unchanged", "not mentioned"]
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    return [
        "  ".join(
            text.ljust(width) if at < 2 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    ]


def _others(kept: int, gone: int) -> str:
    parts = [f"{_number(kept)} kept"] if kept else []
    return ", ".join([*parts, *([f"{_number(gone)} taken out"] if gone else [])])


def _number(number: int) -> str:
    return f"{number:,}".replace(",", " ")


class Bar:
    """One line on a terminal: how much is read, how many rows, how long it will take yet."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = self._drawn = time.monotonic()
        self._doing = ""

    def __call__(self, progress: "Progress") -> None:
        now = time.monotonic()
        if now - self._drawn < 0.1 and progress.doing == self._doing:
            return
        self._drawn, self._doing = now, progress.doing
        self._stream.write(f"\r\x1b[2K{self.line(progress, now - self._begun)}")
        self._stream.flush()

    @staticmethod
    def line(progress: "Progress", spent: float) -> str:
        full = round(progress.share * _WIDTH)
        bar = "█" * full + "░" * (_WIDTH - full)
        left = ""
        if 0.01 < progress.share < 1 and spent > 1:
            seconds = round(spent / progress.share * (1 - progress.share))
            left = f", {seconds // 60}:{seconds % 60:02d} left"
        return f"{bar} {progress.share:4.0%} {_number(progress.rows)} rows{left}  {progress.doing}"

    def clear(self) -> None:
        self._stream.write("\r\x1b[2K")
        self._stream.flush()
