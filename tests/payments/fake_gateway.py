"""A gateway in memory that does as it is told: scripted answers, and a fault at any call.

    bank = FakeGateway()
    with connections.use("card", bank):
        bank.fault("create", "timeout-after")   # the next `create` is done, and its answer is lost
        payment = pay(…)
        bank.pay(payment.public_id)             # the customer pays; notices are made by `bank.notice(key)`

It has idempotency keys, keeps its own books (`books`), and counts what it was asked (`calls`).
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from abonent.payments.gateway import (
    Answer,
    BadNotice,
    Created,
    GatewayRefused,
    GatewayState,
    GatewayUnavailable,
    Notice,
    Order,
    RefundAnswer,
    RefundOrder,
    StatementLine,
)

SECRET = b"a secret of tests"
WINDOW = timedelta(seconds=300)
#: What may go wrong: nothing happened (`timeout`, `500`), it happened and the answer is lost (`…-after`), the
#: answer is cut short (`cut`: it happened), the gateway says no (`refused`).
KINDS = ("timeout", "timeout-after", "500", "500-after", "cut", "refused")


@dataclass
class Book:
    """What the gateway knows of one payment: its own truth."""

    order: Order
    gateway_id: str
    state: GatewayState = "pending"
    amount: Decimal = Decimal(0)
    currency: str = ""
    refunded: Decimal = Decimal(0)
    reason: str = ""
    paid_at: datetime | None = None


@dataclass
class FakeGateway:
    """See the module. `slow` is called inside each call with its name: a test may wait, or look, there."""

    books: dict[str, Book] = field(default_factory=dict)
    refunds: dict[str, tuple[RefundOrder, RefundAnswer]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    slow: Callable[[str], None] | None = None
    refunds_take_time: bool = False
    """A refund is pending until `finish_refunds`."""
    leads_to: str = ""
    """Where customers are sent, when not to its own page."""
    _faults: dict[str, list[str]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # What a test does to it.

    def fault(self, call: str, *kinds: str) -> None:
        """The next calls of `create`, `ask`, `refund`, `ask_refund` or `statement` go wrong, one by one."""
        assert set(kinds) <= set(KINDS), kinds
        self._faults.setdefault(call, []).extend(kinds)

    def pay(
        self,
        key: str,
        *,
        at: datetime = datetime(2026, 11, 21, 9, 5, tzinfo=UTC),
        amount: Decimal | None = None,
        currency: str | None = None,
    ) -> None:
        """The customer paid, perhaps another amount or currency than was asked; also after a cancellation."""
        book = self.books[key]
        book.state, book.paid_at, book.reason = "succeeded", at, ""
        book.amount, book.currency = amount or book.order.amount, currency or book.order.currency

    def decline(self, key: str, reason: str = "insufficient_funds") -> None:
        self.books[key].state, self.books[key].reason = "canceled", reason

    def refund_here(self, key: str, amount: Decimal) -> None:
        """Given back at the gateway's own desk."""
        self.books[key].refunded += amount

    def finish_refunds(self, state: GatewayState = "succeeded") -> None:
        for name, (order, answer) in self.refunds.items():
            if answer.state == "pending":
                self.refunds[name] = (order, replace(answer, state=state))
                if state == "succeeded":
                    self._book_of(order).refunded += order.amount

    def forget(self, key: str) -> None:
        """As if it had never heard of it."""
        del self.books[key]

    def notice(
        self, key: str, *, event: str | None = None, at: datetime, forged: bool = False
    ) -> tuple[bytes, dict[str, str]]:
        """(body, headers) of a notice about a payment; the same `event` again is the same notice."""
        body = json.dumps(
            {"event": event or f"event-{next(self._numbers)}", "id": self.books[key].gateway_id, "key": key}
        ).encode()
        stamp = str(int(at.timestamp()))
        signature = hmac.new(SECRET, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return body, {"fake-timestamp": stamp, "fake-signature": "0" * 64 if forged else signature}

    # What the portal asks of it (abonent.payments.gateway.Gateway).

    def create(self, order: Order) -> Created:
        with self._lock:
            fault = self._begin("create")
            if order.key not in self.books:
                self.books[order.key] = Book(order, f"g-{next(self._numbers)}")
            self.orders.append(order)
            self._end(fault)
            found = self.books[order.key].gateway_id
            return Created(found, self.leads_to or f"https://bank.example/pay/{found}")

    def ask(self, order_key: str, number: int, gateway_id: str) -> Answer | None:
        with self._lock:
            fault = self._begin("ask")
            book = self.books.get(order_key)
            self._end(fault)
            if book is None:
                return None
            return Answer(
                gateway_id=book.gateway_id,
                state=book.state,
                amount=book.amount or book.order.amount,
                currency=book.currency or book.order.currency,
                refunded=book.refunded,
                reason=book.reason,
                paid_at=book.paid_at,
            )

    def refund(self, order: RefundOrder) -> RefundAnswer:
        with self._lock:
            fault = self._begin("refund")
            if order.key not in self.refunds:
                book = self._book_of(order)
                if book.refunded + order.amount > book.amount:
                    raise GatewayRefused("more than was paid")
                state: GatewayState = "pending" if self.refunds_take_time else "succeeded"
                answer = RefundAnswer(f"r-{next(self._numbers)}", state, order.amount)
                self.refunds[order.key] = (order, answer)
                book.refunded += Decimal(0) if self.refunds_take_time else order.amount
            self._end(fault)
            return self.refunds[order.key][1]

    def ask_refund(self, order: RefundOrder, gateway_id: str) -> RefundAnswer | None:
        with self._lock:
            fault = self._begin("ask_refund")
            known = self.refunds.get(order.key)
            self._end(fault)
            return known[1] if known else None

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, address: str, now: datetime) -> Notice:
        stamp, given = headers.get("fake-timestamp", ""), headers.get("fake-signature", "")
        expected = hmac.new(SECRET, stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, given):
            raise BadNotice("signature")
        if abs(now.timestamp() - int(stamp)) > WINDOW.total_seconds():
            raise BadNotice("age")
        told = json.loads(raw)
        return Notice(event_id=told["event"], gateway_id=told["id"], key=told["key"])

    def statement(self, day: date) -> list[StatementLine] | None:
        with self._lock:
            self._end(self._begin("statement"))
            return [
                StatementLine(book.gateway_id, key, "payment", book.amount, book.paid_at)
                for key, book in self.books.items()
                if book.state == "succeeded" and book.paid_at and book.paid_at.date() == day
            ]

    def _book_of(self, order: RefundOrder) -> Book:
        return next(book for book in self.books.values() if book.gateway_id == order.gateway_id)

    def _begin(self, call: str) -> str:
        self.calls.append(call)
        if self.slow:
            self.slow(call)
        waiting = self._faults.get(call, [])
        fault = waiting.pop(0) if waiting else ""
        if fault == "refused":
            raise GatewayRefused("not today")
        if fault in {"timeout", "500"}:
            raise GatewayUnavailable(fault)
        return fault

    def _end(self, fault: str) -> None:
        if fault:
            raise GatewayUnavailable(fault)
