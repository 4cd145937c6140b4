"""The sandbox bank, spoken to over HTTP."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings

from abonent.payments import http
from abonent.payments.gateway import (
    Answer,
    BadNotice,
    Connection,
    Created,
    Fiscal,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnavailable,
    Notice,
    Order,
    RefundAnswer,
    RefundOrder,
    StatementLine,
)
from abonent.payments.providers.sandbox import answers
from abonent.payments.providers.sandbox.signature import check

T = TypeVar("T")
LONGEST_DESCRIPTION = 300


class Sandbox:
    """A gateway (payments/gateway.py). Safe in several threads: it keeps nothing between calls."""

    def __init__(self, connection: Connection) -> None:
        connection.known("shop", "payee", "address")
        self._connection = connection
        self._shop = connection.option("shop")
        self._payee = connection.option("payee", "")
        pair = f"{self._shop}:{connection.secret}".encode()
        self._authorization = f"Basic {b64encode(pair).decode()}"
        self._address()

    def create(self, order: Order) -> Created:
        asked = {
            "key": order.key,
            "number": order.number,
            "amount": str(order.amount),
            "currency": order.currency,
            "description": order.description[:LONGEST_DESCRIPTION],
            "payee": self._payee,
            "return_url": order.return_url,
            "notice_url": order.notice_url,
            "language": order.language,
            "expires_at": order.expires_at.isoformat(),
            "email": order.email,
            "fiscal": _fiscal(order.fiscal),
        }
        return self._sure(answers.created, "POST", "payments", body=asked)

    def ask(self, order_key: str, number: int, gateway_id: str) -> Answer | None:
        query = {"id": gateway_id} if gateway_id else {"key": order_key}
        return self._call(answers.answer, "GET", "payments", query=query)

    def refund(self, order: RefundOrder) -> RefundAnswer:
        asked = {
            "key": order.key,
            "number": order.number,
            "payment": order.gateway_id,
            "amount": str(order.amount),
            "currency": order.currency,
            "fiscal": _fiscal(order.fiscal),
        }
        return self._sure(answers.refund_answer, "POST", "refunds", body=asked)

    def ask_refund(self, order: RefundOrder, gateway_id: str) -> RefundAnswer | None:
        query = {"id": gateway_id} if gateway_id else {"key": order.key}
        return self._call(answers.refund_answer, "GET", "refunds", query=query)

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, address: str, now: datetime) -> Notice:
        check(self._connection.secret, raw, headers, now=now)
        try:
            told = json.loads(raw)
            return Notice(str(told["event_id"]), gateway_id=str(told["payment"]), key=str(told["key"]))
        except (ValueError, KeyError, TypeError) as error:
            raise BadNotice(f"signed, but not a notice: {error!r}") from error

    def statement(self, day: date) -> list[StatementLine]:
        query = {"day": day.isoformat(), "zone": self._connection.time_zone.key}
        return self._sure(answers.statement, "GET", "statement", query=query)

    def _sure(self, read: Callable[[Any], T], verb: str, what: str, **sent: Any) -> T:
        """A call to which "there is no such thing" is a refusal."""
        told = self._call(read, verb, what, **sent)
        if told is None:
            raise GatewayRefused("the bank knows no such payment")
        return told

    def _call(
        self,
        read: Callable[[Any], T],
        verb: str,
        what: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> T | None:
        """None: the bank knows no such thing."""
        reply = http.call(
            verb,
            f"{self._address()}/api/{what}",
            timeout=self._connection.timeout,
            headers={"Authorization": self._authorization},
            query=query,
            values=body,
        )
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        if reply.status == HTTPStatus.UNAUTHORIZED:  # mended by who runs the portal: nobody is declined by it
            raise GatewayUnavailable(f"the bank does not know shop {self._shop!r} by our key")
        if reply.status != HTTPStatus.OK:
            raise GatewayRefused(reply.reason("error"))
        try:
            return read(reply.values())
        except (ValueError, KeyError, TypeError) as error:
            raise GatewayUnavailable(f"the bank's answer cannot be read: {error!r}") from error

    def _address(self) -> str:
        """Looked up at each call: tests open banks of their own."""
        if not settings.SANDBOX_BANK and not self._connection.options.get("address"):
            raise GatewayMisconfigured("ABONENT_SANDBOX_BANK is not set, nor options.address")
        return http.address(self._connection, "address", settings.SANDBOX_BANK)


def _fiscal(fiscal: Fiscal | None) -> dict[str, Any] | None:
    """As JSON can say it."""
    if fiscal is None:
        return None
    items = [{"text": item.text, "amount": str(item.amount)} for item in fiscal.items]
    return asdict(fiscal) | {"items": items}
