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
from typing import Any, Literal

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
    """As the bundle writes it, with yes and no; nothing is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for *facts, rolled_over, unusual, previous in map(_facts, rows):
        writer.writerow([*facts, _YES_NO[rolled_over], _YES_NO[unusual], previous])
    return text.getvalue().encode()


def _jsonl(rows: Iterable[ReadingRow]) -> bytes:
    lines = [
        json.dumps(dict(zip(COLUMNS, _facts(row), strict=True)), ensure_ascii=False) + "\n" for row in rows
    ]
    return "".join(lines).encode()


_YES_NO = {True: "yes", False: "no"}


def _facts(row: ReadingRow) -> tuple[Any, ...]:
    """The row's values by COLUMNS. A decimal is a text, `15230.5`, so that no reader of JSON rounds it."""
    return (
        row.account,
        row.serial,
        row.scale,
        str(row.taken_on),
        "customer",
        _decimal(row.value),
        row.reading,
        row.submission,
        row.received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        row.rolled_over,
        row.unusual,
        None if row.previous is None else _decimal(row.previous),
    )


def _decimal(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
