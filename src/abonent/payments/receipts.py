"""The letters of a payment: that it is booked, and that money was given back. In the caller's transaction."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from abonent.notices.addresses import absolute
from abonent.notices.attachments import Attachment
from abonent.notices.operations import write_letter
from abonent.payments.models import Payment, Refund
from abonent.payments.operations.moving import charged, label_of
from abonent.payments.queries import parts_of

MAKER = "payments.receipt"
"""Draws the paper that goes with the letter."""


def write_receipt(payment: Payment, *, now: datetime) -> None:
    """The one receipt letter of a booked payment, where the customer gave an address for it: called once, in
    the transaction that books it."""
    if not payment.email:
        return
    letter = write_letter(
        template="payments/letters/payment_receipt.txt",
        to=payment.email,
        user=payment.user,
        language=payment.language,
        now=now,
        context=_context(payment),
        attachment=Attachment(MAKER, {"payment": payment.public_id}),
    )
    payment.receipt_letter = letter.pk
    payment.save(update_fields=["receipt_letter"])


def write_refund(payment: Payment, refund: Refund, *, now: datetime) -> None:
    """That money was given back: one letter for each refund that is done."""
    if not payment.email:
        return
    write_letter(
        template="payments/letters/payment_refunded.txt",
        to=payment.email,
        user=payment.user,
        language=payment.language,
        now=now,
        context=_context(payment) | {"given_back": refund.amount, "refund_number": refund.pk},
    )


def _context(payment: Payment) -> dict[str, Any]:
    zone = ZoneInfo(settings.TIME_ZONE)
    return {
        "number": payment.pk,
        "amount": payment.amount,
        "commission": payment.commission,
        "charged": charged(payment),
        "parts": parts_of(payment, payment.language),
        "method": label_of(payment.method, payment.language),
        "when": f"{(payment.paid_at or payment.created_at).astimezone(zone):%d.%m.%Y %H:%M}",
        "page": absolute(reverse("payment", args=[payment.public_id])),
    }
