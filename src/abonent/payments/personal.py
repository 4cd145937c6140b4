"""What this room knows of a person, and how it forgets: called by personal_data alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.base.facts import Facts, Row, grouped, told
from abonent.payments.models import BankCallCount, GatewayNotice, Payment, PaymentPart, PaymentStep, Refund

TOLD: Mapping[str, str] = {"payments.Payment.user": "payments"}
LEFT_OUT: Mapping[str, str | Promise] = {
    "payments.Refund.asked_by": "work of the staff, told by the trail",
    "payments.RegistryRow.resolved_by": "work of the staff, told by the trail",
    "payments.Difference.taken_by": "work of the staff, told by the trail",
}
WORDS: Mapping[str, str | Promise] = {
    "payments": _("Payments"),
    "parts": _("What it was for"),
    "steps": _("What happened"),
    "refunds": _("Given back"),
    "number": _("Number"),
    "account": _("Account"),
    "service": _("Service"),
    "amount": _("Amount"),
    "commission": _("Commission"),
    "refunded": _("Given back"),
    "currency": _("Currency"),
    "method": _("Method"),
    "email": "E-mail",
    "address": _("Address of the network"),
    "created_at": _("Begun"),
    "paid_at": _("Paid on"),
    "done_at": _("Done"),
    "at": _("Time"),
    "cause": _("Cause"),
    "cause=customer": _("you"),
    "cause=return": _("your return from the bank"),
    "cause=notice": _("the bank's notice"),
    "cause=question": _("the bank's answer"),
    "cause=registry": _("the bank's list"),
    "cause=staff": _("staff"),
    "cause=billing": _("billing"),
    "state": _("State"),
    "state=created": _("begun"),
    "state=sent": _("sent to the bank"),
    "state=paid": _("paid, not booked yet"),
    "state=booked": _("booked"),
    "state=told": _("booked and told to billing"),
    "state=declined": _("declined"),
    "state=expired": _("not paid in time"),
    "state=refunded": _("given back"),
    "state=done": _("done"),
    "state=failed": _("failed"),
}
_PAYMENT = {
    "number": "pk",
    "created_at": "created_at",
    "state": "state",
    "method": "method",
    "amount": "amount",
    "commission": "commission",
    "refunded": "refunded",
    "currency": "currency",
    "paid_at": "paid_at",
    "email": "email",
    "address": "address",
}
_PART = {
    "payment": "payment_id",
    "account": "account__number",
    "service": "service__name_ru",
    "amount": "amount",
}
_STEP = {"payment": "payment_id", "at": "at", "state": "state", "cause": "cause"}
_REFUND = {
    "payment": "payment_id",
    "created_at": "created_at",
    "amount": "amount",
    "state": "state",
    "done_at": "done_at",
}


def facts_about(user_id: int) -> Facts:
    """Payments that the person made, with their parts, steps and refunds; who of the staff acted, and why, is
    the staff's. Four queries."""
    own: dict[str, Any] = {"payment__user_id": user_id}
    parts = grouped(
        told(PaymentPart.objects.filter(**own).order_by("payment_id", "position"), _PART), "payment"
    )
    steps = grouped(told(PaymentStep.objects.filter(**own).order_by("payment_id", "pk"), _STEP), "payment")
    refunds = grouped(told(Refund.objects.filter(**own).order_by("payment_id", "pk"), _REFUND), "payment")
    made = told(Payment.objects.filter(user_id=user_id).order_by("created_at", "pk"), _PAYMENT)
    return {"payments": [_whole(one, parts, steps, refunds) for one in made]}


def _whole(
    payment: Row, parts: Mapping[int, Any], steps: Mapping[int, Any], refunds: Mapping[int, Any]
) -> Row:
    number = payment["number"]
    return {
        **payment,
        "parts": parts.get(number, []),
        "steps": steps.get(number, []),
        "refunds": refunds.get(number, []),
    }


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Payments stay, as the books must; the mailbox and the network's address they came from go.

    In the caller's transaction, safe to repeat. A receipt that is still to be sent has no mailbox any more.
    """
    named = Payment.objects.filter(user_id=user_id).filter(~Q(email="") | Q(address__isnull=False))
    return {"payments": named.update(email="", address=None)}


def forget_notices(*, before: datetime, limit: int) -> int:
    """Blank what gateways sent, of the oldest notices, at most `limit`; that they rang stays."""
    old = GatewayNotice.objects.filter(received_at__lt=before).exclude(body=b"").order_by("received_at")
    return GatewayNotice.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).update(
        body=b""
    )


def forget_bank_calls(*, before: datetime, limit: int) -> int:
    """Delete the oldest counts of banks' calls, at most `limit`: they hold addresses of networks."""
    rows = BankCallCount.objects.order_by("pk").values_list("pk", "hour")[:limit]
    return BankCallCount.objects.filter(pk__in=[pk for pk, hour in rows if hour < before]).delete()[0]
