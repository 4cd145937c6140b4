"""Rows of one registry in a temporary table, before it is known what becomes of them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection

from abonent.base.identifiers import account_key
from abonent.base.money import LARGEST, ZERO
from abonent.payments.registry_file import BadRegistry, RowGiven

#: Nothing the field deals with is older.
_EARLIEST = date(1990, 1, 1)
_COLUMNS = (
    "line",
    "operation",
    "reference",
    "parent",
    "account_text",
    "account_key",
    "payer",
    "purpose",
    "paid_on",
    "amount",
    "commission",
)
_CREATE = """
CREATE TEMP TABLE staged_registry (
    line integer PRIMARY KEY, operation text NOT NULL, reference text NOT NULL, parent text NOT NULL,
    account_text text NOT NULL, account_key text NOT NULL, payer text NOT NULL, purpose text NOT NULL,
    paid_on date NOT NULL, amount numeric(14, 2) NOT NULL, commission numeric(14, 2),
    account_id bigint, payment_id bigint, state text, note text NOT NULL DEFAULT '', decides boolean
) ON COMMIT DROP
"""


def stage(rows: Iterable[RowGiven], *, latest: date) -> tuple[int, Decimal]:
    """Copy the rows as they come; gives how many they are and their sum. Raises BadRegistry, its own or
    that of the rows' source."""
    count, total = 0, ZERO
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_registry")
        cursor.execute(_CREATE)
        with cursor.copy(f"COPY staged_registry ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for row in (_checked(one, latest) for one in rows):
                copy.write_row(_values(row))
                count, total = count + 1, total + row.amount
        cursor.execute("CREATE INDEX ON staged_registry (operation)")
        cursor.execute("ANALYZE staged_registry")
    return count, total


def _checked(row: RowGiven, latest: date) -> RowGiven:
    """Whatever the format let through: what has no name, no money or no room cannot be booked."""
    if not row.operation:
        raise BadRegistry(
            "is empty", line=row.line, field="operation", remedy="ask the bank for the file anew"
        )
    if not row.amount or abs(row.amount) > LARGEST or row.amount != round(row.amount, 2):
        reason = "is no amount that can be booked"
        raise BadRegistry(reason, line=row.line, field="amount", value=str(row.amount))
    if not _EARLIEST <= row.paid_on <= latest:
        raise BadRegistry("is no day of a payment", line=row.line, field="day", value=str(row.paid_on))
    return row.fitting()


def _values(row: RowGiven) -> tuple[object, ...]:
    texts = (row.operation, row.reference, row.parent, row.account)
    return (
        row.line,
        *texts,
        account_key(row.account),
        row.payer,
        row.purpose,
        row.paid_on,
        row.amount,
        row.commission,
    )
