"""A terminal of Halyk ePay."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from abonent.payments import http
from abonent.payments.gateway import (
    Answer,
    Connection,
    Created,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnavailable,
    Notice,
    Order,
    RefundAnswer,
    RefundOrder,
    StatementLine,
)
from abonent.payments.providers.halyk import answers, notices
from abonent.payments.providers.halyk.answers import Transaction
from abonent.payments.providers.halyk.tokens import Tokens

API = "https://epay-api.homebank.kz"
OPTIONS = "client_id terminal shop oauth_url api_url scope expire_period number_from notice_secret"
LONGEST_DESCRIPTION = 125
LONGEST_NUMBER = 10**15
LEAST_REFUND = Decimal(10)
LANGUAGES = {"kk": "kaz", "ru": "rus", "en": "eng"}
UNAUTHORISED = 401


class Terminal:
    """A gateway (payments/gateway.py). `gateway_id` is the number of the invoice."""

    def __init__(self, connection: Connection) -> None:
        connection.known(*OPTIONS.split(), "notice_addresses")
        if connection.currency != "KZT":
            raise GatewayMisconfigured(
                f"Halyk ePay takes KZT, the portal's currency is {connection.currency}"
            )
        self._api = http.address(connection, "api_url", API)
        self._timeout = connection.timeout
        self._shop = connection.option("shop")
        self._lives = connection.option("expire_period", "1d")
        self._number_from = _whole(connection, "number_from")
        self._currency = connection.currency
        self._tokens = Tokens(connection)
        self._ear = notices.ear(connection)
        if not re.fullmatch(r"\d{1,3}[a-z]", self._lives):
            raise GatewayMisconfigured(f"options.expire_period is like 1d, not {self._lives!r}")

    def create(self, order: Order) -> Created:
        """A second invoice of the same number is made only while nobody has tried to pay the first: its
        address was lost with the answer, and the customer was never sent there."""
        invoice = self._invoice(order.number)
        if self._transaction(invoice):
            raise GatewayUnavailable(f"invoice {invoice} is known to the bank already: ask about it")
        token = self._tokens.for_invoice(self._ear.secret_hash(invoice))
        reply = self._send("POST", "/invoice", token, values=self._asked(order, invoice))
        made = self._sure(reply).values()
        url = made.get("invoice_url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise GatewayUnavailable("the answer has no invoice_url")
        return Created(invoice, url)

    def ask(self, order_key: str, number: int, gateway_id: str) -> Answer | None:
        """An invoice that was made and nobody has tried to pay is pending: the bank knows attempts only."""
        invoice = gateway_id or self._invoice(number)
        found = self._transaction(invoice)
        if found:
            return answers.answer(found, invoice, self._currency)
        return Answer(gateway_id, "pending", Decimal(0), self._currency) if gateway_id else None

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Asks before whether it is made, and afterwards whether it was: a 200 of the bank has no words.
        `order.before` must be what was given back earlier."""
        if order.amount < LEAST_REFUND:
            raise GatewayRefused(f"Halyk ePay gives back {LEAST_REFUND} tenge at least")
        found = self._transaction(order.gateway_id)
        if not found or not found.id:
            raise GatewayRefused("the bank has no such payment")
        made = answers.refund_answer(found, order)
        if made:
            return made
        query = {"amount": str(_number(order.amount)), "externalID": order.key}
        path = f"/operation/{quote(found.id, safe='')}/refund"
        self._sure(self._with_kept_token("POST", path, query=query))
        made = self.ask_refund(order, "")
        if not made:
            raise GatewayUnavailable("the bank took the refund and does not show it yet")
        return made

    def ask_refund(self, order: RefundOrder, gateway_id: str) -> RefundAnswer | None:
        found = self._transaction(order.gateway_id)
        return answers.refund_answer(found, order) if found else None

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, address: str, now: datetime) -> Notice:
        return self._ear.read(raw, address)

    def statement(self, day: date) -> list[StatementLine] | None:
        return None

    def _invoice(self, number: int) -> str:
        invoice = number + self._number_from
        if not 0 < invoice < LONGEST_NUMBER:
            raise GatewayRefused(f"an invoice's number has 15 digits at most: {invoice}")
        return f"{invoice:09d}"

    def _asked(self, order: Order, invoice: str) -> dict[str, Any]:
        return {
            "shop_id": self._shop,
            "account_id": order.customer_account or invoice,
            "invoice_id": invoice,
            "amount": _number(order.amount),
            "currency": order.currency,
            "language": LANGUAGES.get(order.language, "rus"),
            "description": order.description[:LONGEST_DESCRIPTION],
            "expire_period": self._lives,
            "post_link": order.notice_url,
            "failure_post_link": order.notice_url,
            "back_link": order.return_url,
            "failure_back_link": order.return_url,
        }

    def _transaction(self, invoice: str) -> Transaction | None:
        try:
            reply = self._with_kept_token(
                "GET", f"/check-status/payment/transaction/{quote(invoice, safe='')}"
            )
        except GatewayRefused as error:  # no token for our keys: the payment asked about is not to blame
            raise GatewayUnavailable(str(error)) from error
        if reply.status >= 400 and b"resultCode" not in reply.body:
            raise GatewayUnavailable(reply.reason("message", "error"))
        return answers.transaction(reply.values())

    def _with_kept_token(self, method: str, path: str, *, query: dict[str, str] | None = None) -> http.Reply:
        """A token that ended before its time is fetched anew, once."""
        token = self._tokens.kept()
        reply = self._send(method, path, token, query=query)
        if reply.status == UNAUTHORISED:
            self._tokens.forget(token)
            reply = self._send(method, path, self._tokens.kept(), query=query)
        return reply

    def _send(self, method: str, path: str, token: str, **sent: Any) -> http.Reply:
        headers = {"Authorization": f"Bearer {token}"}
        return http.call(method, self._api + path, timeout=self._timeout, headers=headers, **sent)

    def _sure(self, reply: http.Reply) -> http.Reply:
        if reply.status >= 400:
            raise GatewayRefused(reply.reason("message", "error"))
        return reply


def _number(amount: Decimal) -> int | float:
    """As JSON has it; two places pass through a float unchanged."""
    return int(amount) if amount == int(amount) else float(amount)


def _whole(connection: Connection, name: str) -> int:
    given = connection.option(name, "0")
    if not (given.isascii() and given.isdigit()):
        raise GatewayMisconfigured(f"options.{name} is a whole number, not {given!r}")
    return int(given)
