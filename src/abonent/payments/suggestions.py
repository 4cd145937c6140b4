"""Whose money a row of a registry probably is. Pure; the worked table: docs/domain/unmatched.md.

A suggestion books nothing: staff see why it is made, and decide.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from abonent.base.folding import DIGITS, folded, one_mistake
from abonent.base.identifiers import account_key

#: As many as there are keys to choose one by.
MOST = 5
_POINTS = {"in_purpose": 70, "in_number": 55, "one_digit": 50, "payer": 40, "surname": 20, "amount": 30}
#: Fewer points than these are a coincidence: a surname alone, an amount alone.
LEAST = 40
_SHORTEST = 4
"""Digits of a number that is looked for inside other words: a house or a flat is no account."""
_LONGEST = 20
_NUMBERS = re.compile(r"[0-9][0-9 \-]{2,}[0-9]")


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What a registry says of a payment."""

    account_text: str
    payer: str
    purpose: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """An account that may be meant."""

    id: int
    key: str
    payer: str
    due: Decimal | None
    """What its last bill still asks for; None where there is none."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    account_id: int
    points: int
    why: tuple[str, ...]
    """`in_purpose`, `in_number`, `one_digit`, `payer`, `surname`, `amount`: the weightiest first."""


def keys_meant(row: RowFacts) -> dict[str, str]:
    """The keys of accounts that the row may name, each with why: numbers in its words, and its own number
    with one digit wrong, missing, too many or swapped with the next."""
    found = dict.fromkeys(_one_digit_off(row.account_text), "one_digit")
    found |= dict.fromkeys(_inside(row.account_text), "in_number")
    found |= dict.fromkeys(_in_words(row.purpose), "in_purpose")
    found.pop("", None)
    found.pop("0", None)
    return found


def _one_digit_off(number: str) -> Iterator[str]:
    """Also of its leading zeros: one of them may be a digit that was mistyped."""
    whole = "".join(sign for sign in number if sign.isalnum())
    for written in {whole, account_key(number)}:
        if written.isdecimal() and written.isascii() and _SHORTEST <= len(written) <= _LONGEST:
            yield from (account_key(one) for one in one_mistake(written, DIGITS))


def _inside(number: str) -> Iterator[str]:
    """«ЛС 0012346», «0012346/3»: a number among other signs."""
    own = account_key(number)
    yield from (key for key in _in_words(number) if key != own)


def _in_words(words: str) -> Iterator[str]:
    for found in _NUMBERS.findall(words):
        if _SHORTEST <= len(found) <= _LONGEST * 2:
            yield account_key(found)
        yield from (account_key(part) for part in re.split(r"[ \-]+", found) if len(part) >= _SHORTEST)


def words_of_payer(payer: str) -> list[str]:
    """The whole words of a payer's name, folded: what an account is looked for by. Initials say too
    little."""
    return [word for word in folded(payer).split() if len(word) > 2 and word.isalpha()][:3]


def suggest(row: RowFacts, accounts: Iterable[Known]) -> tuple[Suggestion, ...]:
    """At most five accounts, the likeliest first; two that are alike stand by their numbers."""
    meant = keys_meant(row)
    found = [(one, _weighed(row, one, meant)) for one in accounts]
    likely = [(one, own) for one, own in found if own.points >= LEAST]
    likely.sort(key=lambda pair: (-pair[1].points, len(pair[0].key), pair[0].key))
    return tuple(own for _, own in likely[:MOST])


def _weighed(row: RowFacts, account: Known, meant: dict[str, str]) -> Suggestion:
    why = []
    if account.key in meant:
        why.append(meant[account.key])
    if name := _name(row.payer, account.payer):
        why.append(name)
    if account.due is not None and account.due > 0 and account.due == row.amount:
        why.append("amount")
    why.sort(key=lambda one: -_POINTS[one])
    return Suggestion(account.id, sum(_POINTS[one] for one in why), tuple(why))


def _name(given: str, known: str) -> str:
    """`payer`: the surname, and what is said of the other names, whole or by initials; `surname`: it alone,
    or with other initials."""
    first, second = folded(given).split(), folded(known).split()
    if not first or not second or first[0] != second[0] or len(first[0]) < 3:
        return ""
    others = list(zip(first[1:], second[1:], strict=False))
    return "payer" if others and all(_alike(*pair) for pair in others) else "surname"


def _alike(one: str, other: str) -> bool:
    short, long_ = sorted((one, other), key=len)
    return one == other or (len(short) == 1 and long_.startswith(short))
