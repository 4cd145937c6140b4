"""What YooKassa says, in the words of payments/gateway.py. A state it never told of is not understood."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from abonent.payments.gateway import Answer, Created, GatewayState, RefundAnswer, StatementLine

STATES: Final[dict[str, GatewayState]] = {
    "pending": "pending",
    "waiting_for_capture": "pending",
    "succeeded": "succeeded",
    "canceled": "canceled",
}


def created(payment: Any) -> Created:
    """`pending` has an address to go to; a repeated request may find the payment further on, without one."""
    confirmation = payment.confirmation
    return Created(_id(payment), str(confirmation.confirmation_url) if confirmation else "")


def answer(payment: Any) -> Answer:
    return Answer(
        gateway_id=_id(payment),
        state=STATES[payment.status],
        amount=_money(payment.amount),
        currency=str(payment.amount.currency),
        refunded=_money(payment.refunded_amount) if payment.refunded_amount else Decimal(0),
        reason=_why(payment),
        paid_at=_moment(payment.captured_at) if payment.captured_at else None,
    )


def refund_answer(refund: Any) -> RefundAnswer:
    return RefundAnswer(_id(refund), STATES[refund.status], _money(refund.amount), _why(refund))


def payment_line(payment: Any) -> StatementLine:
    amount, income = _money(payment.amount), payment.income_amount
    return StatementLine(
        gateway_id=_id(payment),
        key=str((payment.metadata or {}).get("key", "")),
        kind="payment",
        amount=amount,
        at=_moment(payment.captured_at or payment.created_at),
        commission=amount - _money(income) if income else None,
    )


def refund_line(refund: Any) -> StatementLine:
    return StatementLine(
        gateway_id=_id(refund),
        key=str((refund.metadata or {}).get("refund", "")),
        kind="refund",
        amount=_money(refund.amount),
        at=_moment(refund.created_at),
        parent=str(refund.payment_id),
    )


def _id(thing: Any) -> str:
    if not isinstance(thing.id, str) or not thing.id:
        raise ValueError("no id")
    return thing.id


def _money(amount: Any) -> Decimal:
    value = amount.value
    if not isinstance(value, Decimal) or value < 0 or not amount.currency:
        raise ValueError("not an amount")
    return value


def _why(thing: Any) -> str:
    return str(thing.cancellation_details.reason) if thing.cancellation_details else ""


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment without its zone: {text}")
    return moment
