"""The bytes of files for billing: CSV as the bundle writes it, and the same as JSON lines. Pure.

They follow from the rows alone: written again they are the same.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

Format = Literal["csv", "jsonl"]
FORMATS: tuple[Format, ...] = ("csv", "jsonl")
Facts = Sequence[Any]
"""A row's values by its columns: a bool is `yes` or `no` in CSV, None is empty there and null in JSON."""

#: Rows that become one piece of a file.
_AT_ONCE = 1000
_YES_NO = {True: "yes", False: "no"}


def filename(what: str, number: int, format_: Format) -> str:
    """`readings-000012.csv`: the numbers have no gaps."""
    return f"{what}-{number:06d}.{format_}"


def pieces(format_: Format, columns: Sequence[str], rows: Iterable[Facts]) -> Iterator[bytes]:
    """The file's bytes in pieces, UTF-8 with LF; CSV begins with the columns' names."""
    if format_ == "csv":
        yield (",".join(columns) + "\n").encode()
    draw: Callable[[Sequence[str], Iterable[Facts]], bytes] = _csv if format_ == "csv" else _jsonl
    some: list[Facts] = []
    for row in rows:
        some.append(row)
        if len(some) == _AT_ONCE:
            yield draw(columns, some)
            some = []
    if some:
        yield draw(columns, some)


def _csv(_: Sequence[str], rows: Iterable[Facts]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_YES_NO[value] if isinstance(value, bool) else value for value in row])
    return text.getvalue().encode()


def _jsonl(columns: Sequence[str], rows: Iterable[Facts]) -> bytes:
    lines = [json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n" for row in rows]
    return "".join(lines).encode()


def decimal(number: Decimal) -> str:
    """As a text, `15230.5`, so that no reader of JSON rounds it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(at: datetime) -> str:
    """`2026-11-20T13:05:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
