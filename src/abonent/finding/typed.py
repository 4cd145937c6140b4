"""What a member of the staff typed, by every kind of word it may be. Pure.

`@` makes an e-mail; digits alone a number, a phone or a serial number; letters a name or an address, and with
digits in one word also a number or a serial number. Nobody is asked which: all that fit are tried.
"""

import re
import unicodedata
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
_LETTERS_OF_SERIAL = 12
"""More letters are a sentence, not a meter's number."""
_WORDS_OF_SERIAL = 3
_FLAT = frozenset(folded("кв квартира пәтер пәт пат оф офис").split())
_HALF_OF_FLAT = frozenset(folded("ра тира").split())
"""What is left of «кв-ра» and «квар-тира»."""
#: Words that say what kind of place a name is: addresses have them shortened in many ways, or not at all.
_PLACES = frozenset(
    folded(
        "г гор город ул улица пр прт пркт просп проспект пер переулок мкр мкрн микр микрорайон шағын д"
        " дом үй б бр бул бульв бульвар обл область рн район р н с село п пос пгт поселок аул ауыл к корп"
        " корпус стр строение көш көшесі даң даңғылы қ қаласы ауданы облысы ықшам пл площадь ш шоссе прд"
        " проезд туп тупик наб набережная ал аллея массив жм жк уч участок сі лы"
    ).split()
)
#: «д10», «кв5»: the word and its number without a space.
_GLUED = re.compile(r"(d|dom|ui|korp|korpus|str|kv|kvartira|pater|pat|of)([0-9][0-9a-z]*)")
#: Said before a number or an address, and no part of it.
# ruff: noqa: SIM905 - lists of words are read as words
_LABELS = tuple(
    (
        "тел телефон моб мобильный сот сотовый ұялы phone tel номер нөмір нөмірі лс л/с лицевой счет счёт"
        " дербес шот шоты счетчик счётчик прибор пу есептегіш серийный зав заводской с/н s/n почта e-mail"
        " email mail пошта №"
    ).split()
)
_LABEL = frozenset(_LABELS)
#: «тел.8701…»; a meter's number may begin with letters that look like others of them.
_GLUED_LABEL = re.compile(r"(?<![^\W_])(?:тел|моб|сот|л/с|№)[.:]*(?=[+(\d])", re.IGNORECASE)
_EMAIL = re.compile(r"\S*\s*@\s*\S*")
_ROUND_A_WORD = ".,:;()<>\"'«»"
_ODD_SIGNS = str.maketrans("–—‑−\u00a0\u2009\u202f", "----   ")


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
    text = unicodedata.normalize("NFC", text).translate(_ODD_SIGNS).strip()[:LONGEST]
    if sum(sign.isalnum() for sign in text) < FLOOR:
        raise TooShort
    text = _without_labels(text)
    if "@" in text:
        return Typed("", "", (), _email(text.lower()), ())
    letters = sum(sign.isalpha() for sign in text)
    digits = "".join(sign for sign in text if sign in "0123456789")
    whole = not letters or len(text.split()) == 1
    return Typed(
        number=account_key(text) if whole and len(digits) >= FLOOR else "",
        serial=serial_key(text) if len(digits) >= FLOOR and _may_be_serial(text, letters) else "",
        phones=() if letters else _phones(digits),
        email="",
        words=_words(text) if letters else (),
    )


def _email(text: str) -> str:
    """What stands around the `@`; where nothing but Latin letters was typed, a space is a slip."""
    found = _EMAIL.search(text)
    whole = text if text.isascii() or not found else found[0]
    return "".join(whole.replace(",", ".").split()).strip(_ROUND_A_WORD)


def _without_labels(text: str) -> str:
    """«тел. 8701…», «счётчик № 12»: what it is tells itself. Where nothing else is left, the words stay."""
    words = _GLUED_LABEL.sub(" ", text).split()
    told = " ".join(word for word in words if word.lower().strip(_ROUND_A_WORD) not in _LABEL)
    return told if sum(sign.isalnum() for sign in told) >= FLOOR else text


def _may_be_serial(text: str, letters: int) -> bool:
    """A few words, or more of them with few letters: some write each pair of digits by itself."""
    return len(text.split()) <= _WORDS_OF_SERIAL or letters <= _LETTERS_OF_SERIAL


def _phones(digits: str) -> tuple[str, ...]:
    """The last ten digits; of ten that begin with 7 or 8 also the nine without it: one may be missing."""
    if len(digits) not in _PHONE:
        return ()
    short = [digits[1:]] if len(digits) == 10 and digits[0] in "78" else []
    return (digits[-10:], *short)


def _words(text: str) -> tuple[str, ...]:
    """The words without those of places; «кв 5», «кв.5» and «кв5» are one word, and «12 а» is «12а»."""
    found: list[str] = []
    flat = False
    for word in _parted(text):
        if word in _FLAT:
            flat = True
        elif flat and word in _HALF_OF_FLAT:
            continue
        elif len(word) == 1 and word.isalpha():
            if found and found[-1].isdigit() and word not in _PLACES:
                found[-1] += word
        elif word not in _PLACES:
            found.append(f"kv{word}" if flat and word[0].isdigit() else word)
            flat = False
    if not any(word.isalpha() for word in found):  # a street may be called «Набережная»
        found = [*(word for word in _parted(text) if word in _PLACES and len(word) > FLOOR), *found]
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def _parted(text: str) -> list[str]:
    """Folded words, «д10» and «кв5» in two."""
    words: list[str] = []
    for word in folded(text).split():
        glued = _GLUED.fullmatch(word)
        words += glued.groups() if glued else (word,)
    return words
