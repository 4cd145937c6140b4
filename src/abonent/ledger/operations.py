"""Writes of the ledger: payments booked by billing. Months of charges: `ledger.months`,
which is part of this file's promises.

Everything runs in the import's one transaction and is safe to repeat. Payments booked here (`booking`) come
back from billing under their own source and id: `telling` is the other half.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString

from django.db import connection
from psycopg import sql

from abonent.accounts.operations import remember_last_payments
from abonent.base import staging
from abonent.base.staging import MOST_LISTED, Staged, Taken
from abonent.ledger import undone
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


_COMPARE: LiteralString = """
SELECT count(*) FILTER (WHERE s.is_new),
       count(*) FILTER (WHERE t.by_portal AND told.confirmed_at IS NULL OR {out}), count(*)
  FROM {staged} s LEFT JOIN {payments} t USING (id)
  LEFT JOIN ledger_toldpayment told ON told.payment_id = t.id
"""


def compare_payments(staged: Staged) -> Taken:
    """New and unchanged payments; `changed` counts those booked here that billing says back now, and those of
    an undone run that come again.
    Contradictions were refused before."""
    ((new, confirmed, everything),) = _rows(_COMPARE, staged)
    return Taken(new, confirmed, everything - new - confirmed)


def contradictions(staged: Staged) -> list[int]:
    """Lines of payments booked before with other particulars: money is append-only, so these are errors. Of
    what billing told: another account, day, amount, bank or service; of what was booked here, where day,
    bank and service are ours to say: another account or amount. At most MOST_LISTED."""
    return _lines(
        "SELECT s.line FROM {staged} s JOIN {payments} t USING (id) WHERE NOT s.is_new"
        " AND CASE WHEN t.by_portal THEN {money} ELSE {any} END ORDER BY s.line LIMIT {most}",
        staged,
    )


def retold(staged: Staged) -> list[int]:
    """Lines that say back a payment booked here with another day, bank or service: ours stay, and people look
    why. At most MOST_LISTED."""
    return _lines(
        "SELECT s.line FROM {staged} s JOIN {payments} t USING (id) WHERE t.by_portal"
        " AND NOT {money} AND {any} ORDER BY s.line LIMIT {most}",
        staged,
    )


def book_payments(staged: Staged, *, now: datetime) -> None:
    """Book the payments that are new, and let accounts remember their last ones; those booked here are
    confirmed. Nothing that was booked is ever changed."""
    staging.insert_new(staged, _PAYMENTS, _KEY | _sent(staged, every=True))
    undone.book_again(staged)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_CONFIRM).format(staged=staged.table), {"now": now})
    remember_last_payments(payments=f"staged_{staged.name}")


def staged_total(staged: Staged) -> Decimal:
    """What the staged payments that are new come to."""
    ((total,),) = _rows("SELECT coalesce(sum(amount), 0) FROM {staged} WHERE is_new", staged)
    return Decimal(total)


# Billing may have heard of a payment by another way, before a file of ours told it.
_CONFIRM: LiteralString = """
INSERT INTO ledger_toldpayment AS told (payment_id, told_at, confirmed_at)
SELECT t.id, %(now)s, %(now)s FROM {staged} s JOIN ledger_payment t USING (id) WHERE t.by_portal
 ORDER BY t.id
ON CONFLICT (payment_id) DO UPDATE SET confirmed_at = EXCLUDED.confirmed_at WHERE told.confirmed_at IS NULL
"""


def _lines(query: LiteralString, staged: Staged) -> list[int]:
    return [row[0] for row in _rows(query, staged)]


def _rows(query: LiteralString, staged: Staged) -> list[tuple[Any, ...]]:
    money = {name: name for name in ("account_id", "amount")}
    composed = sql.SQL(query).format(
        staged=staged.table,
        payments=sql.Identifier(_PAYMENTS),
        money=staging.differ(money),
        any=staging.differ(_sent(staged)),
        out=sql.SQL(undone.IS_OUT),
        most=sql.Literal(MOST_LISTED),
    )
    with connection.cursor() as cursor:
        cursor.execute(composed)
        return list(cursor.fetchall())


def _sent(staged: Staged, *, every: bool = False) -> dict[str, str]:
    """The columns that the file had (or every one), by the table's names."""
    names = {"account": "account_id", "service": "service_id"}
    columns = [column for column in _COLUMNS if every or column in staged.columns]
    return {names.get(column, column): names.get(column, column) for column in columns}
