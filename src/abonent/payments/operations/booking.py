"""The money of a payment gets into the ledger: once, with its receipt letter, in one transaction."""

from datetime import datetime

from django.db import transaction

from abonent.ledger import booking
from abonent.payments.models import Payment
from abonent.payments.operations.moving import charged, day_of, entries, move
from abonent.payments.operations.reversing import reverse_rows
from abonent.payments.receipts import write_receipt

_BOOKED = {Payment.State.BOOKED, Payment.State.TOLD, Payment.State.REFUNDED}


def book_payment(payment: Payment, *, paid_at: datetime, cause: str, now: datetime) -> bool:
    """Post the parts as they were fixed when the payment was made, and all that goes with it: money on its
    way no more, registry rows that came first reversed, a line of history, the receipt letter.

    In the caller's transaction, with the payment's row locked and amount and currency compared by the caller.
    Safe to repeat: False when the payment is booked already.
    """
    if payment.state in _BOOKED:
        return False
    with transaction.atomic(savepoint=False):
        booking.book(entries(payment, day_of(paid_at)), now=now)
        move(
            payment,
            Payment.State.BOOKED,
            cause=cause,
            now=now,
            paid_at=paid_at,
            booked_at=now,
            paid_amount=charged(payment),
            reason="",
            next_question_at=None,
        )
        reverse_rows(payment=payment, now=now)
        write_receipt(payment, now=now)
    return True
