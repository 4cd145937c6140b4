"""What is sent to YooKassa, within its limits, as the SDK's own requests."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from yookassa.domain.request import PaymentRequest, RefundRequest

from abonent.payments.gateway import Fiscal, GatewayRefused, Order, RefundOrder

LONGEST_DESCRIPTION = 128
LONGEST_ITEM = 128
PAGE = 100
LANGUAGES = {"ru": "ru_RU", "en": "en_US"}
"""Of its own pages; it has no Kazakh."""


def payment(order: Order) -> PaymentRequest:
    """A payment in one stage, for all ways that the shop has; GatewayRefused when its data are not lawful."""
    asked: dict[str, Any] = {
        "amount": _money(order.amount, order.currency),
        "capture": True,
        "confirmation": {
            "type": "redirect",
            "return_url": order.return_url,
            "locale": LANGUAGES.get(order.language, "ru_RU"),
        },
        "description": order.description[:LONGEST_DESCRIPTION],
        "metadata": {"key": order.key, "number": str(order.number)},
    }
    if order.fiscal:
        asked["receipt"] = _receipt(order.fiscal, order.currency)
    return _lawful(PaymentRequest, asked)


def refund(order: RefundOrder) -> RefundRequest:
    asked: dict[str, Any] = {
        "payment_id": order.gateway_id,
        "amount": _money(order.amount, order.currency),
        "metadata": {"refund": order.key},
    }
    if order.fiscal:
        asked["receipt"] = _receipt(order.fiscal, order.currency)
    return _lawful(RefundRequest, asked)


def _lawful(kind: type[Any], asked: dict[str, Any]) -> Any:
    try:
        request = kind(asked)
        request.validate()
    except (ValueError, TypeError) as error:
        raise GatewayRefused(f"YooKassa would not take it: {error}") from error
    return request


def _receipt(fiscal: Fiscal, currency: str) -> dict[str, Any]:
    items = [
        {
            "description": item.text[:LONGEST_ITEM],
            "quantity": "1.00",
            "amount": _money(item.amount, currency),
            "vat_code": fiscal.vat,
            "payment_subject": fiscal.subject,
            "payment_mode": fiscal.mode,
        }
        for item in fiscal.items
    ]
    receipt: dict[str, Any] = {"customer": {"email": fiscal.email}, "items": items}
    if fiscal.tax_system is not None:
        receipt["tax_system_code"] = fiscal.tax_system
    return receipt


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"value": str(amount), "currency": currency}


def succeeded_on(day: date, zone: ZoneInfo, moment: str) -> dict[str, str]:
    """The filter of a list: what succeeded, its `captured_at` or `created_at` on a day of the zone."""
    return {
        "limit": str(PAGE),
        "status": "succeeded",
        f"{moment}.gte": _midnight(day, zone),
        f"{moment}.lt": _midnight(day + timedelta(days=1), zone),
    }


def _midnight(day: date, zone: ZoneInfo) -> str:
    moment = datetime.combine(day, time(), zone).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
