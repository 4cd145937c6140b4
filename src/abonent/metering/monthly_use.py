"""What was used in each month, from the readings of one scale. Pure; tables: docs/domain/readings.md."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from abonent.base.months import Month
from abonent.metering.checks import ESTIMATE, consumption, may_have_rolled_over

_UNIT = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Point:
    """A reading: the one that counts of its day."""

    on: date
    value: Decimal
    source: str
    rolled_over: bool = False
    """The customer said that the meter began again between the reading before and this one."""

    @property
    def month(self) -> Month:
        return Month.of(self.on)

    @property
    def estimated(self) -> bool:
        return self.source == ESTIMATE


@dataclass(frozen=True, slots=True)
class Use:
    month: Month
    volume: Decimal | None
    """In the service's unit. None: the reading went down, and nobody knows why."""
    estimated: bool
    """The reading that ends it is an estimate."""
    spread: bool
    """A share, by days, of what was used in several months without a reading between them."""
    rolled_over: bool
    before: Decimal
    after: Decimal
    read_on: date


def monthly_use(points: Sequence[Point], digits: int, ratio: Decimal) -> list[Use]:
    """Use by month: the last reading in the month less the last before it, times the ratio.

    `points` are of one scale, oldest first, one a day. A month without a reading has its share, by days, of
    what the next reading shows. An estimate that a later reading proves too high is left out. Of a meter's
    first month the first reading is what it began with.
    """
    found: list[Use] = []
    passed: list[Point] = []
    for point in _month_ends(points):
        if passed:
            base = _base(passed, point, digits)
            found = [use for use in found if use.month <= base.month]
            found += _between(base, point, digits, ratio)
        passed.append(point)
    return found


def _month_ends(points: Sequence[Point]) -> Iterator[Point]:
    """The first reading of all, then the last one of each month."""
    for place, point in enumerate(points):
        following = points[place + 1] if place + 1 < len(points) else None
        if place == 0 or following is None or following.month != point.month:
            yield point


def _base(passed: Sequence[Point], point: Point, digits: int) -> Point:
    """The reading to count from: the last one or, where that estimate was too high, the last real one."""
    last = passed[-1]
    too_high = last.estimated and not point.estimated and point.value < last.value
    if not too_high or _went_over(last, point, digits):
        return last
    real = (one for one in reversed(passed) if not one.estimated and one.value <= point.value)
    return next(real, last)


def _went_over(base: Point, point: Point, digits: int) -> bool:
    went_down = point.value < base.value
    return went_down and (point.rolled_over or may_have_rolled_over(base.value, point.value, digits))


def _between(base: Point, point: Point, digits: int, ratio: Decimal) -> list[Use]:
    """The use between two readings, on the months after the first one's, up to the second's."""
    rolled_over = _went_over(base, point, digits)
    use = consumption(base.value, point.value, digits, ratio, rolled_over=rolled_over)
    months = list((base.month + 1).through(point.month)) or [point.month]
    shares = _shares(use, months) if use >= 0 else [None] * len(months)
    return [
        Use(month, share, point.estimated, len(months) > 1, rolled_over, base.value, point.value, point.on)
        for month, share in zip(months, shares, strict=True)
    ]


def _shares(use: Decimal, months: Sequence[Month]) -> list[Decimal | None]:
    """`use` by the days of the months; the last one has what rounding leaves."""
    if len(months) == 1:
        return [use]
    days = [month.last_day.day for month in months]
    shares = [(use * part / sum(days)).quantize(_UNIT, ROUND_HALF_UP) for part in days[:-1]]
    return [*shares, use - sum(shares)]
