"""Asking the gateway what became of a payment, and doing what its answer says.

docs/domain/paying.md has the table of states and answers; tests/payments/test_paying_document.py holds it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from abonent.base.errors import DomainError
from abonent.payments import connections, queries
from abonent.payments.gateway import Answer, GatewayUnavailable
from abonent.payments.models import Payment, Refund
from abonent.payments.operations.booking import book_payment
from abonent.payments.operations.moving import charged, locked, move, note
from abonent.payments.operations.notices import adopt
from abonent.payments.operations.refund_entries import take_refunded
from abonent.payments.operations.sending import create_at_gateway, plan_question
from abonent.payments.queries import PaymentFacts
from abonent.payments.schedule import DAY, HANGS, LATE_TRUTH

PATIENCE = 3
"""Seconds that a customer waits for the gateway's answer."""
PAUSE = timedelta(seconds=3)
"""Between two questions that pages cause."""

State = Payment.State
_OPEN = {State.CREATED, State.SENT}
_FAILED = {State.DECLINED, State.EXPIRED}
_BOOKED = {State.BOOKED, State.TOLD, State.REFUNDED}


@transaction.atomic
def ask(
    *, payment_id: int, cause: str, now: datetime, wait: bool = True, read_seconds: float = 15
) -> Payment:
    """Ask the gateway for the payment's state, server to server, and settle by its answer.

    One transaction that holds the payment's row from before the question to after what it caused: notices,
    tabs and the job at the same moment ask one after another, and the later ones find it done. With `wait`
    off it returns at once what is there when somebody is asking already. Safe to repeat; whatever is cut off
    is rolled back, and the next question stands where it stood. An answer that does not come plans the next.
    """
    payment = locked(payment_id, wait=wait)
    if payment is None:
        return Payment.objects.get(pk=payment_id)
    try:
        answer = _answer(payment, read_seconds)
    except DomainError:  # no answer, nonsense, or its keys are missing: nobody knows more than before
        if payment.next_question_at is not None or payment.state in _OPEN:
            plan_question(payment, now=now)
        return payment
    settle(payment, answer, cause=cause, now=now)
    return payment


def _answer(payment: Payment, read_seconds: float) -> Answer | None:
    """An answer about another payment is none: nobody knows more than before."""
    gateway = connections.gateway(payment.method, read_seconds=read_seconds)
    answer = gateway.ask(payment.public_id, payment.pk, payment.gateway_id)
    if answer and payment.gateway_id and answer.gateway_id != payment.gateway_id:
        raise GatewayUnavailable(f"asked about {payment.gateway_id}, it answers about {answer.gateway_id}")
    return answer


def settle(payment: Payment, answer: Answer | None, *, cause: str, now: datetime) -> None:
    """What follows from the gateway's answer, in the caller's transaction with the row locked. `None`: the
    gateway knows no such payment."""
    if answer is not None and answer.gateway_id and not payment.gateway_id:
        payment.gateway_id = answer.gateway_id
        payment.save(update_fields=["gateway_id"])
        adopt(payment)
    if answer is None or answer.state == "pending":
        _unanswered(payment, answer, cause=cause, now=now)
    elif answer.state == "canceled":
        _canceled(payment, answer, cause=cause, now=now)
    else:
        _succeeded(payment, answer, cause=cause, now=now)


def _unanswered(payment: Payment, answer: Answer | None, *, cause: str, now: datetime) -> None:
    """Nothing is decided yet: make it, ask later, or give it up until a late truth."""
    given_up = payment.expires_at + (HANGS if answer else timedelta())
    if payment.state == State.CREATED and now < payment.expires_at:
        create_at_gateway(payment, cause=cause, now=now)
    elif payment.state in _OPEN and now >= given_up:
        move(payment, State.EXPIRED, cause=cause, now=now, reason="expired", next_question_at=now + DAY)
    elif payment.state in _OPEN:
        plan_question(payment, now=now)
    elif payment.state in _FAILED and now < payment.expires_at + HANGS + LATE_TRUTH:
        _ask_again(payment, now + DAY if payment.next_question_at else None)
    else:
        _ask_again(payment, None)


def _canceled(payment: Payment, answer: Answer, *, cause: str, now: datetime) -> None:
    reason = answer.reason[:100]
    if payment.state in _OPEN:
        to = State.EXPIRED if reason.startswith("expired") else State.DECLINED
        move(payment, to, cause=cause, now=now, details=reason, reason=reason, next_question_at=None)
        return
    if payment.state not in _FAILED:
        note(payment, cause=cause, now=now, details=f"the gateway calls it canceled: {reason}")
    _ask_again(payment, None)


def _succeeded(payment: Payment, answer: Answer, *, cause: str, now: datetime) -> None:
    if payment.state not in _BOOKED:
        if wrong := _other_than_fixed(payment, answer):
            _review(payment, answer, wrong, cause=cause, now=now)
        else:
            book_payment(payment, paid_at=answer.paid_at or now, cause=cause, now=now)
    take_refunded(payment, answer, cause=cause, now=now)
    waits = payment.refunds.filter(state__in=[Refund.State.CREATED, Refund.State.SENT]).exists()
    if not waits:
        _ask_again(payment, None)
    elif payment.next_question_at is not None:  # news came meanwhile: again, but not each minute
        plan_question(payment, now=now)


def _other_than_fixed(payment: Payment, answer: Answer) -> str:
    """What the gateway took otherwise than fixed when the payment was made: it is never posted."""
    if answer.currency != payment.currency:
        return "currency"
    return "amount" if answer.amount != charged(payment) else ""


def _review(payment: Payment, answer: Answer, wrong: str, *, cause: str, now: datetime) -> None:
    """The gateway has money that is not what was asked: staff resolve it, the ledger hears nothing."""
    if payment.state == State.PAID:
        return
    move(
        payment,
        State.PAID,
        cause=cause,
        now=now,
        details=f"{answer.amount} {answer.currency}",
        paid_at=answer.paid_at or now,
        paid_amount=answer.amount,
        reason=wrong,
        next_question_at=None,
    )


def _ask_again(payment: Payment, at: datetime | None) -> None:
    if payment.next_question_at != at:
        payment.next_question_at = at
        payment.save(update_fields=["next_question_at"])


def came_back(*, public_id: str, user_id: int, now: datetime) -> PaymentFacts | None:
    """The customer is back from the gateway: note it, ask once (a few seconds at most), and say what is
    known.

    Whatever stands in the address is not believed. None: no such payment of this person. Asks nothing while
    another question is under way, or was asked within PAUSE; a payment that is settled is not asked about.
    """
    found = Payment.objects.filter(public_id=public_id, user_id=user_id).first()
    if found is None:
        return None
    if found.state in _OPEN and _noted(found.pk, now):
        ask(payment_id=found.pk, cause="return", now=now, wait=False, read_seconds=PATIENCE)
    return queries.payment_facts(public_id, user_id)


@transaction.atomic
def _noted(payment_id: int, now: datetime) -> bool:
    """Write that the customer came back; True when it is time for a question. Waits for nobody."""
    payment = locked(payment_id, wait=False)
    if payment is None or (payment.returned_at and now < payment.returned_at + PAUSE):
        return False
    payment.returned_at = now
    payment.save(update_fields=["returned_at"])
    return True


def stop(*, public_id: str, user_id: int, now: datetime) -> PaymentFacts | None:
    """«I have not paid»: the gateway is asked, and what it says counts. No gateway here cancels what may be
    paid at this very moment, so before `expires_at` a pending payment stays. After it the customer's word
    ends the waiting (`expired`): money on its way is debt again, and a late truth is still asked for. None:
    no such payment of this person.
    """
    found = Payment.objects.filter(public_id=public_id, user_id=user_id).first()
    if found is None:
        return None
    if found.state in _OPEN:
        if _noted(found.pk, now):  # pressed again and again it holds up nobody else
            ask(payment_id=found.pk, cause="customer", now=now, wait=False, read_seconds=PATIENCE)
        _given_up(found.pk, now)
    return queries.payment_facts(public_id, user_id)


@transaction.atomic
def _given_up(payment_id: int, now: datetime) -> None:
    payment = locked(payment_id, wait=False)
    if payment is not None and payment.state in _OPEN and now >= payment.expires_at:
        move(payment, State.EXPIRED, cause="customer", now=now, reason="stopped", next_question_at=now + DAY)
