"""What a member of the staff typed, by every kind of word it may be. Pure.

`@` makes an e-mail; digits alone a number, a phone or a serial number; letters a name or an address, and with
digits in one word also a number or a serial number. Nobody is asked which: all that fit are tried.
"""

from dataclasses import dataclass

from abonent.base.errors import DomainError
from abonent.base.folding import folded
from abonent.base.identifiers import account_key
from abonent.metering.serials import serial_key

FLOOR = 3
"""Fewer letters and digits than this find everybody."""
LONGEST = 100
MOST_WORDS = 8
_PHONE = range(6, 13)
"""So many digits may be a phone: a town's six, or twelve with a country before them."""
_FLAT = frozenset(folded("кв квартира пәтер пат оф офис").split())
#: Words that say what kind of place a name is: addresses have them shortened in many ways, or not at all.
_PLACES = frozenset(
    folded(
        "г гор город ул улица пр пркт проспект пер переулок мкр микрорайон мкрн шағын д дом үй б бульвар обл"
        " область рн район р н с село п пос поселок аул ауыл к корп корпус көш көшесі даң даңғылы қ қаласы"
        " ауданы облысы ықшам"
    ).split()
)


class TooShort(DomainError):  # noqa: N818 - named after the rule it states
    """Fewer than `FLOOR` letters and digits."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The same words as each kind reads them; empty where they cannot be of that kind."""

    number: str
    """`account_key` of it."""
    serial: str
    """`serial_key` of it."""
    phones: tuple[str, ...]
    """Digits at the end of the number asked for, at most ten."""
    email: str
    words: tuple[str, ...]
    """Folded words of a name or an address, a flat as `kv12`; what may be anything stays bare."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds it is looked for as: what the trail keeps instead of the words."""
        found = {
            "number": self.number,
            "serial": self.serial,
            "phone": self.phones,
            "email": self.email,
            "words": self.words,
        }
        return tuple(kind for kind, value in found.items() if value)


def read(text: str) -> Typed:
    """Raises `TooShort`. No kind at all is possible too: signs and places' words alone find nobody."""
    text = text.strip()[:LONGEST]
    if sum(sign.isalnum() for sign in text) < FLOOR:
        raise TooShort
    if "@" in text:
        return Typed("", "", (), "".join(text.lower().split()), ())
    letters = any(sign.isalpha() for sign in text)
    digits = "".join(sign for sign in text if sign in "0123456789")
    whole = not letters or len(text.split()) == 1
    return Typed(
        number=account_key(text) if whole and len(digits) >= FLOOR else "",
        serial=serial_key(text) if len(digits) >= FLOOR and len(text.split()) <= FLOOR else "",
        phones=() if letters else _phones(digits),
        email="",
        words=_words(text) if letters else (),
    )


def _phones(digits: str) -> tuple[str, ...]:
    """The last ten digits; of ten that begin with 7 or 8 also the nine without it: one may be missing."""
    if len(digits) not in _PHONE:
        return ()
    short = [digits[1:]] if len(digits) == 10 and digits[0] in "78" else []
    return (digits[-10:], *short)


def _words(text: str) -> tuple[str, ...]:
    """The words without those of places; «кв 5», «кв.5» and «кв5» are one word."""
    found: list[str] = []
    flat = False
    for word in folded(text).split():
        if word in _FLAT:
            flat = True
            continue
        if word in _PLACES or (len(word) == 1 and word.isalpha()):
            continue
        found.append(f"kv{word}" if flat and word[0].isdigit() else word)
        flat = False
    return tuple(dict.fromkeys(found))[:MOST_WORDS]
