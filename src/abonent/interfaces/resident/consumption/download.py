"""Consumption as CSV, for a spreadsheet."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.base.money import round_half_up
from abonent.base.spreadsheets import csv_file
from abonent.consumption.usage import ServiceUsage, UsageMonth
from abonent.interfaces.resident.consumption.figures import scale_name
from abonent.portal.current import portal


def consumption_csv(usage: ServiceUsage) -> bytes:
    """A line a month, oldest first: the scales, all of them together, the cost; then the year before."""
    pairs = zip(usage.months, usage.before, strict=True)
    return csv_file([_head(usage), *(_line(usage, now, before) for now, before in pairs)])


def _head(usage: ServiceUsage) -> list[str]:
    unit = f", {usage.service.unit}" if usage.service.unit else ""
    symbol = portal().currency_symbol
    scales = usage.scales if len(usage.scales) > 1 else ()
    return [
        _("Month"),
        _("Service"),
        *(scale_name(scale) + unit for scale in scales),
        _("Consumption") + unit,
        f"{_('Accrued')}, {symbol}",
        _("Estimated"),
        f"{_('A year before')}{unit}",
        f"{_('A year before')}, {symbol}",
    ]


def _line(usage: ServiceUsage, now: UsageMonth, before: UsageMonth) -> Iterator[object]:
    yield str(now.month)
    yield usage.service.name
    by_scale = {one.scale: one.volume for one in now.scales}
    for scale in usage.scales if len(usage.scales) > 1 else ():
        yield _volume(by_scale.get(scale))
    yield _volume(now.volume)
    yield _money(now.cost)
    yield _("yes") if now.estimated else _("no")
    yield _volume(before.volume)
    yield _money(before.cost)


def _money(value: Decimal | None) -> Decimal | None:
    return None if value is None else round_half_up(value)


def _volume(value: Decimal | None) -> Decimal | None:
    """All its significant places."""
    return None if value is None else value.normalize()
