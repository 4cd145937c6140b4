"""The profile's `[paying]`: ways to pay online, what they cost, and the banks that call."""

import ipaddress
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from abonent.portal.profile_parts import Code, LocalText, Part


class Commission(Part):
    """What a method costs, by the contract of organisation and bank."""

    percent: Decimal = Field(default=Decimal(0), ge=0, le=20)
    minimum: Decimal = Field(default=Decimal(0), ge=0)
    maximum: Decimal | None = Field(default=None, ge=0)
    paid_by: Literal["customer", "organisation"] = "organisation"


class FiscalReceipts(Part):
    """Data of the fiscal receipt that the gateway makes (54-FZ), in the codes that gateways number."""

    vat: int = Field(ge=1, le=12)
    tax_system: int | None = Field(default=None, ge=1, le=6)
    subject: str = "service"
    mode: str = "full_payment"


class Method(Part):
    """A way to pay online. Its secret is not here: ABONENT_GATEWAY_<CODE>_SECRET, or the file that
    ABONENT_GATEWAY_<CODE>_SECRET_FILE names."""

    code: Code
    provider: Literal["sandbox", "yookassa", "halyk"]
    label: LocalText
    hint: LocalText | None = None
    commission: Commission = Field(default_factory=Commission)
    minutes: int = Field(default=60, ge=10, le=10080)
    """How long a payment may be finished at the gateway."""
    least: Decimal = Field(default=Decimal(1), gt=0)
    most: Decimal = Field(default=Decimal(500000), gt=0)
    fiscal: FiscalReceipts | None = None
    options: dict[str, str] = Field(default_factory=dict)
    """What the provider asks for: shop, terminal, addresses (docs/operations/payments.md)."""

    @model_validator(mode="after")
    def _bounds(self) -> "Method":
        if self.least > self.most:
            raise ValueError("least is more than most: nothing could be paid")
        return self


def _a_network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise ValueError(f"not a network (192.0.2.0/24, 192.0.2.7): {error}") from error


class CallingBank(Part):
    """A bank that shows the debt in its own app and calls us. Its secret, where it has one:
    ABONENT_BANK_<CODE>_SECRET (or _FILE)."""

    code: Code
    protocol: Literal["kaspi", "osmp"]
    name: LocalText
    addresses: list[Annotated[str, AfterValidator(_a_network)]] = Field(default_factory=list)
    """Networks it calls from (192.0.2.0/24); empty: its secret alone tells it."""
    answers: Literal["json", "xml"] = "json"
    certificate: str | None = None
    """The subject of its client certificate, as the reverse proxy passes it on."""


class Paying(Part):
    """Paying online, and the banks that call (docs/operations/payments.md). Without methods nobody can."""

    methods: list[Method] = Field(default_factory=list)
    banks: list[CallingBank] = Field(default_factory=list)

    @model_validator(mode="after")
    def _codes_once(self) -> "Paying":
        methods, banks = [one.code for one in self.methods], [one.code for one in self.banks]
        for name, codes in (("methods", methods), ("banks", banks)):
            if len(set(codes)) < len(codes):
                raise ValueError(f"{name}: every code once")
        if twice := set(methods) & set(banks):  # a registry is named by the code alone: whose would it be?
            raise ValueError(f"{min(twice)!r} is a method and a bank: give one of them another code")
        return self
