"""The lines of a reckoning as a table: volume x tariff (x factor) = amount, each with its rule."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from abonent.consumption.quoting import ReckonedLine
from abonent.interfaces.ui.tables import Column, column
from abonent.metering.scale_names import scale_name


def line_columns(lines: Sequence[ReckonedLine], unit: str) -> list[Column]:
    """The factor has a column only where one is not one."""
    factor = [column(_("Factor"), kind="quantity")] if any(one.factor for one in lines) else []
    return [
        column(_("Scale"), head=True),
        column(_("Level or range")),
        column(_("Days"), kind="number"),
        column(f"{_('Volume')}, {unit}" if unit else _("Volume"), kind="quantity"),
        column(_("Tariff"), kind="quantity"),
        *factor,
        column(_("Amount"), kind="money", strong=True),
    ]


def line_rows(lines: Sequence[ReckonedLine], columns: Sequence[Column]) -> list[list[Any]]:
    has_factor = len(columns) > 6
    return [_row(one, has_factor) for one in lines]


def _row(one: ReckonedLine, has_factor: bool) -> list[Any]:
    factor = [one.factor or Decimal(1)] if has_factor else []
    name = scale_name(one.scale).capitalize()
    return [name, one.words, one.days, one.volume, one.rate, *factor, one.amount]
