"""The bundle: seven CSV files that billing hands over. The one place where their columns are named.

docs/domain/bundle.md tells the same to people; tests/exchange/test_bundle_document.py holds the two together.
The rules of a value stand here, one value at a time; `exchange.checks` asks the same of whole columns.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from abonent.base.identifiers import account_key
from abonent.base.months import Month

Kind = Literal["code", "number", "text", "email", "integer", "decimal", "date", "month", "choice"]
Value = str | int | Decimal | date | Month | None

#: Nothing the field deals with is older.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)

PATTERNS = {
    "integer": r"-?[0-9]+",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "month": r"[0-9]{4}-(?:0[1-9]|1[0-2])",
    "code": r"\S+",
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EXPONENT = re.compile(r"[-+]?[0-9.,]+[eE][-+]?[0-9]+")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[ ,.'’\u00a0\u202f_][0-9]{3})+(?:[.,][0-9]*)?")


@dataclass(frozen=True)
class Column:
    """A column: what it means, and what its values may be. `required`: no value may be empty, and the column
    must stand in the file. A column that is not required may be left out: what is stored then stays."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    key: bool = False
    refers: str = ""
    """The file whose key this value names."""
    unit: str = ""
    longest: int = 0
    """Characters of a text."""
    whole: int = 0
    """Digits before the decimal point."""
    places: int = 0
    """Digits behind it."""
    signed: bool = False
    low: int = 0
    high: int = 0
    """Bounds of an integer."""
    choices: tuple[str, ...] = ()
    default: str = ""
    """What an empty value, or a new row of a file without the column, stands for."""
    past: bool = False
    """A date that cannot lie in the future, a month no later than next month."""
    spelling: re.Pattern[str] = field(init=False, repr=False, compare=False)
    """What a value looks like from end to end, in syntax that Python and Rust share."""

    def __post_init__(self) -> None:
        pattern = PATTERNS.get(self.kind, ".*")
        if self.kind == "decimal":
            sign = "-?" if self.signed else ""
            pattern = rf"{sign}[0-9]{{1,{self.whole}}}(?:\.[0-9]{{1,{self.places}}})?"
        object.__setattr__(self, "spelling", re.compile(pattern))

    @property
    def described(self) -> str:
        """The type, as the document words it."""
        match self.kind:
            case "decimal":
                sign = "" if self.signed else ", not negative"
                return f"decimal, {self.whole} digits and {self.places} places{sign}"
            case "integer":
                return f"integer, {self.low} to {self.high}"
            case "choice":
                return " / ".join(f"`{choice}`" for choice in self.choices)
            case "code" | "text" | "number" | "email":
                return f"{self.kind}, up to {self.longest} characters"
            case "date":
                return "date, not in the future" if self.past else "date"
            case _:
                return "month, at most the next one"


@dataclass(frozen=True)
class File:
    """One file of the bundle. `key`: the columns whose values together may occur once."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", tuple(column.name for column in self.columns if column.key))

    @property
    def filename(self) -> str:
        return f"{self.name}.csv"

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _code(
    name: str,
    meaning: str,
    longest: int = 40,
    refers: str = "",
    *,
    required: bool = False,
    key: bool = False,
) -> Column:
    return Column(name, "code", meaning, required, key, refers, longest=longest)


def _text(name: str, meaning: str, longest: int, *, required: bool = False) -> Column:
    return Column(name, "text", meaning, longest=longest, required=required)


def _money(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(
        name, "decimal", meaning, required=required, unit="currency", whole=12, places=2, signed=True
    )


def _decimal(name: str, meaning: str, unit: str, whole: int, places: int, *, signed: bool = False) -> Column:
    return Column(name, "decimal", meaning, unit=unit, whole=whole, places=places, signed=signed)


def _date(
    name: str, meaning: str, *, past: bool = False, required: bool = False, key: bool = False
) -> Column:
    return Column(name, "date", meaning, past=past, required=required, key=key)


def _account(*, key: bool = False) -> Column:
    return Column(
        "account", "number", "account number", required=True, key=key, refers="accounts", longest=30
    )


ORGANISATIONS = File(
    "organisations",
    "suppliers and housing managers; what is printed on receipts",
    (
        _code("code", "the organisation's code in billing", required=True, key=True),
        _text("name_ru", "name in Russian", 200, required=True),
        _text("name_kk", "name in Kazakh", 200),
        _code("tax_number", "БИН (12 digits) or ИНН (10 or 12)", 12),
        _code("tax_reason_code", "КПП", 9),
        _code("bank_account", "IBAN, or account of 20 digits", 34),
        _text("bank_name", "the bank", 160),
        _code("bank_code", "БИК", 11),
        _code("correspondent_account", "correspondent account", 20),
        _text("phone", "phone", 60),
        _text("address", "address", 300),
        Column("readings_from", "integer", "readings are taken from this day of the month", low=1, high=31),
        Column("readings_to", "integer", "… to this one, included; 31 is the last day", low=1, high=31),
        _code("time_zone", "where its days begin, if not the portal's: `Asia/Almaty`"),
        Column(
            "overdue_readings",
            "choice",
            "readings of a meter past its verification date, if not as the profile says",
            choices=("accept", "refuse"),
        ),
    ),
)
SERVICES = File(
    "services",
    "what is charged for; a line with `parent` explains its parent's amounts and is left out of totals",
    (
        _code("code", "the service's code in billing", required=True, key=True),
        _code("organisation", "who supplies it", refers="organisations", required=True),
        _code("parent", "the service whose line this one explains", refers="services"),
        Column("position", "integer", "order on the bill", high=999999, default="0"),
        _text("name_ru", "name in Russian", 200, required=True),
        _text("name_kk", "name in Kazakh", 200),
        _text("name_en", "name in English", 200),
        _text("unit_ru", "unit of volume in Russian, «кВт·ч»", 20),
        _text("unit_kk", "unit of volume in Kazakh", 20),
    ),
)
ACCOUNTS = File(
    "accounts",
    "personal accounts",
    (
        Column("number", "number", "account number, leading zeros kept", True, True, longest=30),
        _code("organisation", "who keeps the account", refers="organisations", required=True),
        _text("payer", "full name, surname first", 200, required=True),
        _text("address", "locality, street, house", 300, required=True),
        _text("flat", "flat", 20),
        Column("residents", "integer", "permanent residents", unit="persons", high=999),
        _decimal("area", "area", "m²", 8, 2),
        _text("categories", "what tariffs ask of a household, parted by spaces: `electric_stove alone`", 120),
        Column("contact_email", "email", "e-mail known to billing", longest=254),
        _text("contact_phone", "phone known to billing", 30),
        _date("opened_on", "day the account was opened"),
        _date("closed_on", "day the account was closed"),
        _date("owner_since", "day the present owner came; a later day than before ends all links"),
    ),
)
METERS = File(
    "meters",
    "meters of accounts",
    (
        _account(key=True),
        _code("service", "what it measures", refers="services", required=True),
        Column("serial", "text", "serial number", True, True, longest=40),
        Column("scales", "integer", "number of scales", low=1, high=3, default="1"),
        Column("digits", "integer", "digits before the point", low=1, high=12, default="5"),
        Column("ratio", "decimal", "transformation ratio", whole=7, places=3, default="1"),
        _date("installed_on", "day of installation"),
        _date("verified_on", "day of the last verification"),
        _date("next_verification_on", "next verification is due"),
        _date("planned_replacement_on", "replacement is planned"),
        _date("removed_on", "day it was taken off"),
        _code("tariff", "the tariff it is charged by, if not its service's own", 60),
    ),
)
READINGS = File(
    "readings",
    "readings of meters; one of another source stands beside it, never in its place",
    (
        _account(key=True),
        Column("serial", "text", "serial number of the meter", True, True, "meters", longest=40),
        Column(
            "scale",
            "choice",
            "scale",
            key=True,
            default="total",
            choices=("total", "day", "night", "peak", "half_peak"),
        ),
        _date("taken_on", "day of the reading", past=True, required=True, key=True),
        Column(
            "source",
            "choice",
            "who read it",
            True,
            True,
            choices=("customer", "inspector", "automatic", "estimate"),
        ),
        Column("value", "decimal", "what the meter showed", True, unit="the service's", whole=12, places=3),
    ),
)
CHARGES = File(
    "charges",
    "a line a month, account and service: closing = opening + accrued + corrections - paid; debt is positive",
    (
        _account(key=True),
        Column("month", "month", "month of the charge", True, True, past=True),
        _code("service", "service", refers="services", required=True, key=True),
        _money("opening", "balance at the month's beginning", required=True),
        _money("accrued", "accrued in the month", required=True),
        _money("corrections", "recalculations and other corrections", required=True),
        _money("paid", "paid in the month", required=True),
        _money("closing", "balance at the month's end, as the supplier has it", required=True),
        _decimal("volume", "volume consumed", "the service's", 10, 5, signed=True),
        _decimal("tariff", "price of one unit, VAT included", "currency / unit", 9, 5),
        _decimal("undelivered_days", "days of underdelivery", "days", 3, 2),
        _money("undelivered_amount", "deduction for underdelivery; it is part of corrections"),
        _money("within_norm", "cost within the social norm, of the accrued amount"),
    ),
)
PAYMENTS = File(
    "payments",
    "payments booked; append-only: a correction is a row of its own with a negative amount",
    (
        _code("source", "system that numbered the payment", required=True, key=True),
        _code("id", "its number there", 60, required=True, key=True),
        _account(),
        _date("paid_on", "day of payment", past=True, required=True),
        _money("amount", "amount; negative takes a payment back", required=True),
        _text("bank", "bank or pay point", 160),
        _code("service", "service it was paid for, when one was named", refers="services"),
    ),
)
#: In the order in which they are read: a row may name rows of the files before it.
FILES = (ORGANISATIONS, SERVICES, ACCOUNTS, METERS, READINGS, CHARGES, PAYMENTS)
BY_NAME = {file.name: file for file in FILES}


def problem(column: Column, text: str, *, today: date) -> str:
    """Why `text` cannot stand in `column`; empty when it can. What it refers to is looked up elsewhere."""
    if column.kind == "text":
        text = text.strip(" ")
    if not text:
        return "is required but empty" if column.required else ""
    if _CONTROL.search(text):
        return "holds a control character"
    if column.longest and len(text) > column.longest:
        return f"is longer than {column.longest} characters"
    return _kind_problem(column, text, today)


def _kind_problem(column: Column, text: str, today: date) -> str:
    match column.kind:
        case "decimal":
            return "" if column.spelling.fullmatch(text) else _decimal_problem(column, text)
        case "integer":
            return _integer_problem(column, text)
        case "date":
            return _date_problem(column, text, today)
        case "month":
            return _month_problem(column, text, today)
        case "choice":
            return "" if text in column.choices else f"is none of {', '.join(column.choices)}"
        case "number":
            return "" if account_key(text) else "holds no letter or digit"
        case "code":
            return "" if column.spelling.fullmatch(text) else "holds a space"
        case "email":
            return "" if column.spelling.fullmatch(text) else "is not an e-mail address"
        case "text":
            return ""


def _decimal_problem(column: Column, text: str) -> str:
    """The reason, worded for the commonest mistakes."""
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return "is not a number: leave an unknown value empty"
    if _EXPONENT.fullmatch(text):
        return "has an exponent: write all digits, 100000 for 1e5"
    if _GROUPED.fullmatch(text) and not re.fullmatch(r"[-+]?[0-9]+\.[0-9]+", text):
        return "has its thousands parted: write 1234567.89"
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]*", text):
        return "has a decimal comma: write a point, 1234.56"
    if not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text):
        return "is not a number written like 1234.56"
    if text.startswith("-") and not column.signed:
        return "is negative"
    if len(text.lstrip("-").partition(".")[0]) > column.whole:
        return f"has more than {column.whole} digits before the point"
    return f"has more than {column.places} digits behind the point"


def _integer_problem(column: Column, text: str) -> str:
    if not column.spelling.fullmatch(text) or len(text) > 18:
        return "is not a whole number"
    if not column.low <= int(text) <= column.high:
        return f"is not between {column.low} and {column.high}"
    return ""


def _date_problem(column: Column, text: str, today: date) -> str:
    if not column.spelling.fullmatch(text):
        return "is not a date written like 2026-10-31"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "is a day that does not exist"
    if not FIRST_DAY <= day <= LAST_DAY:
        return f"is not between {FIRST_DAY} and {LAST_DAY}"
    return "lies in the future" if column.past and day > today else ""


def _month_problem(column: Column, text: str, today: date) -> str:
    if not column.spelling.fullmatch(text):
        return "is not a month written like 2026-10"
    if text < str(Month.of(FIRST_DAY)):
        return f"is before {Month.of(FIRST_DAY)}"
    return "is later than next month" if Month.parse(text) > Month.of(today) + 1 else ""


def parse(column: Column, text: str) -> Value:
    """The value of a text that has no `problem`. An empty text is the column's default."""
    text = (text.strip(" ") if column.kind == "text" else text) or column.default
    match column.kind:
        case "decimal":
            return Decimal(text) if text else None
        case "integer":
            return int(text) if text else None
        case "date":
            return date.fromisoformat(text) if text else None
        case "month":
            return Month.parse(text)
        case _:
            return text
