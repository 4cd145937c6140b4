"""What a reckoning says, in the reader's language."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.base.money import round_half_up
from abonent.tariffs.calculator import Note
from abonent.tariffs.calculator.words import TEXTS

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_NBSP = "\u00a0"


def note(said: Note) -> str:
    """A rule of the calculator: its text translated, days and numbers as people write them."""
    return _(TEXTS[said.code]).format(**_local(said.params))


def _local(params: Mapping[str, str]) -> dict[str, str]:
    return {name: _DAY.sub(r"\3.\2.\1", _POINT.sub(",", value)) for name, value in params.items()}


def number(value: Decimal) -> str:
    """`1 234,5`: without idle zeros."""
    text = f"{value:,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).translate(_SIGNS)


def money(value: Decimal) -> str:
    """`1 234,50`, without its currency."""
    return f"{round_half_up(value):,.2f}".translate(_SIGNS)


def day(value: date) -> str:
    return f"{value:%d.%m.%Y}"


_SIGNS = str.maketrans({",": _NBSP, ".": ",", "-": "\u2212"})


def scale_set(scales: tuple[str, ...]) -> str:
    """What a tariff of these scales is called."""
    return {
        ("total",): _("one rate"),
        ("day", "night"): _("day and night"),
        ("peak", "half_peak", "night"): _("peak, half-peak and night"),
    }.get(scales, ", ".join(scales))
