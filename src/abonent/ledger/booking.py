"""Payments booked here: online, by a bank's call, from a registry. The one way money of ours gets in.

Everything runs in the caller's transaction. An entry is booked 0 or 1 times: (source, external id) is unique,
and who comes second is told what is there already. Accounts' `money_version` grows with every change, so that
no kept page shows the old balance.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from abonent.ledger.models import ExpectedPayment


@dataclass(frozen=True, slots=True)
class Entry:
    """Money for an account: positive paid, negative given back or reversed. `source` and `external_id`
    name it for ever."""

    source: str
    external_id: str
    account_id: int
    amount: Decimal
    paid_on: date
    bank: str = ""
    """As the customer reads it among the payments."""
    service_id: int | None = None


_COLUMNS = {
    "source": "text",
    "external_id": "text",
    "account_id": "bigint",
    "amount": "numeric",
    "paid_on": "date",
    "bank": "text",
    "service_id": "bigint",
}
# A column is one value, an array: a statement with a value for each cell takes longer to write than to run.
_BOOK = (
    f"INSERT INTO ledger_payment ({', '.join(_COLUMNS)}, by_portal, booked_at)"  # noqa: S608 - our own names
    f" SELECT one.*, true, %s FROM unnest({', '.join(f'%s::{kind}[]' for kind in _COLUMNS.values())}) AS one"
    " ON CONFLICT (source, external_id) DO NOTHING RETURNING source, external_id"
)
_LOCK = "SELECT id FROM accounts_account WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
_CHANGED = "UPDATE accounts_account SET money_version = money_version + 1 WHERE id = ANY(%s)"


def book(entries: Sequence[Entry], *, now: datetime) -> set[tuple[str, str]]:
    """Book what is not booked yet; returns the (source, external id) of what was booked by this call.

    Accounts are locked in the order of their ids: callers that book for the same ones wait for each other.
    """
    if not entries:
        return set()
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        _touch({entry.account_id for entry in entries})
        columns = [[getattr(entry, name) for entry in entries] for name in _COLUMNS]
        cursor.execute(_BOOK, [now, *columns])
        return set(cursor.fetchall())


@transaction.atomic(savepoint=False)
def expect(entries: Sequence[Entry], *, now: datetime) -> None:
    """Money is on its way: it is no debt meanwhile. Safe to repeat."""
    _touch({entry.account_id for entry in entries})
    ExpectedPayment.objects.bulk_create(
        [
            ExpectedPayment(
                account_id=one.account_id,
                service_id=one.service_id,
                amount=one.amount,
                since=now,
                source=one.source,
                external_id=one.external_id,
            )
            for one in entries
        ],
        ignore_conflicts=True,
    )


@transaction.atomic(savepoint=False)
def expect_no_more(entries: Collection[Entry]) -> None:
    """It is booked, or will not come. Safe to repeat."""
    _touch({entry.account_id for entry in entries})
    for source in {entry.source for entry in entries}:
        names = [entry.external_id for entry in entries if entry.source == source]
        ExpectedPayment.objects.filter(source=source, external_id__in=names).delete()


def _touch(account_ids: Collection[int]) -> None:
    """Lock the accounts in one order, and let their pages be drawn anew."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(account_ids)])
        cursor.execute(_CHANGED, [list(account_ids)])
