"""What the bank does: takes orders of shops, lets customers decide, gives money back, and remembers to tell.

Nothing here waits: what is due happens in `catch_up` (notices.py), at the clock that the bank was given.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from abonent.base.errors import DomainError
from abonent.demo.bank.books import Books, Row, moment_of, text_of
from abonent.demo.bank.money import hundredths

#: What the customer may choose: the state, how often the shop is told, whether the money takes its time.
CHOICES = {
    "pay": ("succeeded", "once", False),
    "decline": ("canceled", "once", False),
    "pay_late": ("succeeded", "once", True),
    "pay_told_twice": ("succeeded", "twice", False),
    "pay_untold": ("succeeded", "never", False),
    "pay_less": ("succeeded", "once", False),
}
LESS = 100
"""By so much too little is taken by `pay_less`: one rouble, one tenge."""
DELAY = timedelta(seconds=30)
CURRENCIES = ("KZT", "RUB")


class Refused(DomainError):  # noqa: N818 - named after what happened
    """The bank does not do that, and says why."""


class Bank:
    def __init__(self, books: Books, *, clock: Callable[[], datetime], delay: timedelta = DELAY) -> None:
        self.books, self.clock, self.delay = books, clock, delay
        self.refunds_wait = False
        """Refunds take their time too."""

    def create(self, shop: str, asked: Mapping[str, Any]) -> Row:
        """A payment of the shop, once for each key. Raises Refused: no order, or another of this key."""
        order = _order(asked)
        with self.books.writing():
            known = self.by_key(shop, order["key"])
            if known is None:
                self.books.insert(
                    "payment", id=uuid.uuid4().hex, shop=shop, created_at=text_of(self.clock()), **order
                )
            elif any(known[name] != order[name] for name in ("amount", "currency", "number")):
                raise Refused("another order has this key")
            return self._sure(self.by_key(shop, order["key"]))

    def payment(self, id_: str) -> Row | None:
        return self.books.one("SELECT * FROM payment WHERE id = ?", id_)

    def by_key(self, shop: str, key: str) -> Row | None:
        return self.books.one("SELECT * FROM payment WHERE shop = ? AND key = ?", shop, key)

    def choose(self, id_: str, choice: str) -> Row:
        """The customer has decided. A payment that is decided already stays as it is: two tabs, a double
        click. Raises Refused."""
        if choice not in CHOICES:
            raise Refused("there is no such choice")
        state, telling, late = CHOICES[choice]
        with self.books.writing():
            row = self._sure(self.payment(id_))
            if self.can_be_paid(row):
                charged = max(1, row["amount"] - LESS) if choice == "pay_less" else row["amount"]
                self.books.update("payment", id_, telling=telling)
                if late:
                    due = text_of(self.clock() + self.delay)
                    self.books.update("payment", id_, due_at=due, charged=None)
                elif state == "succeeded":
                    self.take(row, charged)
                else:
                    self.cancel(row, "declined")
            return self._sure(self.payment(id_))

    def can_be_paid(self, row: Row) -> bool:
        open_ = row["state"] == "pending" and row["due_at"] is None
        return open_ and self.clock() < moment_of(row["expires_at"])

    def pay_other(self, id_: str, amount: int) -> Row:
        """Take another amount than was asked. Raises Refused."""
        with self.books.writing():
            row = self._sure(self.payment(id_))
            if not self.can_be_paid(row):
                raise Refused("the payment is decided already")
            self.take(row, amount)
            return self._sure(self.payment(id_))

    def pay_after_all(self, id_: str) -> Row:
        """The money of a cancelled payment comes all the same: a late truth. Raises Refused."""
        with self.books.writing():
            row = self._sure(self.payment(id_))
            if row["state"] != "canceled":
                raise Refused("the payment is not cancelled")
            self.take(row, row["amount"])
            return self._sure(self.payment(id_))

    def take(self, row: Row, amount: int) -> None:
        """Inside a transaction."""
        now = text_of(self.clock())
        self.books.update(
            "payment", row["id"], state="succeeded", charged=amount, paid_at=now, due_at=None, reason=""
        )
        self.tell(row["id"], "payment.succeeded")

    def cancel(self, row: Row, reason: str) -> None:
        """Inside a transaction."""
        self.books.update("payment", row["id"], state="canceled", reason=reason, due_at=None)
        self.tell(row["id"], "payment.canceled")

    def tell(self, id_: str, event: str) -> None:
        """Write down a notice to be sent. Inside a transaction."""
        row, now = self._sure(self.payment(id_)), text_of(self.clock())
        lost = row["telling"] == "never" and event == "payment.succeeded"
        self.books.insert(
            "notice",
            id=uuid.uuid4().hex,
            payment=id_,
            event=event,
            state="lost" if lost else "waiting",
            wanted=2 if row["telling"] == "twice" and event == "payment.succeeded" else 1,
            created_at=now,
            due_at=None if lost else now,
        )

    def refund(self, payment: str, amount: int, *, key: str = "", number: int = 0) -> Row:
        """Give money back, once for each key; without a key the bank does it by itself. Raises Refused: more
        than is left, or nothing was taken, or another refund of this key."""
        with self.books.writing():
            row = self._sure(self.payment(payment))
            known = self.refund_by_key(row["shop"], key) if key else None
            if known:
                if (known["payment"], known["amount"]) != (payment, amount):
                    raise Refused("another refund has this key")
                return known
            if row["state"] != "succeeded" or amount < 1 or amount > row["charged"] - self.refunded(payment):
                raise Refused("more than is left of the payment")
            id_ = self._refund(payment, amount, key, number)
        return self._sure(self.refund_of(id_))

    def _refund(self, payment: str, amount: int, key: str, number: int) -> str:
        now, id_ = self.clock(), uuid.uuid4().hex
        done = not self.refunds_wait
        self.books.insert(
            "refund",
            id=id_,
            payment=payment,
            key=key,
            number=number,
            amount=amount,
            state="succeeded" if done else "pending",
            created_at=text_of(now),
            due_at=None if done else text_of(now + self.delay),
            done_at=text_of(now) if done else None,
        )
        if done:
            self.tell(payment, "refund.succeeded")
        return id_

    def refund_of(self, id_: str) -> Row | None:
        return self.books.one("SELECT * FROM refund WHERE id = ?", id_)

    def refund_by_key(self, shop: str, key: str) -> Row | None:
        return self.books.one(
            "SELECT refund.* FROM refund JOIN payment ON payment.id = refund.payment"
            " WHERE shop = ? AND refund.key = ?",
            shop,
            key,
        )

    def refunded(self, payment: str, *, done: bool = False) -> int:
        """What was given back, or with what is on its way."""
        rows = self.books.all("SELECT amount, state FROM refund WHERE payment = ?", payment)
        return sum(row["amount"] for row in rows if not done or row["state"] == "succeeded")

    def statement(self, shop: str, day: date, zone: ZoneInfo) -> list[Row]:
        """Payments taken and refunds made on a day of that zone, oldest first."""
        begin = datetime(day.year, day.month, day.day, tzinfo=zone)
        next_ = day + timedelta(days=1)
        end = datetime(next_.year, next_.month, next_.day, tzinfo=zone)
        between = (shop, text_of(begin), text_of(end))
        return self.books.all(
            "SELECT id, key, 'payment' AS kind, charged AS amount, paid_at AS at, '' AS parent FROM payment"
            " WHERE shop = ?1 AND paid_at >= ?2 AND paid_at < ?3 UNION ALL "
            "SELECT refund.id, refund.key, 'refund', refund.amount, done_at, refund.payment FROM refund"
            " JOIN payment ON payment.id = refund.payment"
            " WHERE shop = ?1 AND done_at >= ?2 AND done_at < ?3 ORDER BY at",
            *between,
        )

    def _sure(self, row: Row | None) -> Row:
        if row is None:
            raise Refused("there is no such payment")
        return row


def _order(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an order; raises Refused."""
    try:
        order = {
            "key": _text(asked["key"], 64),
            "number": int(asked["number"]),
            "amount": hundredths(asked["amount"]),
            "currency": _text(asked["currency"], 3),
            "description": _text(asked["description"], 300),
            "payee": _text(asked.get("payee", ""), 200),
            "return_url": _address(asked["return_url"]),
            "notice_url": _address(asked["notice_url"]),
            "language": _text(asked.get("language", ""), 2),
            "email": _text(asked.get("email", ""), 254),
            "fiscal": json.dumps(asked["fiscal"], ensure_ascii=False) if asked.get("fiscal") else "",
            "expires_at": text_of(_aware(asked["expires_at"])),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"not an order: {error!r}") from error
    if order["currency"] not in CURRENCIES or not order["amount"] or not order["key"]:
        raise Refused("not an order: amount, currency and key are needed")
    return order


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"a text of {longest} characters at most, not {value!r}")
    return value


def _address(value: object) -> str:
    """Of http: the pages link there."""
    text = _text(value, 2000)
    if urlsplit(text).scheme not in {"http", "https"}:
        raise ValueError(f"not an address: {text!r}")
    return text


def _aware(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"a moment without its zone: {value}")
    return moment
