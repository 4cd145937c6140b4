"""What every change of a payment's state has in common: the row, its history, and money on its way.

All of it runs in the caller's transaction, with the payment's row locked by `locked`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings

from abonent.ledger import booking
from abonent.ledger.booking import Entry
from abonent.payments.models import Payment, PaymentStep
from abonent.portal.current import portal
from abonent.users.models import User

Cause = Literal["customer", "return", "notice", "question", "registry", "staff", "billing"]
ONLINE = "online"
"""The ledger's source of what is paid online."""

_ON_ITS_WAY = {Payment.State.SENT, Payment.State.PAID}
_LONGEST_DETAILS = 300


def locked(payment_id: int, *, wait: bool = True) -> Payment | None:
    """The payment, its row held until the transaction ends. None when it is held by another and `wait` is
    off. Rows that only name it (notices) may be written meanwhile: a gateway that rings does not wait."""
    rows = Payment.objects.select_for_update(skip_locked=not wait, no_key=True)
    return rows.filter(pk=payment_id).first()


def charged(payment: Payment) -> Decimal:
    """What the customer is charged: the gateway must have taken exactly this."""
    whole: Decimal = payment.amount + payment.commission
    return whole


def move(
    payment: Payment,
    to: Payment.State,
    *,
    cause: str,
    now: datetime,
    details: str = "",
    staff: User | None = None,
    **fields: Any,
) -> None:
    """Give the payment its next state, a line of history, and keep the money on its way in step with it."""
    was = payment.state
    payment.state = to
    for name, value in fields.items():
        setattr(payment, name, value)
    payment.save(update_fields=["state", *fields])
    note(payment, cause=cause, now=now, details=details, staff=staff)
    if was in _ON_ITS_WAY and to not in _ON_ITS_WAY:
        booking.expect_no_more(entries(payment, day_of(now)))
    elif to in _ON_ITS_WAY and was not in _ON_ITS_WAY:
        booking.expect(entries(payment, day_of(now)), now=now)


def note(
    payment: Payment, *, cause: str, now: datetime, details: str = "", staff: User | None = None
) -> None:
    """A line of the payment's history, whatever its state."""
    PaymentStep.objects.create(
        payment=payment,
        at=now,
        state=payment.state,
        cause=cause,
        details=details[:_LONGEST_DETAILS],
        by_login=staff.login[:100] if staff else "",
    )


def day_of(moment: datetime) -> date:
    """The day of the portal's zone."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def entries(payment: Payment, paid_on: date) -> list[Entry]:
    """What the payment is in the ledger: an entry for each part, named for ever."""
    bank = label_of(payment.method)
    return [
        Entry(
            source=ONLINE,
            external_id=f"{payment.public_id}-{part.position}",
            account_id=part.account_id,
            service_id=part.service_id,
            amount=part.amount,
            paid_on=paid_on,
            bank=bank,
        )
        for part in payment.parts.order_by("position")
    ]


def label_of(method: str, language: str | None = None) -> str:
    """As the customer reads it; the code of a method that the profile does not have any more."""
    for one in portal().paying.methods:
        if one.code == method:
            label: str = one.label.in_language(language or portal().language)  # type: ignore[attr-defined]
            return label
    return method
