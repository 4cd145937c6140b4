"""`abonent export readings|payments`: what customers submitted and paid goes to billing as files."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abonent.exchange.outgoing.batches import WrittenFile

_FORMATS = {"csv": ("csv",), "jsonl": ("jsonl",), "both": ("csv", "jsonl")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=["readings", "payments"], help="that customers submitted, or that were booked here"
    )
    parser.add_argument(
        "--to", type=Path, metavar="DIRECTORY", help="folder of the files (default: ABONENT_EXPORT)"
    )
    parser.add_argument("--format", choices=list(_FORMATS), help="of the files (default: both)")
    parser.add_argument(
        "--all", action="store_true", help="also readings that customers may still correct (not after this)"
    )
    parser.add_argument(
        "--since", type=_day, metavar="2026-11-10", help="none received or booked before this day"
    )
    parser.add_argument("--again", type=int, metavar="12", help="write the file of this number anew")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-11-10") from None


def run(options: argparse.Namespace) -> int:
    """0: done, or nothing was due; 1: a file could not be written, the next run writes it; 2: not asked
    properly."""
    from django.conf import settings

    directory = options.to or settings.EXPORT_FOLDER
    if directory is None and options.again is None:
        sys.stderr.write("abonent export: name a folder with --to, or in ABONENT_EXPORT\n")
        return 2
    if options.again is not None and (options.all or options.since):
        sys.stderr.write("abonent export: --again writes a file as it was: not with --all or --since\n")
        return 2
    if options.all and options.what == "payments":
        sys.stderr.write("abonent export: nobody corrects payments, all of them go: without --all\n")
        return 2
    files, waiting = _export(options, directory) if options.again is None else _again(options)
    if options.json:
        sys.stdout.write(json.dumps(_as_json(files, waiting), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(options.what, files, waiting)) + "\n")
    return 0


def _again(options: argparse.Namespace) -> tuple[list["WrittenFile"], int | None]:
    from django.utils import timezone

    from abonent.exchange.outgoing.payments import write_payments_again
    from abonent.exchange.outgoing.readings import write_again

    formats: Any = _FORMATS[options.format] if options.format else ()
    write = write_again if options.what == "readings" else write_payments_again
    return [write(number=options.again, directory=options.to, formats=formats, now=timezone.now())], None


def _export(options: argparse.Namespace, directory: Any) -> tuple[list["WrittenFile"], int | None]:
    from django.utils import timezone

    from abonent.exchange.outgoing.payments import export_payments
    from abonent.exchange.outgoing.readings import export_readings

    asked: dict[str, Any] = {
        "directory": directory,
        "formats": _FORMATS[options.format or "both"],
        "since": options.since,
        "now": timezone.now(),
    }
    if options.what == "payments":
        paid = export_payments(**asked)
        return list(paid.files), paid.waiting
    done = export_readings(**asked, everything=options.all)
    return list(done.files), done.waiting


_WAITING = {
    "readings": "can still be corrected and wait for a later file.",
    "payments": "left for a later file.",
}


def _lines(what: str, files: list["WrittenFile"], waiting: int | None) -> list[str]:
    lines = []
    for file in files:
        resumed = ", prepared by an earlier run" if file.resumed else ""
        lines.append(f"{_count(file.rows, what)} in {', '.join(map(str, file.paths))}{resumed}")
    if not files:
        lines.append("Nothing is due: no file was written.")
    if waiting:
        lines.append(f"{_count(waiting, what)} {_WAITING[what]}")
    return lines


def _count(many: int, what: str) -> str:
    return f"{many:,}".replace(",", " ") + f" {what.removesuffix('s') if many == 1 else what}"


def _as_json(files: list["WrittenFile"], waiting: int | None) -> dict[str, Any]:
    told = [
        {
            "number": file.number,
            "rows": file.rows,
            "paths": [str(path) for path in file.paths],
            "resumed": file.resumed,
        }
        for file in files
    ]
    return {"files": told} | ({} if waiting is None else {"waiting": waiting})
