"""What a printed bill, its back and a service statement hold. Frozen values, no layout and no words.

Money is `Decimal` with two places in the receipt's currency; debt is positive, overpayment negative
(docs/domain/receipts.md). `None` is "not given" and prints as a dash, or as "Жоқ / Отсутствуют" for a
reading. The supplier's figures are printed as they came: nothing here recomputes a total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from abonent.base.money import CENT, ZERO
from abonent.base.months import Month
from abonent.bills.paper.labels import HOW_TO_READ

#: A text in one form, or by language: `{"kk": "Электр энергиясы", "ru": "Электроэнергия"}`.
Text = str | Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One line of "where to ask": `Contact(label={"ru": "Контакт-центр"}, value="356-99-99")`."""

    label: Text
    value: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Brand:
    """Who sends the paper. `accent` is `#rrggbb`; `logo` an SVG document (trusted: from the profile)."""

    name: Text
    accent: str = "#1f4e79"
    logo: str | None = None
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Payee:
    """Who is paid, with requisites. An `account` that begins with KZ is an IBAN; else Russian requisites.

    `tax_id` is БИН (12 digits) or ИНН; `kpp`, `correspondent_account` are Russian only.
    """

    name: Text
    tax_id: str = ""
    account: str = ""
    bank: Text = ""
    bic: str = ""
    kpp: str = ""
    correspondent_account: str = ""

    @property
    def takes_payment_qr(self) -> bool:
        """Are all requisites here, and of the form that GOST R 56042-2014 demands?"""
        numbers = ((self.account, 20), (self.bic, 9), (self.correspondent_account, 20))
        return bool(self.bank) and all(
            len(value) == length and value.isascii() and value.isdigit() for value, length in numbers
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """The account the paper is about. `area` in square metres."""

    account: str
    name: str = ""
    address: str = ""
    residents: int | None = None
    area: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterLine:
    """A scale of a meter and its readings of the month; a missing reading is None."""

    service: Text
    serial: str
    scale: Text = ""
    unit: Text = ""
    verified_on: date | None = None
    verify_by: date | None = None
    previous: Decimal | None = None
    current: Decimal | None = None
    consumption: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptLine:
    """A service of the month. `level` 1 is a part of the nearest line above with level 0 («в т.ч. …»).

    `quantity` in `unit`, `price` for one unit with VAT; `previous_reading` and `reading` where the bill
    shows them beside the service. `undelivered_*`, `within_norm`, `to_pay` are of the housing bill.
    """

    name: Text
    level: int = 0
    supplier: Text = ""
    unit: Text = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    previous_reading: Decimal | None = None
    reading: Decimal | None = None
    opening: Decimal | None = None
    accrued: Decimal | None = None
    corrections: Decimal | None = None
    paid: Decimal | None = None
    closing: Decimal | None = None
    undelivered_days: Decimal | None = None
    undelivered_amount: Decimal | None = None
    within_norm: Decimal | None = None
    to_pay: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Balances of the month as the supplier states them: closing = opening + accrued + corrections - paid."""

    opening: Decimal = ZERO
    accrued: Decimal = ZERO
    corrections: Decimal = ZERO
    paid: Decimal = ZERO
    closing: Decimal = ZERO

    @classmethod
    def of(cls, lines: "Iterable[ReceiptLine]") -> "Totals":
        """The sums over lines of level 0, for a caller whose supplier states no totals of its own."""
        top = [line for line in lines if line.level == 0]
        names = ("opening", "accrued", "corrections", "paid", "closing")
        return cls(**{name: sum((getattr(line, name) or ZERO for line in top), ZERO) for name in names})


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkCode:
    """Links the account in the cabinet: 8 characters of Crockford's base 32, shown XXXX-XXXX."""

    code: str
    valid_until: date

    @property
    def shown(self) -> str:
        bare = self.code.replace("-", "").upper()
        return "-".join(bare[start : start + 4] for start in range(0, len(bare), 4))


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The bill of one account for one month.

    `languages` are printed together, first one first: `("kk", "ru")` is the bilingual Kazakh bill.
    `rounding` is the unit of the amount to pay: `Decimal(1)` for whole tenge. `stated_to_pay` replaces
    the computed amount where the supplier states it. `payments_until`: payments are counted up to it.
    `payment_qr`: print one when a payee's requisites allow it.
    """

    month: Month
    customer: Customer
    brand: Brand
    lines: tuple[ReceiptLine, ...]
    totals: Totals
    languages: tuple[str, ...] = ("ru",)
    currency: str = "₽"
    number: str = ""
    meters: tuple[MeterLine, ...] = ()
    payees: tuple[Payee, ...] = ()
    issued_on: date | None = None
    due_on: date | None = None
    payments_until: date | None = None
    rounding: Decimal = CENT
    stated_to_pay: Decimal | None = None
    link_code: LinkCode | None = None
    notes: tuple[Text, ...] = ()
    payment_qr: bool = True

    @property
    def to_pay(self) -> Decimal:
        """What the customer is asked for: the debt at the end, rounded half up; 0 when overpaid."""
        if self.stated_to_pay is not None:
            return self.stated_to_pay
        units = (self.totals.closing / self.rounding).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return max(ZERO, (units * self.rounding).quantize(CENT))


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementLine:
    """A month of one service. `tariff` may be several prices (day and night, tiers)."""

    month: Month
    tariff: Decimal | tuple[Decimal, ...] | None = None
    opening: Decimal = ZERO
    accrued: Decimal = ZERO
    corrections: Decimal = ZERO
    paid: Decimal = ZERO
    closing: Decimal = ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """Выписка по услуге / Қызмет бойынша үзінді көшірме: one service of one account, month by month."""

    service: Text
    supplier: Text
    customer: Customer
    brand: Brand
    first: Month
    last: Month
    lines: tuple[StatementLine, ...]
    languages: tuple[str, ...] = ("ru",)
    currency: str = "₽"
    printed_on: date | None = None

    @property
    def totals(self) -> Totals:
        """Opening of the first month, closing of the last, sums of the rest."""
        if not self.lines:
            return Totals()
        return Totals(
            opening=self.lines[0].opening,
            accrued=sum((line.accrued for line in self.lines), ZERO),
            corrections=sum((line.corrections for line in self.lines), ZERO),
            paid=sum((line.paid for line in self.lines), ZERO),
            closing=self.lines[-1].closing,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BackSection:
    """A heading (may be empty) and its paragraphs."""

    title: Text = ""
    paragraphs: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BackOffice:
    """A district office, as the customer finds it."""

    name: Text
    address: Text = ""
    hours: Text = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Back:
    """Оборотная сторона: how to pay, whom to ask, how to read the bill. The same for many receipts.

    `landscape` goes with a bill that lies (housing): both sides of one sheet turn the same way.
    `how_to_read` may be replaced by the organisation's own paragraphs, or left out: `()`.
    """

    brand: Brand
    sections: tuple[BackSection, ...] = ()
    offices: tuple[BackOffice, ...] = ()
    languages: tuple[str, ...] = ("ru",)
    due_on: date | None = None
    landscape: bool = False
    how_to_read: tuple[Text, ...] = HOW_TO_READ
