"""A tariff beside the one before it: rates in per cent, and what typical volumes cost by both. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from abonent.base.months import Month
from abonent.tariffs.calculator.asking import QuoteError
from abonent.tariffs.calculator.quoting import quote
from abonent.tariffs.calculator.tariff import SCALES, Period, Tariff

#: Where neither limits nor norms say what is typical.
_VOLUMES = (Decimal(5), Decimal(10), Decimal(50), Decimal(100), Decimal(200))
_OF_A_NORM = (Decimal("0.5"), Decimal(1), Decimal(2), Decimal(4))
RESIDENTS = 2


class RateChange(NamedTuple):
    """A rate with VAT on the day that is looked at. None: there is none."""

    categories: tuple[str, ...]
    scales: tuple[str, ...]
    scale: str
    level: int | None
    before: Decimal | None
    after: Decimal | None

    @property
    def per_cent(self) -> Decimal | None:
        if not self.before or self.after is None:
            return None
        return (self.after - self.before) * 100 / self.before


class Example(NamedTuple):
    """What a month costs. None: that tariff has no answer."""

    volume: Decimal
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class Comparison:
    on: date
    """The day whose rates are compared: from then on all of what is new holds."""
    month: Month
    """For which the examples are reckoned: the first whole one from that day on."""
    residents: int | None
    categories: tuple[str, ...]
    """Of the household in the examples: those that the first rates ask for."""
    rates: tuple[RateChange, ...]
    examples: tuple[Example, ...]


def compare(before: Tariff | None, after: Tariff, *, takes_effect_on: date) -> Comparison:
    """`before` is what would be in force without `after` (None: nothing)."""
    on = max(takes_effect_on, after.periods[-1].begins)
    month = Month.of(on)
    month = month if on == month.first_day else month + 1
    residents = RESIDENTS if after.per == "resident" else None
    home = _Household(month, residents, _categories(after.period_on(on)))
    examples = tuple(
        Example(volume, _cost(before, volume, home), _cost(after, volume, home))
        for volume in typical_volumes(after, on)
    )
    changes = _changes(before.period_on(on) if before else None, after.period_on(on))
    return Comparison(on, month, residents, home.categories, tuple(changes), examples)


def typical_volumes(tariff: Tariff, on: date) -> tuple[Decimal, ...]:
    """On both sides of each limit, else parts and multiples of the norm, else round figures."""
    period = tariff.period_on(on) or tariff.periods[-1]
    times = RESIDENTS if tariff.per == "resident" else 1
    categories = _categories(period)
    bounds = [bound * times for bound in period.limits_for(categories)]
    if bounds:
        below = [bounds[0] / 2, *bounds, bounds[-1] * 2]
        return tuple(_round(one) for one in below)
    norm = period.norm_for(categories)
    if norm:
        return tuple(_round(norm * RESIDENTS * one) for one in _OF_A_NORM)
    return _VOLUMES


def _round(volume: Decimal) -> Decimal:
    return volume.quantize(Decimal(1)) if volume >= 10 else volume.quantize(Decimal("0.1"))


def _changes(before: Period | None, after: Period | None) -> Iterator[RateChange]:
    old, new = _rates(before), _rates(after)
    for key in dict.fromkeys([*new, *old]):
        yield RateChange(*key, old.get(key), new.get(key))


_Key = tuple[tuple[str, ...], tuple[str, ...], str, int | None]


def _rates(period: Period | None) -> dict[_Key, Decimal]:
    found: dict[_Key, Decimal] = {}
    for row in period.rates if period else ():
        for scale in (one for one in SCALES if one in row.by_scale):
            values = row.by_scale[scale]
            for level, value in enumerate(values, start=1):
                key = (tuple(sorted(row.categories)), row.scales, scale, level if row.levelled else None)
                found[key] = value
    return found


class _Household(NamedTuple):
    month: Month
    residents: int | None
    categories: tuple[str, ...]


def _categories(period: Period | None) -> tuple[str, ...]:
    """None where there are rates for everybody."""
    if period is None or any(not row.categories for row in period.rates):
        return ()
    return tuple(sorted(period.rates[0].categories))


def _cost(tariff: Tariff | None, volume: Decimal, home: _Household) -> Decimal | None:
    """The volume through one meter of the tariff's first set of scales, in equal parts."""
    month = home.month
    period = tariff.period_on(month.first_day) if tariff else None
    if tariff is None or period is None or not period.scale_sets:
        return None
    scales = period.scale_sets[0]
    part = volume / len(scales)
    volumes = {scale: part.quantize(Decimal("0.001")) for scale in scales}
    try:
        return quote(
            tariff,
            first=month.first_day,
            last=month.last_day,
            volumes=volumes,
            residents=home.residents,
            categories=home.categories,
        ).total
    except QuoteError:
        return None
