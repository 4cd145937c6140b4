"""What banks ask when they call, and what they are answered: values in, bytes out. Standard library only.

A call either asks what an account owes (`Check`) or says that it was paid (`Pay`). A protocol reads the query
and writes the answers; it knows no database and no clock (docs/domain/paying.md, "Banks that call").
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

#: No household is billed more at once; a larger sum is a slip of the caller's.
MOST = Decimal("10000000.00")
#: A call may come late, after a broken line, and the clocks of two machines differ.
OLDEST = timedelta(days=366)
AHEAD = timedelta(days=1)
LONGEST_KEPT = 40
"""`BankPayment.txn_id` and `account_text`."""

Query = Mapping[str, Sequence[str]]


class Refusal(Enum):
    """Why a call is refused; each protocol has a number for it."""

    TEMPORARY = "try again later"
    UNKNOWN_REQUEST = "unknown request"
    NO_ACCOUNT = "account not found"
    BAD_ID = "bad transaction id"
    BAD_AMOUNT = "bad amount"
    TOO_SMALL = "amount too small"
    TOO_BIG = "amount too big"
    BAD_DATE = "bad date"


@dataclass(frozen=True, slots=True)
class Check:
    """What does the account owe?"""

    account: str
    txn_id: str = ""


@dataclass(frozen=True, slots=True)
class Pay:
    """The account was paid. `paid_at` is aware."""

    txn_id: str
    account: str
    amount: Decimal
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank gets, and gets again when it repeats its call."""

    result: int
    body: bytes
    media_type: str


class BadCall(Exception):  # noqa: N818 - named after what is the matter
    """The call cannot be taken. With a `txn_id` it is about a payment, and its answer is kept too."""

    def __init__(self, why: Refusal, *, txn_id: str = "", account: str = "", paying: bool = False) -> None:
        super().__init__(why.value)
        self.why, self.txn_id, self.account, self.paying = why, txn_id, account, paying


class BankProtocol(Protocol):
    """A protocol of one family, for one bank."""

    def read(self, query: Query, *, zone: ZoneInfo, now: datetime) -> Check | Pay:
        """Raises BadCall."""

    def owes(self, call: Check, *, payer: str, due: Decimal) -> Answer:
        """`due`: debt positive, overpayment negative. `payer` is masked already."""

    def booked(self, call: Pay, *, number: int, at: datetime) -> Answer:
        """`number`: ours of the payment; `at` in the portal's zone."""

    def refused(self, why: Refusal, *, txn_id: str = "", paying: bool) -> Answer: ...


def one(query: Query, name: str) -> str:
    """The value of a parameter; empty when there is none. Given twice, nobody knows which was meant."""
    values = query.get(name, ())
    if len(values) > 1:
        raise BadCall(Refusal.UNKNOWN_REQUEST)
    return values[0].strip() if values else ""


def is_word(text: str, longest: int) -> bool:
    """Something, not too long, and nothing that a log or a page would show as something else."""
    return 0 < len(text) <= longest and text.isprintable() and not any(ch.isspace() for ch in text)


def is_id(text: str, longest: int) -> bool:
    return is_word(text, longest) and text.isascii()


def read_amount(text: str) -> Decimal | Refusal:
    """`200`, `200.5` or `200.00`: up to two decimals after a point."""
    if not re.fullmatch(r"[0-9]{1,30}(\.[0-9]{1,2})?", text):
        return Refusal.BAD_AMOUNT
    amount = Decimal(text)
    if amount == 0:
        return Refusal.TOO_SMALL
    return Refusal.TOO_BIG if amount > MOST else amount.quantize(Decimal("0.01"))


def read_moment(text: str, form: str, *, zone: ZoneInfo, now: datetime) -> datetime | Refusal:
    """Local time, its groups in the order year, month, day, hour, minute, second by their names."""
    found = re.fullmatch(form, text, re.ASCII)
    if not found:
        return Refusal.BAD_DATE
    names = ("year", "month", "day", "hour", "minute", "second")
    try:
        moment = datetime(*(int(found[name]) for name in names), tzinfo=zone)  # type: ignore[misc,arg-type]
    except ValueError:
        return Refusal.BAD_DATE
    return moment if now - OLDEST <= moment <= now + AHEAD else Refusal.BAD_DATE


def read_pay(
    *, txn_id: str, account: str, amount: Decimal | Refusal, paid_at: datetime | Refusal, longest: int
) -> Pay:
    """The parts of a payment, or the BadCall that names the first wrong one, and the payment it is about."""
    if not is_id(txn_id, longest):
        raise BadCall(Refusal.BAD_ID, paying=True)
    shown = account if is_word(account, LONGEST_KEPT) else ""
    for part in (amount, paid_at):
        if isinstance(part, Refusal):
            raise BadCall(part, txn_id=txn_id, account=shown, paying=True)
    assert isinstance(amount, Decimal)  # noqa: S101 - for the type checker: refusals are raised above
    assert isinstance(paid_at, datetime)  # noqa: S101
    if not is_word(account, longest):
        raise BadCall(Refusal.NO_ACCOUNT, txn_id=txn_id, account=shown, paying=True)
    return Pay(txn_id, account, amount, paid_at)
