"""`abonent tariffs quote FILE`: what a volume costs, by the file alone: no database, no portal."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from abonent.base.errors import DomainError
from abonent.tariffs.calculator import Quote, QuoteError, Tariff, quote, read_tariff

SUMMARY = "Say what a volume costs by a tariff's file, line by line."
EXAMPLE = (
    "abonent tariffs quote tariffs/example.toml --from 2026-10-16 --to 2026-11-15 "
    "--scale day=150 --scale night=60 --residents 2 --with electric_stove"
)
NEEDS_PORTAL = False

HEAD = ("scale", "level", "from", "to", "days", "volume", "unit", "rate", "factor", "amount", "rule")
TO_THE_RIGHT = {"level", "days", "volume", "rate", "factor", "amount"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a tariff: docs/domain/tariffs.md")
    parser.add_argument(
        "--from", dest="first", type=_day, required=True, metavar="DAY", help="first day: 2026-10-16"
    )
    parser.add_argument(
        "--to", dest="last", type=_day, required=True, metavar="DAY", help="last day, included"
    )
    parser.add_argument(
        "--scale",
        dest="volumes",
        type=_volume,
        action="append",
        default=[],
        metavar="NAME=VOLUME",
        help="what a scale used, once for each: day=150; a number alone is total. None: the norm",
    )
    parser.add_argument("--residents", type=int, metavar="N", help="how many people live there")
    parser.add_argument(
        "--with",
        dest="categories",
        action="append",
        default=[],
        metavar="CATEGORY",
        help="what the household is, once for each: electric_stove, alone …",
    )
    parser.add_argument(
        "--raised", action="store_true", help="the norm by its raising factor: no meter though one could be"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def run(options: argparse.Namespace) -> int:
    """Changes nothing. Refused with the reason: a file with mistakes, a question without an answer."""
    tariff = read_tariff(options.file)
    try:
        answer = quote(
            tariff,
            first=options.first,
            last=options.last,
            volumes=_volumes(options.volumes),
            residents=options.residents,
            categories=options.categories,
            raised=options.raised,
        )
    except QuoteError as error:
        raise DomainError(f"{options.file}: {error}") from error
    if options.json:
        sys.stdout.write(json.dumps(answer.as_dict(), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_text(tariff, answer)) + "\n")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is written 2026-10-16, not {text!r}") from None


def _volume(text: str) -> tuple[str, Decimal]:
    scale, equals, number = text.rpartition("=")
    try:
        return (scale if equals else "total"), Decimal(number.replace(",", "."))
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"a volume is written day=150 or 150, not {text!r}") from None


def _volumes(pairs: Sequence[tuple[str, Decimal]]) -> dict[str, Decimal]:
    volumes = dict(pairs)
    if len(volumes) < len(pairs):
        twice = next(scale for scale, _ in pairs if [name for name, _ in pairs].count(scale) > 1)
        raise QuoteError(f"--scale {twice} is given twice")
    return volumes


def _text(tariff: Tariff, answer: Quote) -> Iterator[str]:
    """A heading, the table with its total, and the rules under it."""
    name = tariff.name.get("en") or next(iter(tariff.name.values()))
    yield f"{name} ({answer.tariff}), {answer.first} to {answer.last}, {answer.days} days, {answer.currency}"
    yield ""
    rows = [[_cell(line[key]) for key in HEAD] for line in _with_rules(answer)]
    total = ["total", *[""] * (len(HEAD) - 3), str(answer.total), ""]
    yield from _table([list(HEAD), *rows, total])
    if answer.notes:
        yield ""
        yield from (f"- {note.text}" for note in answer.notes)


def _with_rules(answer: Quote) -> Iterator[dict[str, object]]:
    for line, told in zip(answer.lines, answer.as_dict()["lines"], strict=True):
        yield told | {"rule": line.rule.text}


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    ruler = "  ".join("-" * width for width in widths)
    for index, row in enumerate(rows):
        if index in (1, len(rows) - 1):
            yield ruler
        yield "  ".join(_aligned(row, widths)).rstrip()


def _aligned(row: Sequence[str], widths: Iterable[int]) -> Iterator[str]:
    for name, cell, width in zip(HEAD, row, widths, strict=True):
        yield cell.rjust(width) if name in TO_THE_RIGHT else cell.ljust(width)
