"""What the form of readings says at a field: what is wrong and what to do, or what it asks to confirm.

Codes are stable; the words are in the active language when they are read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

#: Each says what is wrong and what to do. Facts are named as in `Problem.facts`.
PROBLEMS = {
    "not_a_number": _(
        "This is not a number. Type the digits as the meter shows them; a comma may part the"
        " decimals: 1234,5."
    ),
    "too_many_decimals": _("Type at most three digits after the comma."),
    "too_many_digits": _(
        "The meter has only %(digits)s digits before the comma. Type those that its dial shows."
    ),
    "lower": _(
        "This is lower than the previous reading, %(previous)s of %(on)s. Look at the meter once"
        " more and correct"
        " the figure. If the meter really shows it, tell the contact centre."
    ),
    "lower_than_estimate": _(
        "This is lower than %(previous)s, which was reckoned for %(on)s without a reading. Look at"
        " the meter once"
        " more; if it really shows this, tell the contact centre: the amount will be recalculated."
    ),
    "incomplete": _("Fill in this scale too: all scales of a meter are submitted together."),
    "no_date": _("Choose the day on which you read the meters."),
    "future": _("This day has not come yet. Choose today or the day on which you read the meters."),
    "outside_window": _(
        "Readings are taken from %(first)s to %(last)s. Read the meters within these days and"
        " choose that day."
    ),
    "before_last": _(
        "There is a reading of %(on)s already, later than the day you chose. Choose a day not before it."
    ),
    "before_installed": _("The meter was installed on %(on)s. Choose a day not before it."),
    "taken_off": _(
        "This meter was taken off, or is not of this account. Open the page again: it shows the"
        " meters in use."
    ),
    "account_closed": _(
        "The account was closed on %(on)s; no readings are taken for it. Ask the contact centre."
    ),
    "overdue": _(
        "The verification of this meter ran out on %(on)s, and its readings are not taken. Have it"
        " verified or"
        " replaced; the contact centre tells how."
    ),
    "already_taken": _(
        "The reading %(value)s has gone to billing and cannot be changed here any more. If it is"
        " wrong, tell the"
        " contact centre, or submit the right one in the next window."
    ),
    "not_a_picture": _("This file is not a picture we can read. Attach a photo as JPEG, PNG or WebP."),
    "heic": _(
        "This photo is in the format HEIC, which is not taken. Choose «Most compatible» in the"
        " camera's settings,"
        " or send the photo as JPEG."
    ),
    "picture_too_heavy": _("The photo is larger than %(megabytes)s MB. Choose a smaller one."),
    "picture_too_large": _(
        "The photo has more than %(megapixels)s million dots. Choose a smaller one, or take it at"
        " a lower quality."
    ),
    "too_many_photos": _(
        "At most %(most)s photos go along at once. Submit the other meters separately, or without a photo."
    ),
    "corrected_too_often": _(
        "Readings of this account have been submitted %(times)s times in this period. If the figure is"
        " still wrong, tell the contact centre."
    ),
    "photo_without_reading": _("Type the reading of this meter too: a photo goes together with it."),
}

QUESTIONS = {
    "rollover": _(
        "This is lower than the previous reading, %(previous)s of %(on)s. Did the meter pass"
        " %(largest)s and begin"
        " again from nothing? Then %(use)s %(unit)s have been used."
    ),
    "unusual": _(
        "That makes %(use)s %(unit)s in %(days)s days; your usual for so many days is about"
        " %(usual)s %(unit)s."
        " Is the figure right?"
    ),
}

ANSWERS = {
    "rollover": _("Yes, the meter began again from nothing"),
    "unusual": _("Yes, the meter shows this figure"),
}


@dataclass(frozen=True)
class Problem:
    """Why a field is not taken."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return str(PROBLEMS[self.code]) % _words(self.facts)


@dataclass(frozen=True)
class Question:
    """What a field asks. To confirm it, `confirmed` holds `<meter id>-<scale>:<code>`."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return str(QUESTIONS[self.code]) % _words(self.facts)

    @property
    def answer(self) -> str:
        """The words of the box that confirms it."""
        return str(ANSWERS[self.code])


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: _WORDS.get(type(value), str)(value) for name, value in facts.items()}


def number(value: Decimal) -> str:
    """`1234.500` -> `1 234,5`: no trailing nothings, groups joined by no-break spaces."""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", "\u00a0").replace(".", ",")


def day(value: date) -> str:
    return value.strftime("%d.%m.%Y")


_WORDS: dict[type, Callable[[Any], str]] = {Decimal: number, date: day}
