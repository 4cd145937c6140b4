"""What staff read of payments. `organisation_id` is the one whose accounts they serve; None sees all.

A payment for accounts of several organisations is seen by each with its own parts only.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from abonent.base.money import ZERO
from abonent.payments.models import (
    GatewayNotice,
    Payment,
    PaymentPart,
    PaymentStep,
    Refund,
    Registry,
    RegistryRow,
)
from abonent.payments.operations.refund_entries import refundable

#: What staff may choose; each is some states. `review`: the gateway took another amount than was asked.
KINDS: dict[str, tuple[str, ...]] = {
    "review": ("paid",),
    "waiting": ("created", "sent"),
    "booked": ("booked", "told"),
    "failed": ("declined", "expired"),
    "refunded": ("refunded",),
}


#: The gateway has the money.
TAKEN = ("paid", "booked", "told")


class PaymentLine(NamedTuple):
    """A payment in a list; `amount` is what goes to the accounts that the reader serves."""

    public_id: str
    number: int
    created_at: datetime
    state: str
    amount: Decimal
    method: str
    accounts: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """All that is known of a payment."""

    payment: Payment
    parts: tuple[PaymentPart, ...]
    steps: tuple[PaymentStep, ...]
    notices: tuple[GatewayNotice, ...]
    refunds: tuple[Refund, ...]
    rows: tuple[RegistryRow, ...]
    whole: bool
    """Every part is of an account that the reader serves: only then may they act."""

    @property
    def refundable(self) -> Decimal:
        """What may still be given back of all that was charged; refunds under way count as given."""
        given: Decimal = sum((one.amount for one in self.refunds if one.state != "failed"), ZERO)
        return refundable(self.payment) - given if self.payment.state in TAKEN else ZERO


def _seen(organisation_id: int | None) -> QuerySet[Payment]:
    found = Payment.objects.all()
    if organisation_id is None:
        return found
    own = PaymentPart.objects.filter(payment=OuterRef("pk"), account__organisation_id=organisation_id)
    return found.filter(Exists(own))


def payment_lines(
    *, organisation_id: int | None, kind: str | None = None, limit: int, offset: int = 0
) -> list[PaymentLine]:
    """Newest first; `kind` is one of KINDS. Two queries."""
    found = _seen(organisation_id).order_by("-created_at", "-pk")
    if kind in KINDS:
        found = found.filter(state__in=KINDS[kind])
    payments = list(found[offset : offset + limit])
    shown = _parts([one.pk for one in payments], organisation_id)
    return [_line(one, [part for part in shown if part.payment_id == one.pk]) for one in payments]


def _line(payment: Payment, parts: list[PaymentPart]) -> PaymentLine:
    amount = sum((part.amount for part in parts), ZERO)
    numbers = ", ".join(dict.fromkeys(part.account.number for part in parts))
    return PaymentLine(
        payment.public_id, payment.pk, payment.created_at, payment.state, amount, payment.method, numbers
    )


def _parts(payments: Collection[int], organisation_id: int | None) -> list[PaymentPart]:
    parts = PaymentPart.objects.filter(payment__in=payments).select_related("account", "service")
    if organisation_id is not None:
        parts = parts.filter(account__organisation_id=organisation_id)
    return list(parts.order_by("payment_id", "position"))


def find_payment(text: str, *, organisation_id: int | None) -> str | None:
    """The public id of the payment that `text` names: its number, its public id, or the gateway's."""
    text = text.strip()
    named = Q(public_id=text) | Q(gateway_id=text)
    if text.isascii() and text.isdigit() and len(text) < 18:
        named |= Q(pk=int(text))
    found = _seen(organisation_id).filter(named).exclude(public_id="").values_list("public_id", flat=True)
    return found.first() if text else None


def payment_file(public_id: str, *, organisation_id: int | None) -> PaymentFile | None:
    """One payment with its history; None where the reader serves none of its accounts. Seven queries."""
    payment = _seen(organisation_id).select_related("user").filter(public_id=public_id).first()
    if payment is None:
        return None
    parts = _parts([payment.pk], organisation_id)
    return PaymentFile(
        payment=payment,
        parts=tuple(parts),
        steps=tuple(payment.steps.order_by("at", "pk")),
        notices=tuple(payment.notices.defer("body").order_by("received_at")),
        refunds=tuple(payment.refunds.select_related("asked_by").order_by("created_at")),
        rows=tuple(payment.registry_rows.select_related("registry").order_by("pk")),
        whole=payment.parts.count() == len(parts),
    )


class RegistryLine(NamedTuple):
    """A registry in a list, with how many of its rows wait for staff and their sum."""

    registry: Registry
    unmatched: int
    unmatched_sum: Decimal


def registry_lines(*, limit: int, offset: int = 0) -> list[RegistryLine]:
    """Registries, newest first. Two queries; only rows that wait are counted, whatever was ever loaded."""
    page = list(Registry.objects.order_by("-loaded_at", "-pk")[offset : offset + limit])
    rows = RegistryRow.objects.filter(registry__in=page, state=RegistryRow.State.UNMATCHED)
    counted = rows.order_by().values_list("registry_id").annotate(Count("pk"), Sum("amount"))
    waiting = {registry: (many, amount) for registry, many, amount in counted}
    return [RegistryLine(one, *waiting.get(one.pk, (0, ZERO))) for one in page]


class StateSum(NamedTuple):
    state: str
    rows: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RegistryFile:
    """A registry, what became of its rows, and those that staff have to resolve or have resolved."""

    registry: Registry
    states: tuple[StateSum, ...]
    unmatched: tuple[RegistryRow, ...]
    more: bool
    resolved: tuple[RegistryRow, ...]


def registry_file(registry_id: int, *, limit: int = 50) -> RegistryFile | None:
    """One registry; at most `limit` rows of each list. Four queries."""
    registry = Registry.objects.filter(pk=registry_id).first()
    if registry is None:
        return None
    states = registry.lines.values_list("state").annotate(Count("pk"), Sum("amount")).order_by("state")
    waiting = list(registry.lines.filter(state="unmatched").order_by("line")[: limit + 1])
    resolved = registry.lines.filter(resolved_at__isnull=False).select_related("resolved_by", "account")
    return RegistryFile(
        registry=registry,
        states=tuple(StateSum(*row) for row in states),
        unmatched=tuple(waiting[:limit]),
        more=len(waiting) > limit,
        resolved=tuple(resolved.order_by("-resolved_at")[:limit]),
    )
