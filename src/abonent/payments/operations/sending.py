"""Making a payment at its gateway: the only place that does."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from abonent.base.errors import DomainError
from abonent.notices.addresses import absolute
from abonent.payments import connections
from abonent.payments.gateway import GatewayRefused, Order
from abonent.payments.models import Payment
from abonent.payments.operations.fiscal import fiscal_of
from abonent.payments.operations.moving import charged, locked, move
from abonent.payments.operations.notices import adopt
from abonent.payments.schedule import next_question

CUSTOMER_WAITS, NOBODY_WAITS = 5, 15
"""Seconds for an answer. While a customer waits so does a process that serves all others: what is not
answered by then the job makes, with the same key."""


@transaction.atomic
def send(*, payment_id: int, cause: str, now: datetime) -> Payment:
    """Make a `created` payment at the gateway and give it the state `sent`; anything else is left as it is.

    One transaction that holds the payment's row while the gateway is called: two tabs, or a tab and the job,
    make it once. The idempotency key is the payment's own name, committed before. Safe to repeat; when the
    answer or the commit is lost, the next call with the same key finds the same payment.
    """
    payment = locked(payment_id)
    if payment is None:
        raise Payment.DoesNotExist(payment_id)
    if payment.state == Payment.State.CREATED and now < payment.expires_at:
        create_at_gateway(payment, cause=cause, now=now)
    return payment


def create_at_gateway(payment: Payment, *, cause: str, now: datetime) -> None:
    """`created` -> `sent`, or `declined` when the gateway refuses; unanswered it stays, and is asked about.

    In the caller's transaction, the row locked.
    """
    patience = CUSTOMER_WAITS if cause in ("customer", "return") else NOBODY_WAITS
    try:
        made = connections.gateway(payment.method, read_seconds=patience).create(order_of(payment))
    except GatewayRefused as error:
        move(
            payment,
            Payment.State.DECLINED,
            cause=cause,
            now=now,
            details=str(error),
            reason=str(error)[:100],
            next_question_at=None,
        )
        return
    except DomainError:  # no answer, or its keys are missing: nobody knows, or nothing was made
        plan_question(payment, now=now)
        return
    payment.gateway_id = made.gateway_id
    adopt(payment)
    rang = payment.notices.exists()  # something has happened to it already
    move(
        payment,
        Payment.State.SENT,
        cause=cause,
        now=now,
        gateway_id=made.gateway_id,
        confirmation_url=made.confirmation_url,
        sent_at=now,
        questions=0,
        next_question_at=now if rang else next_question(0, now),
    )


def plan_question(payment: Payment, *, now: datetime) -> None:
    """The next question, further away than the last. What pages or notices asked before it was due leaves
    the schedule as it is: a customer who waits and looks does not push it away."""
    if payment.next_question_at is not None and payment.next_question_at > now:
        return
    payment.questions += 1
    payment.next_question_at = next_question(payment.questions, now)
    payment.save(update_fields=["next_question_at", "questions"])


def order_of(payment: Payment) -> Order:
    """What the gateway is told. Two queries."""
    parts = list(payment.parts.select_related("account", "service").order_by("position"))
    with translation.override(payment.language):
        return Order(
            key=payment.public_id,
            number=payment.pk,
            amount=charged(payment),
            currency=payment.currency,
            description=_description([part.account.number for part in parts]),
            return_url=absolute(reverse("payment", args=[payment.public_id])),
            notice_url=absolute(reverse("gateway_notice", args=[payment.method])),
            language=payment.language,
            expires_at=payment.expires_at,
            email=payment.email,
            customer_account=parts[0].account.number,
            fiscal=fiscal_of(payment, parts),
        )


def _description(numbers: list[str]) -> str:
    """As the customer reads it in the bank: with the accounts, the first three of them."""
    named = list(dict.fromkeys(numbers))
    text = ", ".join(named[:3]) + ("…" if len(named) > 3 else "")
    return _("Utilities, account %(numbers)s") % {"numbers": text}
