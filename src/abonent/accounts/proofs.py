"""The manuals' proofs: how each fact is read as people type it, and compared with what billing knows.

A registry of `Fact` names (portal/profile.py). Pure: no database, no clock. Facts are forgiven leading zeros,
spaces, case, and comma or point; amounts are exact, never zero, never blank (docs/domain/linking.md).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.base.money import ZERO, AmountError, parse_amount
from abonent.base.months import Month


@dataclass(frozen=True, slots=True)
class Known:
    """What billing knows of an account that can prove it; `paid_on` is None when nobody paid since the
    owner came."""

    payer: str = ""
    flat: str = ""
    paid_on: date | None = None
    amounts: tuple[Decimal, ...] = ()
    """The positive payments of the day `paid_on`: any of them is «the last payment»."""


class UnreadableFactError(ValueError):
    """The text is not what the fact asks for: a form says so before anything is tried."""


_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[./-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})[./-](\d{1,2})")
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")
_DAY_MONTH = re.compile(r"(\d{1,2})[./](\d{1,2})")
_LEAP_YEAR = 2024

#: Kazakh letters as people type them on a Russian keyboard, and Latin twins of Cyrillic letters.
_FOLDED = str.maketrans("ёәғқңөұүһіaebckmhoptxy", "еагкноуухиаевскмнортху")
_FLAT_WORDS = re.compile(r"^(?:квартира|пәтер|кв|№)[.\s]*", re.IGNORECASE)
_HYPHENS = re.compile(r"\s*[-‐‑‒–—]\s*")


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _numbers(text: str, *patterns: re.Pattern[str]) -> tuple[int, tuple[int, ...]]:
    """Which pattern fits the text without its spaces, and its numbers."""
    compact = _compact(text)
    for index, pattern in enumerate(patterns):
        found = pattern.fullmatch(compact)
        if found:
            return index, tuple(int(group) for group in found.groups())
    raise UnreadableFactError(text)


def read_amount(text: str) -> Decimal:
    """`1234,56`, `1 234.56`, `0001234`: a positive amount. Blank, zero or less is unreadable."""
    try:
        amount = parse_amount(text)
    except AmountError as error:
        raise UnreadableFactError(text) from error
    if amount <= ZERO:
        raise UnreadableFactError(text)
    return amount


def read_date(text: str) -> date:
    """`31.10.2026`, `1.2.2026`, `2026-10-31`."""
    order, found = _numbers(text, _DAY_FIRST, _YEAR_FIRST)
    day, month, year = found if order == 0 else found[::-1]
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableFactError(text) from error


def read_month(text: str) -> Month:
    """`2026-10` (the picker), `10.2026`."""
    order, found = _numbers(text, _YEAR_MONTH, _MONTH_FIRST)
    year, month = found if order == 0 else found[::-1]
    try:
        return Month(year, month)
    except ValueError as error:
        raise UnreadableFactError(text) from error


def read_month_and_day(text: str) -> tuple[int, int]:
    """`10-31` (the picker), `31.10`; gives (month, day)."""
    order, found = _numbers(text, _MONTH_DAY, _DAY_MONTH)
    month, day = found if order == 0 else found[::-1]
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError as error:
        raise UnreadableFactError(text) from error
    return month, day


def read_surname(text: str) -> str:
    """Letters alone, of one case, ё as е, Kazakh letters as their Russian neighbours, hyphens dropped."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)
    letters = "".join(sign for sign in folded if sign.isalpha())
    if not letters:
        raise UnreadableFactError(text)
    return letters


def read_flat(text: str) -> str:
    """`кв. 012 а` -> `12а`; letters of either alphabet."""
    compact = _compact(_FLAT_WORDS.sub("", text.strip())).casefold().translate(_FOLDED)
    flat = "".join(sign for sign in compact if sign.isalnum() or sign == "/").lstrip("0")
    if not flat:
        raise UnreadableFactError(text)
    return flat


def _surname_of(payer: str) -> str:
    """The first word of a full name; a hyphen with spaces around it does not end the word."""
    words = _HYPHENS.sub("-", payer).split()
    return words[0] if words else ""


@dataclass(frozen=True, slots=True)
class Check:
    """How one fact is read, and whether what was read is what billing knows."""

    read: Callable[[str], object]
    fits: Callable[[object, Known], bool]


def _same_after_reading(
    read: Callable[[str], str], known: Callable[[Known], str]
) -> Callable[[object, Known], bool]:
    def fits(value: object, facts: Known) -> bool:
        try:
            return value == read(known(facts))
        except UnreadableFactError:
            return False

    return fits


CHECKS: dict[str, Check] = {
    "last_payment_amount": Check(read_amount, lambda value, known: value in known.amounts),
    "last_payment_date": Check(read_date, lambda value, known: value == known.paid_on),
    "last_payment_month": Check(
        read_month, lambda value, known: known.paid_on is not None and value == Month.of(known.paid_on)
    ),
    "last_payment_month_and_day": Check(
        read_month_and_day,
        lambda value, known: known.paid_on is not None and value == (known.paid_on.month, known.paid_on.day),
    ),
    "surname": Check(read_surname, _same_after_reading(read_surname, lambda known: _surname_of(known.payer))),
    "flat": Check(read_flat, _same_after_reading(read_flat, lambda known: known.flat)),
}


def readable(fact: str, text: str) -> bool:
    """Whether `text` can be an answer to `fact` at all: what a form checks before it tries."""
    try:
        CHECKS[fact].read(text)
    except UnreadableFactError:
        return False
    return True


def _fits(fact: str, text: str, known: Known) -> bool:
    try:
        return CHECKS[fact].fits(CHECKS[fact].read(text), known)
    except UnreadableFactError:
        return False


def facts_match(asked: Sequence[str], typed: Mapping[str, str], known: Known) -> bool:
    """Whether every asked fact was given and is right. All are compared, also after the first that is
    wrong."""
    found = [_fits(fact, typed.get(fact, ""), known) for fact in asked]
    return bool(found) and all(found)
