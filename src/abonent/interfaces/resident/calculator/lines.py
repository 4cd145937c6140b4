"""The lines of a reckoning as a table: volume x tariff (x factor) = amount, each with its rule."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from abonent.consumption.quoting import ReckonedLine
from abonent.interfaces.ui.tables import Column, column
from abonent.metering.scale_names import scale_name


def line_columns(lines: Sequence[ReckonedLine], unit: str) -> list[Column]:
    """The factor has a column only where one is not one."""
    factor = [column(_("Factor"), kind="quantity")] if _has_factor(lines) else []
    return [
        column(_("Scale"), head=True),
        column(_("Level or range")),
        column(_("Days"), kind="number"),
        column(f"{_('Volume')}, {unit}" if unit else _("Volume"), kind="quantity"),
        column(_("Tariff"), kind="quantity"),
        *factor,
        column(_("Amount"), kind="money", strong=True),
    ]


def line_rows(lines: Sequence[ReckonedLine]) -> list[list[Any]]:
    return [_row(one, has_factor=_has_factor(lines)) for one in lines]


def scale_cell(scale: str) -> str:
    """A meter of water has one scale, which is not "round the clock"."""
    return pgettext("scale", "Single") if scale == "total" else scale_name(scale).capitalize()


def _has_factor(lines: Sequence[ReckonedLine]) -> bool:
    return any(one.factor for one in lines)


def _row(one: ReckonedLine, *, has_factor: bool) -> list[Any]:
    factor = [one.factor or Decimal(1)] if has_factor else []
    return [scale_cell(one.scale), one.words, one.days, one.volume, one.rate, *factor, one.amount]
