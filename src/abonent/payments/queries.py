"""Reads of payments, for the person who pays and for those who hold an account. Constant queries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.utils.translation import get_language

from abonent.payments.models import Payment, PaymentPart

_OPEN = {Payment.State.CREATED, Payment.State.SENT}
_ON_THEIR_WAY = [Payment.State.CREATED, Payment.State.SENT, Payment.State.PAID]


class PartFacts(NamedTuple):
    """A share of a payment. `service` is blank where it is for the account as a whole."""

    account_number: str
    account_public_id: str
    address: str
    service: str
    amount: Decimal


class StepFacts(NamedTuple):
    """A line of the history."""

    at: datetime
    state: str
    cause: str
    details: str


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as the person who made it may see it. Amounts in `currency`; `charged` is amount and
    commission."""

    public_id: str
    number: int
    state: str
    amount: Decimal
    commission: Decimal
    charged: Decimal
    currency: str
    method: str
    parts: tuple[PartFacts, ...]
    confirmation_url: str | None
    """Where the customer can pay it: while it is `sent`, until `expires_at`."""
    created_at: datetime
    paid_at: datetime | None
    booked_at: datetime | None
    expires_at: datetime
    returned_at: datetime | None
    reason: str
    """Why it was declined, or waits for staff (amount | currency)."""
    refunded: Decimal
    waiting: bool
    """What became of it is not known yet."""
    email: str
    language: str
    steps: tuple[StepFacts, ...]


def payment_facts(public_id: str, user_id: int | None) -> PaymentFacts | None:
    """A payment that this person made, else None: a stranger's does not exist. `user_id` None: whoever's it
    is (for letters and paper). Three queries."""
    found = Payment.objects.filter(public_id=public_id)
    payment = (found.filter(user_id=user_id) if user_id is not None else found).first()
    if payment is None:
        return None
    return PaymentFacts(
        public_id=payment.public_id,
        number=payment.pk,
        state=payment.state,
        amount=payment.amount,
        commission=payment.commission,
        charged=payment.amount + payment.commission,
        currency=payment.currency,
        method=payment.method,
        parts=parts_of(payment, get_language() or payment.language),
        confirmation_url=payment.confirmation_url if payment.state == Payment.State.SENT else None,
        created_at=payment.created_at,
        paid_at=payment.paid_at,
        booked_at=payment.booked_at,
        expires_at=payment.expires_at,
        returned_at=payment.returned_at,
        reason=payment.reason,
        refunded=payment.refunded,
        waiting=payment.state in _OPEN,
        email=payment.email,
        language=payment.language,
        steps=tuple(
            StepFacts(step.at, step.state, step.cause, step.details)
            for step in payment.steps.order_by("at", "pk")
        ),
    )


def parts_of(payment: Payment, language: str) -> tuple[PartFacts, ...]:
    """The shares of a payment, with the services' names in a language. One query."""
    rows = payment.parts.select_related("account", "service").order_by("position")
    return tuple(
        PartFacts(
            part.account.number,
            part.account.public_id,
            part.account.full_address,
            _service_name(part, language),
            part.amount,
        )
        for part in rows
    )


def _service_name(part: PaymentPart, language: str) -> str:
    if part.service is None:
        return ""
    own = {"kk": part.service.name_kk, "en": part.service.name_en}.get(language[:2], "")
    return own or part.service.name_ru


def payment_of_form(user_id: int, form_key: str) -> str | None:
    """The payment that a page has made already, by its form's key: its public id. One query."""
    made = Payment.objects.filter(user_id=user_id, form_key=form_key)
    return made.values_list("public_id", flat=True).first()


class OnItsWay(NamedTuple):
    """Money for an account that is not booked yet: `amount` is the account's own share."""

    public_id: str
    number: int
    state: str
    amount: Decimal
    method: str
    created_at: datetime
    user_id: int | None


def on_their_way(account_id: int) -> tuple[OnItsWay, ...]:
    """Payments for an account that are created, sent, or paid and not booked; newest first. One query."""
    rows = (
        PaymentPart.objects.filter(account_id=account_id, payment__state__in=_ON_THEIR_WAY)
        .values_list(
            "payment__public_id",
            "payment_id",
            "payment__state",
            "payment__method",
            "payment__created_at",
            "payment__user_id",
        )
        .annotate(share=Sum("amount"))
        .order_by("-payment__created_at", "-payment_id")
    )
    return tuple(
        OnItsWay(public_id, number, state, share, method, created_at, user_id)
        for public_id, number, state, method, created_at, user_id, share in rows
    )
