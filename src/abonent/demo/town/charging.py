"""What a month of a service costs: by its tariff as the portal's calculator says it to the customer, or,
where the recipe names none, by its own dated rates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from abonent.base.months import Month
from abonent.demo.town.households import Household
from abonent.demo.town.recipe import PRICE, VOLUME, Recipe, Service
from abonent.tariffs.calculator import Line, quote

_HUNDREDTHS = 100
_CENTS = VOLUME * PRICE // _HUNDREDTHS

Rates = tuple[int, ...]
_Key = tuple[str, Month, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Charged:
    """A line of the bill; whole thousandths of the unit, hundred-thousandths and hundredths of money."""

    volume: int
    rate: int | None
    """None where the month has more than one: levels, scales, or a change of the tariff in it."""
    accrued: int
    parts: Mapping[str, "Charged"] = field(default_factory=dict)
    """What it is made of, as recipes name it: `scale:night`, `level:2`."""


class Prices:
    """What a town pays; remembers the rates that it has looked up."""

    def __init__(self, recipe: Recipe) -> None:
        self._tariffs = recipe.tariffs
        self._known: dict[_Key, Rates | None] = {}

    def charge(
        self, service: Service, household: Household, month: Month, volumes: Mapping[str, int]
    ) -> Charged:
        """A whole month of a service, for volumes by scale. Raises QuoteError where there are no rates."""
        code = tariff_of(service, household)
        if not code:
            return _product(sum(volumes.values()), service.rate_on(month.first_day))
        key = (code, month, tuple(volumes), household.categories)
        if key not in self._known:
            self._known[key] = self._single_rates(key)
        rates = self._known[key]
        if rates is None:
            return _of_lines(self.month_s_lines(code, household, month, volumes))
        # The calculator says the same, forty times slower: tests/demo/test_charging.py asks it.
        return _together(
            {
                f"scale:{scale}": _product(volume, rate)
                for (scale, volume), rate in zip(volumes.items(), rates, strict=True)
            }
        )

    def month_s_lines(
        self, code: str, household: Household, month: Month, volumes: Mapping[str, int]
    ) -> tuple[Line, ...]:
        """What the calculator says of the whole month."""
        tariff = self._tariffs[code]
        return quote(
            tariff,
            first=month.first_day,
            last=month.last_day,
            volumes={scale: Decimal(volume) / VOLUME for scale, volume in volumes.items()},
            residents=household.residents,
            categories=tariff.categories.intersection(household.categories),
        ).lines

    def _single_rates(self, key: _Key) -> Rates | None:
        """By scale, where each has one rate from the first day of the month to the last; else None."""
        code, month, scales, categories = key
        tariff = self._tariffs[code]
        period = tariff.period_on(month.first_day)
        if period is None or tariff.period_on(month.last_day) is not period:
            return None
        rates = period.rates_for(scales, tariff.categories.intersection(categories))
        if rates is None or any(len(rates.by_scale[scale]) > 1 for scale in scales):
            return None
        return tuple(int(rates.by_scale[scale][0] * PRICE) for scale in scales)


def tariff_of(service: Service, household: Household) -> str:
    """The code of the tariff by which the household pays for the service; empty: by the service's rates."""
    return next(
        (code for feature, code in service.tariffs.items() if feature in household.features), service.tariff
    )


def _product(volume: int, rate: int) -> Charged:
    return Charged(volume, rate, (volume * rate + _CENTS // 2) // _CENTS)


def _of_lines(lines: Iterable[Line]) -> Charged:
    by_part: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_part[f"level:{line.level}" if line.level else f"scale:{line.scale}"].append(line)
    return _together({name: _sum(found) for name, found in by_part.items()})


def _sum(lines: list[Line]) -> Charged:
    rates = {line.rate for line in lines}
    return Charged(
        volume=int(sum(line.volume for line in lines) * VOLUME),
        rate=int(rates.pop() * PRICE) if len(rates) == 1 else None,
        accrued=int(sum(line.amount for line in lines) * _HUNDREDTHS),
    )


def _together(parts: Mapping[str, Charged]) -> Charged:
    rates = {one.rate for one in parts.values()}
    return Charged(
        volume=sum(one.volume for one in parts.values()),
        rate=rates.pop() if len(rates) == 1 else None,
        accrued=sum(one.accrued for one in parts.values()),
        parts=parts,
    )
