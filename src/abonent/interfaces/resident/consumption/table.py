"""The table beside the picture of consumption: the same figures, with every place, newest month first."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from abonent.consumption.usage import UsageMonth
from abonent.interfaces.resident.consumption.figures import Shown, scale_name
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import money, month, signed_money
from abonent.interfaces.ui.tables import Column, column
from abonent.portal.current import portal

#: Where a month's cost is explained.
Address = Callable[[UsageMonth], str]


def columns(shown: Shown) -> list[Column]:
    """In money: the difference with the year before; in units: the scales, and the money too."""
    head = column(_("Month"), kind="html", head=True)
    if shown.cost:
        return [
            head,
            column(_("Accrued"), kind="money", strong=True),
            column(_("A year before"), kind="money"),
            column(_("Difference"), align="right"),
        ]
    return [
        head,
        *(column(scale_name(scale), kind="quantity") for scale in shown.scales),
        column(_volume_label(shown), kind="quantity", strong=True),
        column(_("A year before"), kind="quantity"),
        column(_("Accrued"), kind="money"),
    ]


def _volume_label(shown: Shown) -> str:
    words = _("In all") if shown.scales else _("Consumption")
    return f"{words}, {shown.unit}" if shown.unit else words


def rows(shown: Shown, address: Address) -> list[list[Any]]:
    """The months of which anything is known; the money leads to its explanation."""
    return [
        _row(shown, now, before, address)
        for now, before in reversed(shown.pairs)
        if now.volume is not None or now.cost is not None or shown.value(before) is not None
    ]


def _row(shown: Shown, now: UsageMonth, before: UsageMonth, address: Address) -> list[Any]:
    link = _linked(now, address)
    if shown.cost:
        return [_month_cell(now), link, before.cost, _difference(now.cost, before.cost)]
    by_scale = {scale.scale: scale.volume for scale in now.scales}
    volumes = [by_scale.get(scale) for scale in shown.scales]
    return [_month_cell(now), *volumes, now.volume, before.volume, link]


def totals(shown: Shown) -> list[Any]:
    usage = shown.usage
    if shown.cost:
        more = _difference(usage.cost, usage.cost_before if shown.comparable else None)
        return [_("Total"), usage.cost, usage.cost_before, more]
    volumes = [_scale_sum(shown.months, scale) for scale in shown.scales]
    return [_("Total"), *volumes, usage.volume, usage.volume_before, usage.cost]


def _scale_sum(months: Sequence[UsageMonth], scale: str) -> Decimal | None:
    volumes = [one.volume for each in months for one in each.scales if one.scale == scale]
    return sum(volumes, Decimal(0)) if volumes else None


def _month_cell(one: UsageMonth) -> Markup:
    name = escape(month(one.month, language()))
    if not one.estimated:
        return name
    return Markup('{} <span class="badge warning">{}</span>').format(name, _("estimated"))


def _linked(one: UsageMonth, address: Address) -> Markup | None:
    if one.cost is None:
        return None
    return Markup('<a href="{}">{}</a>').format(address(one), money(one.cost, portal().currency_symbol))


def _difference(now: Decimal | None, before: Decimal | None) -> str | None:
    if now is None or before is None:
        return None
    return signed_money(now - before, portal().currency_symbol)
