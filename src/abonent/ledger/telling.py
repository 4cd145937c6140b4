"""What was booked here and billing has to know: each entry in one file for it, and what it says back.

Everything runs in the caller's transaction. An entry is told when a file for billing has it
(`ToldPayment.batch`) or billing told of it first; it is confirmed when billing says it back.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Min

from abonent.ledger.models import Payment, ToldPayment

#: Rows fetched at a time: memory does not grow with the file.
_AT_ONCE = 2000
_TAKE = """
INSERT INTO ledger_toldpayment (payment_id, batch, told_at)
SELECT id, %(batch)s, %(now)s FROM ledger_payment AS payment
 WHERE by_portal AND (%(since)s::timestamptz IS NULL OR booked_at >= %(since)s)
   AND NOT EXISTS (SELECT FROM ledger_toldpayment WHERE payment_id = payment.id)
 ORDER BY id
ON CONFLICT (payment_id) DO NOTHING
"""
_FIELDS = (
    "payment__source",
    "payment__external_id",
    "payment__account__number",
    "payment__paid_on",
    "payment__amount",
    "payment__bank",
    "payment__service__code",
    "payment__booked_at",
)


class ToldEntry(NamedTuple):
    """One row of a file for billing."""

    source: str
    external_id: str
    account: str
    paid_on: date
    amount: Decimal
    bank: str
    service: str | None
    booked_at: datetime


class Waiting(NamedTuple):
    """Entries that billing does not know of."""

    entries: int
    oldest: datetime | None
    """When the first of them was booked."""


def take_for_billing(*, batch: int, since: datetime | None = None, now: datetime) -> int:
    """Give every entry that billing does not know of (none booked before `since`) to the file of this number;
    how many. One statement: an entry has one file, whoever else takes at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"batch": batch, "since": since, "now": now})
        return int(cursor.rowcount)


def entries_of_batch(batch: int) -> Iterator[ToldEntry]:
    """The entries of a file in the order in which they were booked, streamed from the server. In a
    transaction."""
    rows = ToldPayment.objects.filter(batch=batch).order_by("payment_id").values_list(*_FIELDS)
    return map(ToldEntry._make, rows.iterator(chunk_size=_AT_ONCE))


def told_entries(source: str, external_ids: Collection[str]) -> set[str]:
    """Of these names, those of entries that billing knows of. One query."""
    told = ToldPayment.objects.filter(payment__source=source, payment__external_id__in=external_ids)
    return set(told.values_list("payment__external_id", flat=True))


def waiting_for_billing() -> Waiting:
    """One query."""
    untold = Payment.objects.filter(by_portal=True, told__isnull=True)
    found = untold.aggregate(entries=Count("pk"), oldest=Min("booked_at"))
    return Waiting(found["entries"], found["oldest"])


def confirmed_of_batches(batches: Collection[int]) -> dict[int, int]:
    """How many entries of these files billing has said back. One query."""
    told = ToldPayment.objects.filter(batch__in=batches, confirmed_at__isnull=False).order_by()
    found = told.values("batch").annotate(many=Count("pk")).values_list("batch", "many")
    return {batch: many for batch, many in found if batch is not None}
