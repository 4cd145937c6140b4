"""What the sandbox bank answers, read strictly: whatever lacks or mistakes something is a ValueError."""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from abonent.base.money import parse_amount
from abonent.payments.gateway import Answer, Created, GatewayState, RefundAnswer, StatementLine

_STATES = ("pending", "succeeded", "canceled")


def created(told: Any) -> Created:
    url = told["confirmation_url"]
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise ValueError(f"no address of a page: {url!r}")
    return Created(_id(told), url)


def answer(told: Any) -> Answer:
    paid_at = told["paid_at"]
    return Answer(
        gateway_id=_id(told),
        state=_state(told),
        amount=_amount(told["amount"]),
        currency=str(told["currency"]),
        refunded=_amount(told["refunded"]),
        reason=str(told["reason"]),
        paid_at=_moment(paid_at) if paid_at else None,
    )


def refund_answer(told: Any) -> RefundAnswer:
    return RefundAnswer(_id(told), _state(told), _amount(told["amount"]), str(told["reason"]))


def statement(told: Any) -> list[StatementLine]:
    """Counted: a list cut short is no list."""
    lines = told["lines"]
    if told["count"] != len(lines):
        raise ValueError(f"{told['count']} lines are named, {len(lines)} are there")
    return [
        StatementLine(
            gateway_id=_id(line),
            key=str(line["key"]),
            kind="refund" if line["kind"] == "refund" else "payment",
            amount=_amount(line["amount"]),
            at=_moment(line["at"]),
            parent=str(line["parent"]),
        )
        for line in lines
    ]


def _id(told: Any) -> str:
    if not isinstance(told["id"], str) or not told["id"]:
        raise ValueError("without an id")
    return str(told["id"])


def _state(told: Any) -> GatewayState:
    if told["state"] not in _STATES:
        raise ValueError(f"an unknown state: {told['state']!r}")
    return cast(GatewayState, told["state"])


def _amount(text: Any) -> Decimal:
    if not isinstance(text, str):
        raise ValueError(f"not an amount: {text!r}")
    return parse_amount(text)


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment without its zone: {text}")
    return moment
