"""`abonent bills print`: a month's receipts as PDFs by house, for a print shop."""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from abonent.interfaces.cli.arguments import month, number, organisation

if TYPE_CHECKING:
    from abonent.bills.printing import PrintProgress

SUMMARY = "Write the receipts of a month as PDFs by house, with an index."
EXAMPLE = "abonent bills print --month 2026-10 --organisation keeper --to /var/spool/abonent-print/2026-10"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", type=month, required=True, metavar="2026-10")
    parser.add_argument("--organisation", required=True, metavar="CODE", help="whose accounts")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="a folder for this print alone")
    parser.add_argument("--back", action="store_true", help="with the back of the bill on each sheet")
    parser.add_argument(
        "--processes",
        type=_processes,
        default=len(os.sched_getaffinity(0)),
        metavar="N",
        help="that draw at a time, 0.2 GB each (default: one for each core, %(default)s)",
    )


def _processes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("a number from 1 to 64")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """0: every file and the index are there; 1: refused, with the reason. Stopped anywhere, the same command
    goes on with the files that are not there yet."""
    from django.utils import timezone

    from abonent.bills.printing import print_month

    bar = _Bar() if sys.stderr.isatty() else None
    try:
        done = print_month(
            month=options.month,
            organisation=organisation(options.organisation),
            folder=options.to.absolute(),
            processes=options.processes,
            back=options.back,
            now=timezone.now(),
            progress=bar,
        )
    finally:
        if bar:
            sys.stderr.write("\r\x1b[2K")
    kept = f", of which {number(done.kept)} were there already" if done.kept else ""
    sys.stdout.write(f"{number(done.receipts)} receipts in {number(done.files)} files{kept}: {options.to}\n")
    return 0


class _Bar:
    """One line on a terminal: how many receipts are written, how fast, and where it is."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def __call__(self, done: "PrintProgress") -> None:
        drawn, spent = done.receipts - done.kept, time.monotonic() - self._begun
        speed = f", {drawn / spent:.0f} a second" if spent > 1 else ""
        share = done.receipts / max(1, done.total)
        said = (
            f"{share:4.0%} {number(done.receipts)} of {number(done.total)} receipts{speed}  {done.house[:40]}"
        )
        sys.stderr.write(f"\r\x1b[2K{said}")
        sys.stderr.flush()
