"""What every gateway is spoken to with: values in, values out. Amounts are `Decimal` with two places in
`currency` (ISO 4217); moments are aware. A provider knows no database and no clock of ours.

Each call may be repeated with the same key: a gateway that supports idempotency keys is given ours, and one
that does not is asked first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from abonent.base.errors import DomainError

#: As wide as the columns that keep them.
LONGEST_ID = 64
LONGEST_ADDRESS = 2000


class GatewayUnavailable(DomainError):  # noqa: N818 - named after what happened
    """No answer, a time-out, a 5xx, an answer cut short: nobody knows what happened. Ask again later."""


class GatewayRefused(DomainError):  # noqa: N818 - named after what happened
    """The gateway said no: nothing was made, and asking the same again gives the same. Says why."""


class BadNotice(DomainError):  # noqa: N818 - named after what is the matter
    """A notice that is not the gateway's: forged, cut, replayed after its time."""


class GatewayMisconfigured(DomainError):  # noqa: N818 - named after what is the matter
    """The method cannot be used as profile and environment have it: says what is missing, and where."""


@dataclass(frozen=True, slots=True)
class FiscalItem:
    """A line of the fiscal receipt (54-FZ)."""

    text: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Fiscal:
    """What a fiscal receipt needs (54-FZ); the codes are those of the profile's `fiscal`."""

    items: tuple[FiscalItem, ...]
    email: str
    vat: int
    tax_system: int | None
    subject: str
    mode: str


@dataclass(frozen=True, slots=True)
class Order:
    """A payment to be made. `key`: the idempotency key and our name of it; `number`: the same as a number."""

    key: str
    number: int
    amount: Decimal
    """What the customer is charged, our commission included."""
    currency: str
    description: str
    return_url: str
    notice_url: str
    language: str
    expires_at: datetime
    email: str = ""
    customer_account: str = ""
    fiscal: Fiscal | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The gateway knows the payment; the customer is sent to `confirmation_url`."""

    gateway_id: str
    confirmation_url: str
    """Empty: it cannot be paid any more."""

    def __post_init__(self) -> None:
        """GatewayUnavailable for what cannot be kept, or leads a browser astray: it is no answer."""
        if not 0 < len(self.gateway_id) <= LONGEST_ID:
            raise GatewayUnavailable("the gateway's name of the payment cannot be kept")
        if self.confirmation_url and not is_web_address(self.confirmation_url):
            raise GatewayUnavailable("the gateway sends the customer to no address of the web")


def is_web_address(text: str) -> bool:
    """Whether customers may be sent there: https, in the clear to this machine only, and nothing that could
    stand for something else in a header."""
    if len(text) > LONGEST_ADDRESS or not (text.isascii() and text.isprintable()) or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and (parts.scheme == "https" or is_here(text))
    except ValueError:
        return False


def is_here(address: str) -> bool:
    """http to this machine: the practice bank's, and stand-ins'."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}


GatewayState = Literal["pending", "succeeded", "canceled"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway says of a payment."""

    gateway_id: str
    state: GatewayState
    amount: Decimal
    currency: str
    refunded: Decimal = Decimal(0)
    reason: str = ""
    """Why it was cancelled, in the gateway's own code."""
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened to a payment: which one. What happened is asked, never believed."""

    event_id: str
    gateway_id: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class RefundOrder:
    key: str
    number: int
    gateway_id: str
    """Of the payment."""
    amount: Decimal
    currency: str
    before: Decimal = Decimal(0)
    """What was given back of the payment before this refund: gateways without idempotency keys are asked how
    much they have given back in all."""
    fiscal: Fiscal | None = None
    """For the receipt of a refund that is not of the whole payment."""


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    gateway_id: str
    """Of the refund."""
    state: GatewayState
    amount: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of the gateway's own list of a day."""

    gateway_id: str
    key: str
    kind: Literal["payment", "refund"]
    amount: Decimal
    """Positive for both kinds."""
    at: datetime
    commission: Decimal | None = None
    parent: str = ""
    """The payment's gateway id, of a refund."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What a provider is opened with: the method of the profile, its secret, the portal's money and clock."""

    code: str
    """Of the method."""
    options: Mapping[str, str]
    secret: str
    currency: str
    time_zone: ZoneInfo
    read_seconds: float = 15
    """How long an answer may take; connecting takes five seconds at most."""

    @property
    def timeout(self) -> tuple[float, float]:
        return min(5.0, self.read_seconds), self.read_seconds

    def option(self, name: str, default: str | None = None) -> str:
        """An option of the method, or GatewayMisconfigured where there is none and no default."""
        value = self.options.get(name, "").strip() or default
        if value is None:
            raise GatewayMisconfigured(f"options.{name} is missing")
        return value

    def known(self, *names: str) -> None:
        """GatewayMisconfigured for an option that nobody reads: most often a slip of the pen."""
        unknown = sorted(set(self.options) - set(names))
        if unknown:
            raise GatewayMisconfigured(f"options.{unknown[0]} is not known (known: {', '.join(names)})")


class Gateway(Protocol):
    """A provider, connected with its keys. All methods raise GatewayUnavailable, GatewayRefused."""

    def create(self, order: Order) -> Created: ...

    def ask(self, order_key: str, number: int, gateway_id: str) -> Answer | None:
        """The state now; None when the gateway knows no such payment (`gateway_id` may be empty: by key)."""

    def refund(self, order: RefundOrder) -> RefundAnswer: ...

    def ask_refund(self, order: RefundOrder, gateway_id: str) -> RefundAnswer | None: ...

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, address: str, now: datetime) -> Notice:
        """Check signature (over the raw bytes), source, age; raises BadNotice. Header names: lower case."""

    def statement(self, day: date) -> list[StatementLine] | None:
        """Payments and refunds of a day of the portal's zone; None where the protocol has no such list."""
