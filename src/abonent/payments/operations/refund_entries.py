"""Money given back, in the ledger: each refund its own negative entries, each posted once.

In the caller's transaction, with the payment's row locked.
"""

from datetime import datetime
from decimal import Decimal

from django.db.models import Max

from abonent.base.money import ZERO
from abonent.ledger import booking
from abonent.ledger.booking import Entry
from abonent.payments.gateway import Answer
from abonent.payments.giving_back import given_back
from abonent.payments.models import Payment, Refund
from abonent.payments.operations.moving import charged, day_of, label_of, move, note
from abonent.payments.receipts import write_refund

SOURCE = "refund"


def refundable(payment: Payment) -> Decimal:
    """The most that may be given back: what was charged, or less when the gateway took less."""
    whole = charged(payment)
    return whole if payment.paid_amount is None else min(whole, payment.paid_amount)


def finish(payment: Payment, refund: Refund, *, gateway_id: str, cause: str, now: datetime) -> None:
    """The gateway has given it back: the refund is done, its entries are posted, the customer is told."""
    refund.state = Refund.State.DONE
    refund.gateway_id = gateway_id or refund.gateway_id
    earlier = payment.refunds.aggregate(last=Max("done_at"))["last"]
    refund.done_at = max(now, earlier or now)  # their order is what the parts' shares are counted by
    refund.next_question_at = None
    refund.save(update_fields=["state", "gateway_id", "done_at", "next_question_at"])
    done = payment.refunds.filter(state=Refund.State.DONE).values_list("amount", flat=True)
    payment.refunded = sum(done, ZERO)
    post(payment, now=now)
    if payment.refunded >= refundable(payment):
        move(
            payment,
            Payment.State.REFUNDED,
            cause=cause,
            now=now,
            details=f"-{refund.amount}",
            refunded=payment.refunded,
            next_question_at=None,
        )
    else:
        payment.save(update_fields=["refunded"])
        note(payment, cause=cause, now=now, details=f"-{refund.amount}")
    write_refund(payment, refund, now=now)


def post(payment: Payment, *, now: datetime) -> None:
    """Post the entries of every refund that is done, 0 or 1 times each: also of one made before its payment
    was booked. Nothing is posted for a payment that never got into the ledger."""
    if payment.booked_at is None:
        return
    parts = list(payment.parts.order_by("position"))
    refunds = list(payment.refunds.filter(state=Refund.State.DONE).order_by("done_at", "pk"))
    shares = given_back([part.amount for part in parts], [refund.amount for refund in refunds])
    booking.book(
        [
            Entry(
                source=SOURCE,
                external_id=f"{refund.public_id}-{part.position}",
                account_id=part.account_id,
                service_id=part.service_id,
                amount=-amount,
                paid_on=day_of(refund.done_at or now),
                bank=label_of(payment.method),
            )
            for refund, share in zip(refunds, shares, strict=True)
            for part, amount in zip(parts, share, strict=True)
            if amount
        ],
        now=now,
    )


def take_refunded(payment: Payment, answer: Answer, *, cause: str, now: datetime) -> None:
    """A refund made at the gateway itself, known by the sum of refunds that it names: ours are done, so the
    rest is its own. Nothing while one of ours is under way: the sum may hold it already."""
    post(payment, now=now)
    if payment.refunds.filter(state__in=[Refund.State.CREATED, Refund.State.SENT]).exists():
        return
    done = payment.refunds.filter(state=Refund.State.DONE).values_list("amount", flat=True)
    amount = _given_back_there(payment, answer) - sum(done, ZERO)
    if amount <= 0:
        return
    refund = Refund.objects.create(
        payment=payment, amount=amount, state=Refund.State.SENT, created_at=now, next_question_at=now
    )
    finish(payment, refund, gateway_id="", cause=cause, now=now)


def _given_back_there(payment: Payment, answer: Answer) -> Decimal:
    """Of what was fixed. When the gateway took more, or another currency, only the whole of it counts."""
    whole = refundable(payment)
    if answer.refunded >= answer.amount:
        return whole
    if answer.currency != payment.currency or answer.amount > whole:
        return ZERO
    return min(answer.refunded, whole)
