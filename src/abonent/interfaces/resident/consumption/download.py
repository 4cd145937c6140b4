"""Consumption as CSV, for a spreadsheet.

Excel in Russian and in Kazakh parts columns at `;` and writes decimals with a comma, and takes a file without
a byte order mark for the old single-byte code page: so the file has a mark, semicolons and commas, whatever
the language of the page. Numbers are bare: no group spaces, no currency.
"""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.base.spreadsheets import as_text
from abonent.consumption.usage import ServiceUsage, UsageMonth
from abonent.interfaces.resident.consumption.figures import scale_name
from abonent.portal.current import portal

_MARK = "\ufeff"


def consumption_csv(usage: ServiceUsage) -> bytes:
    """A line a month, oldest first: the scales, all of them together, the cost; then the year before."""
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, delimiter=";", lineterminator="\r\n")
    writer.writerow([as_text(cell) for cell in _head(usage)])
    for now, before in zip(usage.months, usage.before, strict=True):
        writer.writerow(_line(usage, now, before))
    return (_MARK + paper.getvalue()).encode()


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


def _line(usage: ServiceUsage, now: UsageMonth, before: UsageMonth) -> Iterator[str]:
    yield str(now.month)
    yield as_text(usage.service.name)
    by_scale = {one.scale: one.volume for one in now.scales}
    for scale in usage.scales if len(usage.scales) > 1 else ():
        yield _volume(by_scale.get(scale))
    yield _volume(now.volume)
    yield _money(now.cost)
    yield _("yes") if now.estimated else _("no")
    yield _volume(before.volume)
    yield _money(before.cost)


def _money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}".replace(".", ",")


def _volume(value: Decimal | None) -> str:
    """All its significant places."""
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")
