"""A shop at YooKassa."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

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
from abonent.payments.providers.yookassa import answers, notices, requests
from abonent.payments.providers.yookassa.client import (
    Client,
    NoSuchThing,
    Payment,
    Refund,
    of_this_shop,
    understanding,
)

T = TypeVar("T")
LOOKED_THROUGH = 30
"""Pages of the list of payments, the newest first, when only our key of one is known."""
LONGEST_STATEMENT = 2000
"""Pages of a day: more is a list that does not end."""


class Shop:
    """A gateway (payments/gateway.py)."""

    def __init__(self, connection: Connection) -> None:
        connection.known("shop", "notice_addresses", "api_url")
        if connection.currency != "RUB":
            raise GatewayMisconfigured(f"YooKassa takes RUB, the portal's currency is {connection.currency}")
        client = Client(connection)
        self._payments: Any = of_this_shop(Payment, client)
        self._refunds: Any = of_this_shop(Refund, client)
        self._sources = http.networks(connection, "notice_addresses", notices.PUBLISHED)
        self._zone = connection.time_zone

    def create(self, order: Order) -> Created:
        """The same key within 24 hours: the same payment."""
        return _made(answers.created, self._payments, requests.payment(order), order.key)

    def ask(self, order_key: str, number: int, gateway_id: str) -> Answer | None:
        if gateway_id:
            return _found(answers.answer, self._payments, gateway_id)
        return self._among_the_latest(order_key)

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """The same key within 24 hours: the same refund."""
        return _made(answers.refund_answer, self._refunds, requests.refund(order), order.key)

    def ask_refund(self, order: RefundOrder, gateway_id: str) -> RefundAnswer | None:
        if gateway_id:
            return _found(answers.refund_answer, self._refunds, gateway_id)
        query = {"limit": str(requests.PAGE), "payment_id": order.gateway_id}
        for one in self._all(self._refunds, query):
            if _names(one, "refund", order.key):
                with understanding():
                    return answers.refund_answer(one)
        return None

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, address: str, now: datetime) -> Notice:
        return notices.read(raw, address, self._sources)

    def statement(self, day: date) -> list[StatementLine]:
        """By when the money was taken, or the refund was made."""
        paid = list(self._all(self._payments, requests.succeeded_on(day, self._zone, "captured_at")))
        given_back = list(self._all(self._refunds, requests.succeeded_on(day, self._zone, "created_at")))
        with understanding():
            return [*map(answers.payment_line, paid), *map(answers.refund_line, given_back)]

    def _among_the_latest(self, key: str) -> Answer | None:
        """The API does not search by metadata. None only when the whole list was looked through."""
        for one in self._all(self._payments, {"limit": str(requests.PAGE)}, pages=LOOKED_THROUGH):
            if _names(one, "key", key):
                with understanding():
                    return answers.answer(one)
        return None

    def _all(self, resource: Any, query: dict[str, str], pages: int = LONGEST_STATEMENT) -> Iterator[Any]:
        cursor = ""
        for _ in range(pages):
            with understanding():
                items, cursor = _page(resource.list(query | ({"cursor": cursor} if cursor else {})))
            yield from items
            if not cursor:
                return
        raise GatewayUnavailable(f"the list goes on after {pages} pages")


def _made(read: Callable[[Any], T], resource: Any, asked: Any, key: str) -> T:
    try:
        with understanding():
            return read(resource.create(asked, key))
    except NoSuchThing as error:
        raise GatewayRefused("YooKassa has no such payment or shop") from error


def _found(read: Callable[[Any], T], resource: Any, gateway_id: str) -> T | None:
    try:
        with understanding():
            return read(resource.find_one(gateway_id))
    except NoSuchThing:
        return None


def _page(found: Any) -> tuple[list[Any], str]:
    if not isinstance(found.items, list):
        raise TypeError("no items")
    return found.items, str(found.next_cursor or "")


def _names(thing: Any, name: str, key: str) -> bool:
    return bool((thing.metadata or {}).get(name) == key)
