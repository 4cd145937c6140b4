"""`abonent bills publish`: a month's receipts go to everybody who subscribed."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from abonent.interfaces.cli.arguments import month, number, organisation

if TYPE_CHECKING:
    from abonent.bills.queries import Published

SUMMARY = "Write a letter with the receipt of a month to every confirmed subscriber, each once."
EXAMPLE = "abonent bills publish --month 2026-10 --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", type=month, required=True, metavar="2026-10")
    parser.add_argument("--organisation", metavar="CODE", help="its accounts only (default: everybody's)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")


def run(options: argparse.Namespace) -> int:
    """0: everybody has a letter in the outbox; the worker sends them. Stopped anywhere, the same command goes
    on; two at once share the work, and nobody gets a second letter."""
    from django.utils import timezone

    from abonent.bills.publishing import publish_month

    bar = _bar if sys.stderr.isatty() else None
    done = publish_month(
        month=options.month,
        organisation=organisation(options.organisation) if options.organisation else None,
        by=None,
        clock=timezone.now,
        progress=bar,
    )
    if bar:
        sys.stderr.write("\r\x1b[2K")
    told = json.dumps(_as_dict(done), ensure_ascii=False) if options.json else _line(done)
    sys.stdout.write(told + "\n")
    return 0


def _bar(done: "Published") -> None:
    share = done.written / max(1, done.total)
    sys.stderr.write(f"\r\x1b[2K{share:4.0%} {number(done.written)} of {number(done.total)} letters")
    sys.stderr.flush()


def _line(done: "Published") -> str:
    if not done.written:
        return f"{done.month}: nobody was left to write to."
    letters = "letter" if done.written == 1 else "letters"
    return f"{done.month}: {number(done.written)} {letters} written; the worker sends them."


def _as_dict(done: "Published") -> dict[str, Any]:
    return {
        "publication": done.id,
        "month": str(done.month),
        "organisation": done.organisation or None,
        "total": done.total,
        "written": done.written,
        "finished_at": done.finished_at.isoformat() if done.finished_at else None,
    }
