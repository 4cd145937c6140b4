"""The rules of a value, one at a time; `exchange.checks` asks the same of whole columns."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from zoneinfo import available_timezones

from abonent.base.identifiers import account_key
from abonent.base.months import Month
from abonent.exchange.formats.bundle.columns import Column

Value = str | int | Decimal | date | Month | None

#: Nothing the field deals with is older.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EXPONENT = re.compile(r"[-+]?[0-9.,]+[eE][-+]?[0-9]+")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[ ,.'’\u00a0\u202f_][0-9]{3})+(?:[.,][0-9]*)?")

_MISSPELT = {
    "code": "holds a space",
    "email": "is not an e-mail address",
    "words": "is not words of a to z and _, parted by a space",
}


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA database, as this machine has it."""
    return frozenset(available_timezones())


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
        case "time_zone":
            return "" if text in time_zones() else "is no time zone: names are those of the IANA database"
        case kind:
            return "" if column.spelling.fullmatch(text) else _MISSPELT[kind]


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
            return Month.parse(text) if text else None
        case _:
            return text
