"""The registry of readings: rows of the table «Все показания», a line for all scales read together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from abonent.base.months import Month
from abonent.interfaces.resident.readings.words import (
    BADGES,
    figures,
    meter_says,
    scale_label,
    source_name,
    state_name,
)
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language, url
from abonent.metering.registry import EarlierValue, Registry, RegistryRow

#: What is shown when no year is asked for.
USUAL_MONTHS = 6


@dataclass(frozen=True, slots=True)
class MonthsAsked:
    """`year` None: the last six months."""

    first: Month
    last: Month
    year: int | None


@dataclass(frozen=True, slots=True)
class History:
    title: str
    several: bool
    """The rows are of more than one meter."""
    rows: list[list[Any]]
    levels: list[int]
    years: list[tuple[str, str, bool]]
    """(words, address, chosen) of `ui/link_switch.html`; empty when all is on one page."""


def months_asked(year: str, today: date) -> MonthsAsked:
    """Read `?year=2025`; anything else is the last six months."""
    if len(year) == 4 and year.isascii() and year.isdecimal() and 2000 <= int(year) <= today.year:
        return MonthsAsked(Month(int(year), 1), Month(int(year), 12), int(year))
    this = Month.of(today)
    return MonthsAsked(this - (USUAL_MONTHS - 1), this, None)


def history(registry: Registry, asked: MonthsAsked, *, public_id: str, today: date) -> History:
    """The table of these months, newest first; corrected values follow the one that took their place."""
    told = [row for month in registry.months for row in month.rows]
    several = len({row.meter_id for row in told}) > 1
    lines = list(_lines(registry, public_id))
    title = _("All readings of %(year)s") % {"year": asked.year}
    return History(
        title=title if asked.year else _("Readings of the last 6 months"),
        several=several,
        rows=[row if several else [row[0], *row[2:]] for _level, row in lines],
        levels=[level for level, _row in lines],
        years=_years(registry, asked, today),
    )


def _years(registry: Registry, asked: MonthsAsked, today: date) -> list[tuple[str, str, bool]]:
    oldest = registry.oldest
    if oldest is None or (asked.year is None and oldest >= asked.first):
        return []
    years = [
        (str(year), f"?year={year}#history", year == asked.year)
        for year in range(today.year, oldest.year - 1, -1)
    ]
    return [(_("Last 6 months"), "?#history", asked.year is None), *years]


def _lines(registry: Registry, public_id: str) -> Iterator[tuple[int, list[Any]]]:
    for one in registry.months:
        for _key, group in groupby(one.rows, key=_told_together):
            rows = list(group)
            yield 0, _line(one.month, rows, public_id)
            for corrected in _earlier(rows):
                yield 1, _corrected_line(one.month, rows[0], corrected, public_id)


def _told_together(row: RegistryRow) -> tuple[Any, ...]:
    return row.taken_on, row.meter_id, row.source, row.submission_number, row.state


def _line(month: Month, rows: Sequence[RegistryRow], public_id: str) -> list[Any]:
    first = rows[0]
    values = [(row.scale, row.value) for row in rows]
    return [
        _when(month, first.taken_on),
        _meter(first),
        _values(values, first.service.unit, rolled_over=any(row.rolled_over for row in rows)),
        _way(_("sent by you") if first.by_you else source_name(first.source), *_state(first, public_id)),
    ]


def _earlier(rows: Sequence[RegistryRow]) -> Iterator[list[tuple[str, EarlierValue]]]:
    """What these rows took the place of, submission by submission, the latest first."""
    all_of = sorted(
        ((one.submitted_at, one.submission_number, row.scale, one) for row in rows for one in row.history),
        key=lambda found: (found[0], found[1]),
        reverse=True,
    )
    for _key, group in groupby(all_of, key=lambda found: found[1]):
        yield [(scale, one) for _at, _number, scale, one in group]


def _corrected_line(
    month: Month, row: RegistryRow, values: Sequence[tuple[str, EarlierValue]], public_id: str
) -> list[Any]:
    first = values[0][1]
    return [
        _when(month, first.taken_on),
        _meter(row),
        _values([(scale, one.value) for scale, one in values], row.service.unit),
        _way(
            source_name("customer"),
            _badge("corrected", state_name("corrected")),
            _number(first.submission_number, public_id),
        ),
    ]


def _when(month: Month, day: date) -> Markup:
    return Markup('<span class="service when">{}<small>{}</small></span>').format(
        formatting.month(month, language()), formatting.date(day)
    )


def _meter(row: RegistryRow) -> Markup:
    words = Markup('<span class="service">{}<small>{}</small></span>')
    return words.format(row.service.name, meter_says(row.serial))


def _values(values: Iterable[tuple[str, Any]], unit: str, *, rolled_over: bool = False) -> Markup:
    lines = [
        Markup("{}<strong>{}</strong> {}").format(
            "" if scale == "total" else f"{scale_label(scale)}: ", figures(value), unit
        )
        for scale, value in values
    ]
    if rolled_over:
        lines.append(Markup("<small>{}</small>").format(_("the meter began again from nothing")))
    return Markup('<span class="figures">{}</span>').format(Markup("<br>").join(lines))


def _way(source: str, *state: Markup) -> Markup:
    """Whence it came, and beneath where it is; one element, so that a card keeps it together."""
    lines = Markup("<br>").join([escape(source), *state])
    return Markup('<span class="told">{}</span>').format(lines)


def _state(row: RegistryRow, public_id: str) -> list[Markup]:
    if row.state is None or row.submission_number is None:
        return []
    words = state_name(row.state)
    if row.used_in:
        words = _("In the bill of %(month)s") % {"month": formatting.month(row.used_in, language())}
    said = [_badge(row.state, words)]
    if row.reason:
        said.append(Markup("<small>{}</small>").format(row.reason))
    number = _number(row.submission_number, public_id)
    return [*said, number + ", " + _("with a photo") if row.photo else number]


def _badge(state: str, words: str) -> Markup:
    return Markup('<span class="badge {}">{}</span>').format(BADGES[state], words)


def _number(number: str, public_id: str) -> Markup:
    page = url("submission", public_id=public_id, submission=number)
    return Markup('<a href="{}">№&nbsp;{}</a>').format(page, number)
