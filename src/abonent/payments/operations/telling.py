"""Payments of which billing knows all: the last step of their journey."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from abonent.ledger.telling import told_entries
from abonent.payments.models import Payment, PaymentPart, PaymentStep
from abonent.payments.operations.moving import ONLINE

_AT_ONCE = 1000


@transaction.atomic(savepoint=False)
def mark_told(*, wait: bool = True, now: datetime) -> int:
    """Booked payments all of whose entries are told to billing (or came from it first) become `told`.

    Called in the transaction that tells, so that nobody sees one without the other. With `wait` off a payment
    that another transaction holds is passed by until the next call: for callers that hold accounts. Safe to
    repeat. Returns how many were marked.
    """
    return sum(_mark(some, now) for some in _pieces(wait=wait))


def _pieces(*, wait: bool) -> Iterator[dict[int, str]]:
    """Public ids of booked payments by their ids, held until the transaction ends, in one order."""
    booked = Payment.objects.filter(state=Payment.State.BOOKED).select_for_update(skip_locked=not wait)
    after = 0
    while True:
        rows = booked.filter(pk__gt=after).order_by("pk").values_list("pk", "public_id")
        some = dict(rows[:_AT_ONCE])
        if not some:
            return
        yield some
        after = max(some)


def _mark(payments: dict[int, str], now: datetime) -> int:
    entries: dict[int, list[str]] = {payment: [] for payment in payments}
    parts = PaymentPart.objects.filter(payment__in=payments).values_list("payment_id", "position")
    for payment, position in parts:
        entries[payment].append(f"{payments[payment]}-{position}")
    told = told_entries(ONLINE, [name for some in entries.values() for name in some])
    whole = [payment for payment, names in entries.items() if told.issuperset(names)]
    Payment.objects.filter(pk__in=whole).update(state=Payment.State.TOLD)
    PaymentStep.objects.bulk_create(
        PaymentStep(payment_id=payment, at=now, state=Payment.State.TOLD, cause="billing")
        for payment in whole
    )
    return len(whole)
