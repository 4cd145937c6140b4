"""The files and their columns."""

from abonent.exchange.formats.bundle.columns import Column, File


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
        Column(
            "time_zone", "time_zone", "where its days begin, if not the portal's: `Asia/Almaty`", longest=40
        ),
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
        Column(
            "obligation",
            "choice",
            "`voluntary`: nobody has to pay it (insurance), and paying never ticks it",
            choices=("due", "voluntary"),
            default="due",
        ),
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
        Column(
            "categories",
            "words",
            "what tariffs ask of a household, parted by a space: `electric_stove alone`",
            longest=120,
        ),
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
ANSWERS = File(
    "answers",
    "what became of the readings that went to billing; one scale's answer is its meter's",
    (
        Column(
            "reading",
            "integer",
            "the reading's number in the file that took it to billing",
            True,
            True,
            high=999_999_999_999_999,
        ),
        Column(
            "state",
            "choice",
            "billing takes it, does not, or has charged by it",
            True,
            choices=("accepted", "rejected", "used"),
        ),
        _text("reason", "why it is rejected, for the customer to read; of rejected ones alone", 300),
        Column("month", "month", "the bill it is used in; of used ones alone", past=True),
    ),
)
#: In the order in which they are read: a row may name rows of the files before it.
FILES = (ORGANISATIONS, SERVICES, ACCOUNTS, METERS, READINGS, CHARGES, PAYMENTS, ANSWERS)
BY_NAME = {file.name: file for file in FILES}
