"""A customer pays: written down, made at the gateway, sent there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from abonent.accounts.queries import HeldAccount, held_accounts
from abonent.base.errors import DomainError
from abonent.base.money import CENT, LARGEST, ZERO
from abonent.payments import connections
from abonent.payments.commission import commission_of
from abonent.payments.models import Payment, PaymentPart, PaymentStep
from abonent.payments.operations.moving import day_of
from abonent.payments.operations.sending import send
from abonent.payments.schedule import next_question
from abonent.portal.current import portal
from abonent.portal.profile import Method
from abonent.portal.queries import data_version, services
from abonent.users.models import User

MOST_PARTS = 50
LONGEST_EMAIL = 254
MOST_AN_HOUR = 30
"""Of one person: each is a call to the gateway, and a line in its books."""

Reason = Literal[
    "method",  # the profile has no such method
    "parts",  # none, or more than MOST_PARTS
    "amount",  # a part that is not a positive amount of two decimals
    "least",  # the sum is below the method's least
    "most",  # the sum is above the method's most
    "account",  # not held by this person
    "closed",  # the account is closed
    "service",  # no such service
    "email",  # not a mailbox, or none where the fiscal receipt needs one
    "form",  # no key of a form
    "often",  # MOST_AN_HOUR payments of this person in the last hour
]


class NotPayable(DomainError):  # noqa: N818 - named after the rule it states
    """The payment may not be made; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class PartAsked:
    """A share of the payment: an account, perhaps one of its services, and an amount of the portal's
    currency."""

    account_id: int
    amount: Decimal
    service_id: int | None = None


def pay(
    *,
    user: User,
    parts: Sequence[PartAsked],
    method: str,
    email: str,
    language: str,
    form_key: str,
    address: str | None,
    now: datetime,
) -> Payment:
    """Write the payment down, make it at the gateway, and return it with `confirmation_url`.

    Two transactions: the first writes it (`created`), its parts, the commission of the profile and the first
    question; the gateway is called after its commit, and the second writes `sent`. Safe to repeat: the same
    `form_key` of the same person is the same payment, whatever else was typed. Resumable: a payment whose
    call was never made, or whose answer was lost, is taken up by the job.

    Raises NotPayable. A gateway that refuses leaves it `declined` (`reason`), and one that does not answer
    leaves it `created`: neither is an error here, the page of the payment says what happened.
    """
    if known := Payment.objects.filter(user=user, form_key=form_key).first():
        return send(payment_id=known.pk, cause="customer", now=now)
    chosen = _method(method)
    held = {one.id: one for one in held_accounts(user.pk, now=now)}
    _check(parts, held, chosen, language, now)
    _check_rest(user, chosen, email, form_key, now)
    payment = _written(user, parts, chosen, email, language, form_key, address, now)
    return send(payment_id=payment.pk, cause="customer", now=now)


def _method(code: str) -> Method:
    try:
        return connections.method(code)
    except connections.UnknownMethod as error:
        raise NotPayable("method") from error


def _check(
    parts: Sequence[PartAsked], held: dict[int, HeldAccount], method: Method, language: str, now: datetime
) -> None:
    if not 0 < len(parts) <= MOST_PARTS:
        raise NotPayable("parts")
    for part in parts:
        if not (part.amount.is_finite() and 0 < part.amount <= LARGEST) or part.amount % CENT:
            raise NotPayable("amount")
        account = held.get(part.account_id)
        if account is None:
            raise NotPayable("account")
        if account.closed_on and account.closed_on <= day_of(now):
            raise NotPayable("closed")
    named = {part.service_id for part in parts} - {None}
    if named and not named <= set(services(language=language, version=data_version())):
        raise NotPayable("service")
    total = _total(parts)
    if not method.least <= total <= method.most:
        raise NotPayable("least" if total < method.least else "most")


def _check_rest(user: User, method: Method, email: str, form_key: str, now: datetime) -> None:
    if not 0 < len(form_key) <= 40:
        raise NotPayable("form")
    lately = Payment.objects.filter(user=user, created_at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_AN_HOUR:
        raise NotPayable("often")
    if len(email) > LONGEST_EMAIL or (method.fiscal and not email):
        raise NotPayable("email")
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise NotPayable("email") from error


def _total(parts: Sequence[PartAsked]) -> Decimal:
    return sum((part.amount for part in parts), ZERO)


def _written(
    user: User,
    parts: Sequence[PartAsked],
    method: Method,
    email: str,
    language: str,
    form_key: str,
    address: str | None,
    now: datetime,
) -> Payment:
    """The row that was there before the gateway hears of anything; another tab's, when it was the first."""
    payment = Payment(
        user=user,
        form_key=form_key,
        method=method.code,
        amount=_total(parts),
        commission=commission_of(_total(parts), method.commission),
        currency=portal().currency,
        language=language[:2],
        email=email,
        address=address,
        created_at=now,
        expires_at=now + timedelta(minutes=method.minutes),
        next_question_at=next_question(0, now),
    )
    try:
        with transaction.atomic():
            payment.save()
            PaymentPart.objects.bulk_create(
                PaymentPart(
                    payment=payment,
                    position=place,
                    account_id=part.account_id,
                    service_id=part.service_id,
                    amount=part.amount,
                )
                for place, part in enumerate(parts, start=1)
            )
            PaymentStep.objects.create(payment=payment, at=now, state=payment.state, cause="customer")
    except IntegrityError:
        if first := Payment.objects.filter(user=user, form_key=form_key).first():
            return first
        raise
    return payment
