"""Giving money back: staff ask, the gateway does it, the ledger gets negative entries."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db import transaction

from abonent.base.errors import DomainError
from abonent.base.identifiers import new_public_id
from abonent.base.money import CENT, ZERO
from abonent.payments import connections
from abonent.payments.gateway import GatewayRefused, RefundAnswer, RefundOrder
from abonent.payments.models import Payment, Refund
from abonent.payments.operations.fiscal import fiscal_of_refund
from abonent.payments.operations.moving import locked, note
from abonent.payments.operations.refund_entries import finish, refundable
from abonent.payments.schedule import next_question
from abonent.users.audit import record
from abonent.users.models import User

Why = Literal["state", "currency", "amount", "more", "reason", "key", "waits"]

_REFUNDABLE = {Payment.State.BOOKED, Payment.State.TOLD, Payment.State.PAID}
_OPEN = {Refund.State.CREATED, Refund.State.SENT}


PATIENCE = 5
"""Seconds that a page of the office waits for the gateway; the job goes on."""


class NotRefundable(DomainError):  # noqa: N818 - named after the rule it states
    """It may not be given back. `why`: state (the gateway has no money of it), currency (another one than
    asked: give it back at the gateway), amount (not a sum of money), more (than is left), reason (none
    given), key (of another refund), waits (what became of an earlier refund is not known yet)."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


def refund(
    *,
    payment_id: int,
    amount: Decimal,
    reason: str,
    staff: User,
    address: str | None = None,
    key: str | None = None,
    now: datetime,
) -> Refund:
    """Give back `amount` of what the customer was charged; the accounts get theirs before the commission
    does.

    Two transactions: the first writes it down with its idempotency key, the gateway is called after its
    commit. Safe to repeat with the same `key` (of the form; at most 22 characters). Resumable by the job.
    Raises NotRefundable; a gateway that refuses leaves it `failed` (its reason after ours), one that does not
    answer `created`.
    """
    made = _written(payment_id, amount, reason.strip(), staff, address, key or new_public_id(), now)
    return ask_refund(refund_id=made.pk, cause="staff", now=now, read_seconds=PATIENCE)


@transaction.atomic
def _written(
    payment_id: int,
    amount: Decimal,
    reason: str,
    staff: User,
    address: str | None,
    key: str,
    now: datetime,
) -> Refund:
    payment = locked(payment_id)
    if payment is None:
        raise NotRefundable("state")
    if known := Refund.objects.filter(public_id=key).first():
        if known.payment_id != payment_id or known.amount != amount:
            raise NotRefundable("key")
        return known
    _check(payment, amount, reason)
    made = Refund.objects.create(
        public_id=key,
        payment=payment,
        amount=amount,
        reason=reason[:300],
        asked_by=staff,
        created_at=now,
        next_question_at=next_question(0, now),
    )
    note(payment, cause="staff", now=now, details=f"refund of {amount}: {reason}", staff=staff)
    record(
        action="payment_refund_asked",
        actor=staff,
        subject=f"payment:{payment.pk}",
        address=address,
        now=now,
        refund=made.pk,
        amount=str(amount),
    )
    return made


def _check(payment: Payment, amount: Decimal, reason: str) -> None:
    if not reason:
        raise NotRefundable("reason")
    if amount <= 0 or amount != amount.quantize(CENT):
        raise NotRefundable("amount")
    if payment.state not in _REFUNDABLE:
        raise NotRefundable("state")
    if payment.reason == "currency":
        raise NotRefundable("currency")
    if payment.refunds.filter(state__in=_OPEN).exists():
        raise NotRefundable("waits")  # gateways without keys are told by the sum of refunds alone
    if amount > left(payment):
        raise NotRefundable("more")


def left(payment: Payment) -> Decimal:
    """What may still be given back: refunds under way count as given. One query."""
    given = payment.refunds.exclude(state=Refund.State.FAILED).values_list("amount", flat=True)
    return refundable(payment) - sum(given, ZERO)


@transaction.atomic
def ask_refund(
    *, refund_id: int, cause: str = "question", now: datetime, wait: bool = True, read_seconds: float = 15
) -> Refund:
    """Have the gateway do a refund, or ask what became of it; post it when it is done.

    One transaction that holds the rows of the payment and the refund around the call; the key was committed
    before. Safe to repeat; unanswered, the next question is planned. With `wait` off it passes by what is
    held.
    """
    found = Refund.objects.get(pk=refund_id)
    payment = locked(found.payment_id, wait=wait)
    if payment is None:
        return found
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state not in _OPEN:
        return refund
    try:
        answer = _answer(payment, refund, read_seconds)
    except GatewayRefused as error:
        _fail(payment, refund, str(error), cause=cause, now=now)
    except DomainError:
        _plan(refund, refund.state, "", now)
    else:
        _settle(payment, refund, answer, cause=cause, now=now)
    return refund


def _answer(payment: Payment, refund: Refund, read_seconds: float) -> RefundAnswer:
    """Ask first when it may have been made already; what the gateway does not know is made, by the same
    key."""
    gateway = connections.gateway(payment.method, read_seconds=read_seconds)
    order = RefundOrder(
        key=refund.public_id,
        number=refund.pk,
        gateway_id=payment.gateway_id,
        amount=refund.amount,
        currency=payment.currency,
        before=payment.refunded,
        fiscal=fiscal_of_refund(payment, refund.amount),
    )
    known = gateway.ask_refund(order, refund.gateway_id) if refund.questions else None
    return known or gateway.refund(order)


def _settle(payment: Payment, refund: Refund, answer: RefundAnswer, *, cause: str, now: datetime) -> None:
    if answer.state == "pending":
        _plan(refund, Refund.State.SENT, answer.gateway_id, now)
    elif answer.state == "succeeded" and answer.amount == refund.amount:
        finish(payment, refund, gateway_id=answer.gateway_id, cause=cause, now=now)
    else:
        why = f"the gateway gave back {answer.amount}" if answer.state == "succeeded" else answer.reason
        _fail(payment, refund, why, cause=cause, now=now)


def _plan(refund: Refund, state: str, gateway_id: str, now: datetime) -> None:
    refund.state = state
    refund.gateway_id = gateway_id or refund.gateway_id
    refund.next_question_at = next_question(refund.questions, now)
    refund.questions += 1
    refund.save(update_fields=["state", "gateway_id", "next_question_at", "questions"])


def _fail(payment: Payment, refund: Refund, why: str, *, cause: str, now: datetime) -> None:
    """Nothing is given back by this refund. The payment is asked about at once: its gateway's sum is the
    truth, whatever came of ours."""
    refund.state = Refund.State.FAILED
    refund.next_question_at = None
    refund.reason = f"{refund.reason} · {why}"[:300]
    refund.save(update_fields=["state", "next_question_at", "reason"])
    note(payment, cause=cause, now=now, details=f"refund of {refund.amount} failed: {why}")
    payment.next_question_at = now
    payment.save(update_fields=["next_question_at"])
