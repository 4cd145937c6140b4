"""The file of readings for billing: CSV with the columns of the bundle's readings.csv and the portal's own,
and the same as JSON lines.

docs/domain/bundle.md, «Back to billing», tells the same to people; tests/exchange/test_export.py holds the
two together. The bytes follow from the rows alone: written again they are the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from abonent.exchange.outgoing import drawing
from abonent.exchange.outgoing.drawing import Format, decimal, moment

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
    "unseen",
)


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
    unseen: bool = False


def filename(number: int, format_: Format) -> str:
    """`readings-000012.csv`: the numbers have no gaps."""
    return drawing.filename("readings", number, format_)


def pieces(format_: Format, rows: Iterable[ReadingRow]) -> Iterator[bytes]:
    """The file's bytes in pieces, UTF-8 with LF; CSV begins with the columns' names."""
    return drawing.pieces(format_, COLUMNS, map(_facts, rows))


def _facts(row: ReadingRow) -> tuple[Any, ...]:
    """The row's values by COLUMNS."""
    return (
        row.account,
        row.serial,
        row.scale,
        str(row.taken_on),
        "customer",
        decimal(row.value),
        row.reading,
        row.submission,
        moment(row.received_at),
        row.rolled_over,
        row.unusual,
        None if row.previous is None else decimal(row.previous),
        row.unseen,
    )
