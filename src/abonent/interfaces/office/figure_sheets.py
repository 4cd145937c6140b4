"""The office's figures as sheets: one head and the same rows for the table of the page and for its CSV."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from abonent.base.months import Month
from abonent.figures.customers import Customers
from abonent.figures.payments import Payments
from abonent.figures.queries import Figures
from abonent.figures.readings import Readings
from abonent.figures.requests import Requests
from abonent.interfaces.office.figure_words import PAYMENT_WAYS, method_name, reading_state, request_state
from abonent.interfaces.ui.charts import Bar, Chart, Group, bar_chart
from abonent.interfaces.ui.environment import language, local
from abonent.interfaces.ui.formatting import date, money, month, month_label, number
from abonent.interfaces.ui.tables import Column, Kind, column
from abonent.portal.current import portal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, and the picture of its columns where one helps."""

    code: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    chart: Chart | None = None
    series: Sequence[str] = ()

    def lines(self) -> Iterator[Sequence[Any]]:
        """For a spreadsheet, the head first."""
        yield [one.label for one in self.columns]
        yield from self.rows


_COLOURS = ("main", "second", "third")


def _columns(head: str, kind: Kind, rest: Sequence[tuple[str, Kind]]) -> list[Column]:
    return [column(head, kind=kind, head=True), *(column(label, kind=kind) for label, kind in rest)]


Values = Sequence[int] | Sequence[Decimal]


def _picture(
    days: Iterable[tuple[str, str, Values]], series: Sequence[str], write: Callable[[Any], str] = number
) -> Chart | None:
    """Bars of (label, what a pointer reads, values by series); None where all of them are nothing."""
    groups = [
        Group(label, f"{name}: {_said(series, [write(one) for one in values])}", _bar(values))
        for label, name, values in days
    ]
    if not any(group.now and group.now.total for group in groups):
        return None
    return bar_chart(groups, _short, _COLOURS[: len(series)])


def _short(value: Decimal) -> str:
    """A figure of the axis: thousands and millions by a letter would need three languages; groups do."""
    return number(int(value)) if value == value.to_integral_value() else f"{value:f}".replace(".", ",")


def _bar(values: Values) -> Bar:
    return Bar(tuple(Decimal(value) for value in values))


def _said(names: Sequence[str], values: Sequence[str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))


def _names(one: Month) -> tuple[str, str]:
    """Beneath a bar, and in full."""
    return month_label(one, language()), month(one, language())


def links(found: Customers) -> Sheet:
    """Links made by month and way."""
    series = [_("by payment or name"), _("by code"), _("by staff")]
    months = [(*_names(one.month), (one.facts, one.code, one.staff)) for one in found.months]
    return Sheet(
        "links",
        _("Links made"),
        _columns(_("Month"), "month", [*((name, "number") for name in series), (_("Ended"), "number")]),
        [(one.month, one.facts, one.code, one.staff, one.ended) for one in found.months],
        _picture(months, series),
        series,
    )


def readings_by_day(found: Readings) -> Sheet:
    """Submissions by day of the window and by way."""
    series = [_("in the cabinet"), _("by the link of a letter"), _("kept without network")]
    days = [(str(one.day.day), date(one.day), one.by_way) for one in found.days]
    return Sheet(
        "readings",
        _("Readings by day and way"),
        _columns(_("Day"), "date", [(name, "number") for name in series]),
        [(one.day, *one.by_way) for one in found.days],
        _picture(days, series),
        series,
    )


def readings_by_state(found: Readings) -> Sheet:
    """What became of the readings."""
    rows = sorted(found.by_state.items(), key=lambda one: -one[1])
    return Sheet(
        "reading_states",
        _("What became of them"),
        _columns(_("State"), "text", [(_("Readings"), "number")]),
        [(reading_state(state), count) for state, count in rows],
    )


def payments_by_method(found: Payments) -> Sheet:
    """Number and sum by method."""
    return Sheet(
        "payments",
        _("Payments by method"),
        _columns(
            _("Way to pay"),
            "text",
            [(_("Through"), "text"), (_("Payments"), "number"), (_("Amount"), "money")],
        ),
        [
            (method_name(one.way, one.code), str(PAYMENT_WAYS[one.way]), one.count, one.amount)
            for one in found.methods
        ],
    )


def payments_by_day(found: Payments) -> Sheet:
    """Sums by day and way."""
    series = [str(PAYMENT_WAYS[way]) for way in ("online", "bank", "registry")]
    symbol = portal().currency_symbol
    days = [(str(one.day.day), date(one.day), one.by_way) for one in found.days]
    return Sheet(
        "payment_days",
        _("Payments by day"),
        _columns(_("Day"), "date", [(name, "money") for name in series]),
        [(one.day, *one.by_way) for one in found.days],
        _picture(days, series, lambda value: money(value, symbol)),
        series,
    )


def requests_by_month(found: Requests) -> Sheet:
    """Filed, done in time and late."""
    series = [_("closed in time"), _("closed late")]
    months = [(*_names(one.month), (one.in_time, one.late)) for one in found.months]
    return Sheet(
        "requests",
        _("Requests by month"),
        _columns(_("Month"), "month", [(_("Filed"), "number"), *((name, "number") for name in series)]),
        [(one.month, one.filed, one.in_time, one.late) for one in found.months],
        _picture(months, series),
        series,
    )


def requests_by_kind(found: Requests) -> Sheet:
    """A row a kind."""
    heads: list[tuple[str, Kind]] = [
        (_("Filed"), "number"),
        (_("Still open"), "number"),
        (_("Overdue"), "number"),
        (_("closed in time"), "number"),
        (_("closed late"), "number"),
        (_("Rating"), "quantity"),
    ]
    return Sheet(
        "request_kinds",
        _("Requests by kind"),
        _columns(_("Kind"), "text", heads),
        [
            (local(one.label), one.filed, one.open, one.overdue, one.in_time, one.late, one.rating)
            for one in found.kinds
        ],
    )


def requests_open(found: Requests) -> Sheet:
    """Open ones by state."""
    return Sheet(
        "requests_open",
        _("Open requests by state"),
        _columns(_("State"), "text", [(_("Requests"), "number")]),
        [(request_state(state), count) for state, count in found.by_state.items()],
    )


def sheets(found: Figures) -> dict[str, Sheet]:
    """All of them, by code."""
    every = (
        links(found.customers),
        readings_by_day(found.readings),
        readings_by_state(found.readings),
        payments_by_method(found.payments),
        payments_by_day(found.payments),
        requests_open(found.requests),
        requests_by_month(found.requests),
        requests_by_kind(found.requests),
    )
    return {one.code: one for one in every}
