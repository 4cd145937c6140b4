"""A registry's row was booked before our own payment that it names: reversed when the payment is booked."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from abonent.ledger import booking
from abonent.ledger.booking import Entry
from abonent.payments.models import Payment, RegistryRow
from abonent.portal.current import portal

REVERSAL = "reversal"
_STATE = RegistryRow.State


@transaction.atomic(savepoint=False)
def reverse_rows(*, payment: Payment, now: datetime) -> int:
    """Take back what registries booked for this payment; rows of it that nobody could match are matched now.

    Called in the transaction that books the payment, after its entries are booked: the accounts' locks are
    held, so a registry that is being taken has either been committed (its row is seen here) or sees this
    payment. Safe to repeat. Returns the rows reversed.
    """
    return _reverse(_naming(payment), payment, now)


@transaction.atomic(savepoint=False)
def reverse_rows_of_call(*, bank: str, txn_id: str, now: datetime) -> int:
    """The same for a payment of which a bank has called us; after its entry is booked."""
    return _reverse(
        Q(registry__source=f"registry:{bank}") & (Q(operation=txn_id) | Q(reference=txn_id)), None, now
    )


def _reverse(which: Q, payment: Payment | None, now: datetime) -> int:
    """Rows marked `again` stay: they are other money for the same payment."""
    waiting = RegistryRow.objects.filter(which, amount__gt=0, state__in=[_STATE.BOOKED, _STATE.UNMATCHED])
    rows = list(waiting.exclude(note="again").select_for_update(of=("self",)).order_by("pk"))
    booked = [row for row in rows if row.state == _STATE.BOOKED]
    booking.book([_reversal(row) for row in booked], now=now)
    for row in rows:
        row.state = _STATE.REVERSED if row.state == _STATE.BOOKED else _STATE.MATCHED
        row.payment = payment
    RegistryRow.objects.bulk_update(rows, ["state", "payment"])
    return len(booked)


def _naming(payment: Payment) -> Q:
    """The rows that name a payment: the same rule as `matching` has, the other way round."""
    named = Q(reference=payment.public_id) | Q(operation=payment.public_id)
    if payment.gateway_id:
        its_own = [f"{kind}:{payment.method}" for kind in ("registry", "statement")]
        named |= Q(reference=payment.gateway_id) & ~Q(registry__source__in=_of_other_methods(payment.method))
        named |= Q(operation=payment.gateway_id, registry__source__in=its_own)
    return named


def _of_other_methods(method: str) -> list[str]:
    others = [one.code for one in portal().paying.methods if one.code != method]
    return [f"{kind}:{code}" for kind in ("registry", "statement") for code in others]


def _reversal(row: RegistryRow) -> Entry:
    if row.account_id is None:
        raise ValueError(f"registry row {row.pk} is booked to no account")
    return Entry(
        source=REVERSAL,
        external_id=str(row.pk),
        account_id=row.account_id,
        amount=-row.amount,
        paid_on=row.paid_on,
    )
