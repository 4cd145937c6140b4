"""What ePay says of an invoice, in the words of payments/gateway.py."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from abonent.payments.gateway import Answer, GatewayState, GatewayUnavailable, RefundAnswer, RefundOrder

FOUND, REJECTED, NOT_FOUND = "100", "101", "102"
"""resultCode; every other one asks to come again, or says that the terminal is set up wrongly."""
STATES: Final[dict[str, GatewayState]] = {
    "CHARGE": "succeeded",
    "REFUND": "succeeded",
    "CANCEL": "canceled",
    "CANCEL_OLD": "canceled",
    "REJECT": "canceled",
    "FAILED": "canceled",
}
"""statusName; the others (NEW, 3D, FINGERPRINT, AUTH: money held, not taken…) are pending."""
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Transaction:
    """An attempt to pay an invoice. Until the customer has tried there is none."""

    id: str
    status: str
    amount: Decimal
    """What was charged at first."""
    refunded: Decimal
    currency: str
    reason: str
    at: datetime | None

    @property
    def state(self) -> GatewayState:
        return STATES.get(self.status, "pending")


def transaction(values: dict[str, Any]) -> Transaction | None:
    """None: the bank has none under this number. Raises GatewayUnavailable."""
    code = str(values.get("resultCode", ""))
    found = values.get("transaction")
    if code == NOT_FOUND:
        return None
    if code not in (FOUND, REJECTED) or not isinstance(found, dict):
        raise GatewayUnavailable(f"ePay: {values.get('resultMessage') or 'no resultMessage'} (code {code})")
    try:
        return _transaction(found)
    except (InvalidOperation, ValueError, TypeError) as error:
        raise GatewayUnavailable(f"the answer cannot be read: {type(error).__name__}") from error


def _transaction(found: dict[str, Any]) -> Transaction:
    """After a refund `amount` is what is left, `payoutAmount` what went back, `orgAmount` both together."""
    status = str(found["statusName"]) if found.get("statusName") else ""
    left, back = _money(found.get("amount")), _money(found.get("payoutAmount"))
    whole = _money(found.get("orgAmount")) or left + back
    refunded = max(back, whole - left)
    if status == "REFUND" and not refunded:
        refunded = whole
    return Transaction(
        id=str(found.get("id") or ""),
        status=status,
        amount=whole,
        refunded=refunded,
        currency=str(found.get("currency") or ""),
        reason=str(found.get("reasonCode") or found.get("reason") or "")[:100],
        at=_moment(found.get("createdDate")),
    )


def answer(found: Transaction, invoice: str, currency: str) -> Answer:
    state = found.state
    return Answer(
        gateway_id=invoice,
        state=state,
        amount=found.amount,
        currency=found.currency or currency,
        refunded=found.refunded if state == "succeeded" else Decimal(0),
        reason=(found.reason or found.status) if state == "canceled" else "",
        paid_at=found.at if state == "succeeded" else None,
    )


def refund_answer(found: Transaction, order: RefundOrder) -> RefundAnswer | None:
    """Whether this refund is in what the bank has given back in all; None: nothing but those before it."""
    if found.state != "succeeded" or found.refunded <= order.before:
        return None
    if found.refunded < order.before + order.amount:
        raise GatewayUnavailable(
            f"ePay has given back {found.refunded} in all, and {order.before} were known: look at its cabinet"
        )
    return RefundAnswer(order.key, "succeeded", order.amount)


def _money(value: Any) -> Decimal:
    amount = Decimal(str(value if value is not None else 0)).quantize(CENT)
    if amount < 0:
        raise ValueError("a negative amount")
    return amount


def _moment(value: Any) -> datetime | None:
    moment = datetime.fromisoformat(str(value)) if value else None
    return moment if moment and moment.tzinfo else None
