"""The file of payments booked here for billing: CSV with the columns of the bundle's payments.csv and the
portal's own, and the same as JSON lines.

docs/domain/bundle.md, «Payments to billing», tells the same to people; tests/exchange/test_export_payments.py
holds the two together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from abonent.exchange.outgoing import drawing
from abonent.exchange.outgoing.drawing import Format, moment

#: Of these the first seven are columns of the bundle's payments.csv.
COLUMNS = ("source", "id", "account", "paid_on", "amount", "bank", "service", "booked_at")


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """An entry of the ledger that was booked here; a negative one is given back or reversed."""

    source: str
    id: str
    account: str
    paid_on: date
    amount: Decimal
    bank: str
    service: str | None
    booked_at: datetime


def filename(number: int, format_: Format) -> str:
    """`payments-000012.csv`: the numbers have no gaps."""
    return drawing.filename("payments", number, format_)


def pieces(format_: Format, rows: Iterable[PaymentRow]) -> Iterator[bytes]:
    """The file's bytes in pieces, UTF-8 with LF; CSV begins with the columns' names."""
    return drawing.pieces(format_, COLUMNS, map(_facts, rows))


def _facts(row: PaymentRow) -> tuple[Any, ...]:
    """The row's values by COLUMNS; money always has its two places."""
    return (
        row.source,
        row.id,
        row.account,
        str(row.paid_on),
        f"{row.amount:.2f}",
        row.bank,
        row.service,
        moment(row.booked_at),
    )
