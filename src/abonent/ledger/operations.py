"""Writes of the ledger: payments booked by billing. Months of charges: `ledger.months`,
which is part of this file's promises.

Everything runs in the import's one transaction and is safe to repeat.
"""

from django.db import connection
from psycopg import sql

from abonent.accounts.operations import remember_last_payments
from abonent.base import staging
from abonent.base.staging import MOST_LISTED, Staged, Taken
from abonent.ledger.models import Payment
from abonent.portal.models import Service

_PAYMENTS = Payment._meta.db_table
_KEY = {"source": "source", "external_id": "id_there"}
_COLUMNS = ("account", "paid_on", "amount", "bank", "service")


def resolve_payments(staged: Staged, services: Staged | None) -> list[tuple[int, str]]:
    """Give staged payments their ids and their service's. Returns unknown services as (line, code)."""
    staging.reserve(staged, _PAYMENTS, _KEY)
    match = {"code": "service"}
    return staging.resolve(staged, "service_id", Service._meta.db_table, match, also=services)


def compare_payments(staged: Staged) -> Taken:
    """New and unchanged payments; `changed` counts those that contradict what was booked."""
    return staging.compare(staged, _PAYMENTS, _sent(staged))


def contradictions(staged: Staged) -> list[int]:
    """Lines of payments booked before with another account, day, amount, bank or service: money is
    append-only, so these are errors. At most MOST_LISTED."""
    query = sql.SQL(
        "SELECT s.line FROM {staged} s JOIN {payments} t USING (id) WHERE NOT s.is_new AND {differ}"
        " ORDER BY s.line LIMIT {most}"
    ).format(
        staged=staged.table,
        payments=sql.Identifier(_PAYMENTS),
        differ=staging.differ(_sent(staged)),
        most=sql.Literal(MOST_LISTED),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def book_payments(staged: Staged) -> None:
    """Book the payments that are new, and let accounts remember their last ones. Nothing that was booked is
    ever changed."""
    staging.insert_new(staged, _PAYMENTS, _KEY | _sent(staged, every=True))
    remember_last_payments(payments=f"staged_{staged.name}")


def _sent(staged: Staged, *, every: bool = False) -> dict[str, str]:
    """The columns that the file had (or every one), by the table's names."""
    names = {"account": "account_id", "service": "service_id"}
    columns = [column for column in _COLUMNS if every or column in staged.columns]
    return {names.get(column, column): names.get(column, column) for column in columns}
