"""What a person with a limited link sees of a name (docs/domain/linking.md), and staff who look of words."""

import re
from collections.abc import Collection


def masked_name(name: str) -> str:
    """A full name, surname first -> first and last letter of the surname, initials of the rest.

    >>> masked_name("Иванов Иван Иванович"), masked_name("Ли Вера"), masked_name("")
    ('И***в И. И.', 'Л*** В.', '')
    """
    surname, *others = name.split() or [""]
    if not surname:
        return ""
    last = surname[-1] if len(surname) > 2 else ""
    return " ".join([f"{surname[0]}***{last}", *(f"{other[0]}." for other in others)])


def masked_email(email: str) -> str:
    """What a co-resident and a letter are told of somebody's e-mail: enough to know a relative by.

    >>> masked_email("ivanov@mail.ru"), masked_email("li@mail.ru"), masked_email("")
    ('i***v@mail.ru', 'l***@mail.ru', '')
    """
    name, _, domain = email.rpartition("@")
    if not name:
        return ""
    last = name[-1] if len(name) > 2 else ""
    return f"{name[0]}***{last}@{domain}"


def masked_phone(phone: str) -> str:
    """Enough for the one who dictates it to be known by: the last two digits, and what stood before the rest.

    >>> masked_phone("+7 (701) 123-45-67"), masked_phone("87272721234"), masked_phone("1234")
    ('+7 (701) ***-**-67', '8727*****34', '**34')
    """
    digits = sum(sign.isdigit() for sign in phone)
    shown = range(max(digits - 7, 0), digits - 2)
    seen = -1
    masked = []
    for sign in phone:
        seen += sign.isdigit()
        masked.append("*" if sign.isdigit() and seen in shown else sign)
    return "".join(masked)


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: Ten digits however parted, with +7 or 8 before them or without; a foreign one; a town's 272-12-34.
_PHONE = re.compile(
    r"(?<![^\W_])(?<!\.)(?:(?:\+?[78])?[\s\u00a0(-]{0,2}\d{3}[\s\u00a0)-]{0,2}\d{3}[\s\u00a0-]?\d{2}[\s\u00a0-]?\d{2}"
    r"|\+\d[\d\s\u00a0()-]{6,14}\d|\d{2,3}-\d{2}-\d{2})(?![^\W_]|-)"
)
_IIN = re.compile(r"(?<!\d)\d{12}(?!\d)")
_SHORTEST_NAME = 3
_ENDING = 2
"""Letters that may differ where a name is declined: «Ивановой», «Айгүлге»."""


def masked_words(text: str, names: Collection[str]) -> str:
    """Free words without e-mails, phones, IINs and these people's names, in any case and declined.

    What somebody writes of others under other names stays: nobody can know it from the words.

    >>> masked_words("Иванову звоните +7 701 123-45-67, a@b.kz", ["Иванов Иван"])
    'И*** звоните +7 701 ***-**-67, a***@b.kz'
    """
    text = _EMAIL.sub(lambda found: masked_email(found[0]), text)
    text = _IIN.sub(lambda found: f"{'*' * 10}{found[0][-2:]}", text)
    text = _PHONE.sub(lambda found: masked_phone(found[0]), text)
    for word in sorted({word for name in names for word in _words_of(name)}, key=len, reverse=True):
        text = _declined(word).sub(lambda found: f"{found[0][0]}***", text)
    return text


def _words_of(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", name) if len(word) >= _SHORTEST_NAME]


def _declined(word: str) -> re.Pattern[str]:
    stem = word[:-1] if len(word) > _SHORTEST_NAME + 1 else word
    return re.compile(
        rf"(?<![^\W\d_]){re.escape(stem)}[^\W\d_]{{0,{_ENDING + 1}}}(?![^\W\d_])", re.IGNORECASE
    )
