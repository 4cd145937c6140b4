"""The file of readings for billing: CSV with the columns of the bundle's readings.csv and the portal's own,
and the same as JSON lines.

docs/domain/bundle.md, «Back to billing», tells the same to people; tests/exchange/test_export.py holds the
two together. The bytes follow from the rows alone: written again they are the same.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

Format = Literal["csv", "jsonl"]
FORMATS: tuple[Format, ...] = ("csv", "jsonl")

#: Of these the first six are columns of the bundle's readings.csv.
COLUMNS = (
    "account",
    "serial",
    "scale",
    "taken_on",
    "source",
    "value",
    "reading",
    "submission",
    "received_at",
    "rolled_over",
    "unusual",
    "previous",
)
#: Rows that become one piece of a file.
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading that a customer submitted for one scale."""

    account: str
    serial: str
    scale: str
    taken_on: date
    value: Decimal
    reading: int
    submission: str
    received_at: datetime
    rolled_over: bool
    unusual: bool
    previous: Decimal | None


def filename(number: int, format_: Format) -> str:
    """`readings-000012.csv`: the numbers have no gaps."""
    return f"readings-{number:06d}.{format_}"


def pieces(format_: Format, rows: Iterable[ReadingRow]) -> Iterator[bytes]:
    """The file's bytes in pieces, UTF-8 with LF; CSV begins with the columns' names."""
    if format_ == "csv":
        yield (",".join(COLUMNS) + "\n").encode()
    draw = _csv if format_ == "csv" else _jsonl
    some: list[ReadingRow] = []
    for row in rows:
        some.append(row)
        if len(some) == _AT_ONCE:
            yield draw(some)
            some = []
    if some:
        yield draw(some)


def _csv(rows: Iterable[ReadingRow]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        facts = _facts(row)
        writer.writerow([_as_text(facts[column]) for column in COLUMNS])
    return text.getvalue().encode()


def _jsonl(rows: Iterable[ReadingRow]) -> bytes:
    lines = [
        json.dumps({name: _as_json(fact) for name, fact in _facts(row).items()}, ensure_ascii=False)
        for row in rows
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _facts(row: ReadingRow) -> dict[str, object]:
    return {
        "account": row.account,
        "serial": row.serial,
        "scale": row.scale,
        "taken_on": row.taken_on,
        "source": "customer",
        "value": row.value,
        "reading": row.reading,
        "submission": row.submission,
        "received_at": row.received_at,
        "rolled_over": row.rolled_over,
        "unusual": row.unusual,
        "previous": row.previous,
    }


def _as_text(fact: object) -> str:
    """As the bundle writes it; yes or no; nothing is empty."""
    match fact:
        case bool():
            return "yes" if fact else "no"
        case None:
            return ""
        case _:
            return str(_plain(fact))


def _as_json(fact: object) -> object:
    """A decimal is a text there too: `"15230.5"`, so that no reader rounds it."""
    return fact if fact is None or isinstance(fact, bool | int) else str(_plain(fact))


def _plain(fact: object) -> object:
    match fact:
        case Decimal():
            text = f"{fact:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case datetime():
            return fact.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return fact
