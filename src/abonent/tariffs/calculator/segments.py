"""The period asked for, cut where a tariff changes, and the share of a month that limits and norms get."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from abonent.base.months import Month
from abonent.tariffs.calculator.asking import Asked, limits_of
from abonent.tariffs.calculator.tariff import Period, Tariff

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """Days, first and last included, in which nothing changes."""

    period: Period
    first: date
    last: date
    months: Fraction
    """How many months' limit or norm the block that it belongs to has."""
    block_days: int
    """The block is divided by days among its segments: a change of the tariff inside changes no limit."""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def segments(tariff: Tariff, question: Asked) -> tuple[Segment, ...]:
    """The period in order, whole. It is cut where the tariff changes and, if limits go by the days of each
    month, at the ends of months: a month has its own limit."""
    return tuple(_cut(tariff, question))


def whole_months(first: date, last: date) -> int:
    """How many calendar months these days are, 0 if they are not whole ones."""
    if first.day != 1 or (last + DAY).day != 1:
        return 0
    return Month.of(last).months_since(Month.of(first)) + 1


def cut_by_months(tariff: Tariff, question: Asked) -> bool:
    """Limits by the days of each month differ from month to month, so each month is reckoned by itself."""
    return tariff.month_days is None and any(
        limits_of(period, question) for period in _periods(tariff, question)
    )


def _periods(tariff: Tariff, question: Asked) -> Iterator[Period]:
    """The periods of the tariff that the days asked for fall into, in order."""
    for period, after in zip(tariff.periods, [*tariff.periods[1:], None], strict=True):
        if period.begins <= question.last and (after is None or after.begins > question.first):
            yield period


def _cut(tariff: Tariff, question: Asked) -> Iterator[Segment]:
    by_months = cut_by_months(tariff, question)
    periods = list(_periods(tariff, question))
    starts = {question.first, *(period.begins for period in periods[1:])}
    if by_months:
        months = Month.of(question.first).through(Month.of(question.last))
        starts |= {month.first_day for month in months if month.first_day > question.first}
    ordered = sorted(starts)
    for first, after in zip(ordered, [*ordered[1:], question.last + DAY], strict=True):
        last = after - DAY
        period = next(period for period in reversed(periods) if period.begins <= first)
        block = _block(question, first, last, tariff, by_months)
        yield Segment(period, first, last, _months(tariff, *block), (block[1] - block[0]).days + 1)


def _block(question: Asked, first: date, last: date, tariff: Tariff, by_months: bool) -> tuple[date, date]:
    """The days whose limit is reckoned as one and divided by days."""
    if tariff.month_days is not None:
        return question.first, question.last
    if by_months:
        month = Month.of(first)
        return max(question.first, month.first_day), min(question.last, month.last_day)
    return first, last


def _months(tariff: Tariff, first: date, last: date) -> Fraction:
    """How many months' limit these days have: whole ones the whole, others by the tariff's rule."""
    if tariff.month_days is None:
        return sum(_parts_of_months(first, last), Fraction(0))
    whole = whole_months(first, last)
    return Fraction(whole) if whole else ((last - first).days + 1) / Fraction(tariff.month_days)


def _parts_of_months(first: date, last: date) -> Iterator[Fraction]:
    for month in Month.of(first).through(Month.of(last)):
        days = (min(last, month.last_day) - max(first, month.first_day)).days + 1
        yield Fraction(days, month.last_day.day)
