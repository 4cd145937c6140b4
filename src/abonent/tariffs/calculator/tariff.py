"""A tariff as a value: dated periods of rates, limits and norms, each for the categories it is meant for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol, TypeVar

#: The sets of scales that meters have, in the order they are shown.
SCALE_SETS = (("total",), ("day", "night"), ("peak", "half_peak", "night"))
SCALES = ("total", "day", "peak", "half_peak", "night")

Steps = Literal["levels", "ranges"]
Per = Literal["resident", "account"]


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of one set of scales, VAT inside; one rate for each level, rising."""

    categories: frozenset[str]
    by_scale: Mapping[str, tuple[Decimal, ...]]
    incomplete: bool = False
    """The rates of the upper levels are not known: whoever reaches them is told so."""

    @property
    def levelled(self) -> bool:
        """Whether volume is divided into levels: one known rate of several is not one rate for everything."""
        return self.incomplete or any(len(row) > 1 for row in self.by_scale.values())

    @property
    def scales(self) -> tuple[str, ...]:
        return tuple(scale for scale in SCALES if scale in self.by_scale)


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, inclusive, of every level but the last, a month; none: everything is in the first."""

    categories: frozenset[str]
    amounts: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Norm:
    """What a resident without a meter is taken to use in a month."""

    categories: frozenset[str]
    amount: Decimal


class _ForCategories(Protocol):
    @property
    def categories(self) -> frozenset[str]: ...


Row = TypeVar("Row", bound=_ForCategories)


def chosen(rows: Iterable[Row], categories: Collection[str]) -> tuple[Row, ...]:
    """The rows meant for these categories: all that they ask for is given, and none asks for more.

    The reader of files sees to it that there is one at most."""
    fitting = [row for row in rows if row.categories.issubset(categories)]
    most = max((len(row.categories) for row in fitting), default=0)
    return tuple(row for row in fitting if len(row.categories) == most)


@dataclass(frozen=True, slots=True)
class Period:
    """What holds from `begins` until the next period."""

    begins: date
    rates: tuple[Rates, ...]
    limits: tuple[Limits, ...] = ()
    norms: tuple[Norm, ...] = ()
    raising_factor: Decimal | None = None
    vat: Decimal | None = None
    """The share of VAT that was put into rates published without it: 0.12."""
    source: str = ""
    made_up: bool = False
    """Believable only, for demonstrations: nobody published these rates."""

    @property
    def scale_sets(self) -> tuple[tuple[str, ...], ...]:
        """The sets of scales that have rates."""
        known = {row.scales for row in self.rates}
        return tuple(scales for scales in SCALE_SETS if scales in known)

    def rates_for(self, scales: Collection[str], categories: Collection[str]) -> Rates | None:
        """The rates of exactly these scales."""
        rows = [row for row in self.rates if row.by_scale.keys() == set(scales)]
        return next(iter(chosen(rows, categories)), None)

    def limits_for(self, categories: Collection[str]) -> tuple[Decimal, ...]:
        """Upper bounds of the levels a month, as in the file; empty when there are none."""
        return next((row.amounts for row in chosen(self.limits, categories)), ())

    def norm_for(self, categories: Collection[str]) -> Decimal | None:
        return next((row.amount for row in chosen(self.norms, categories)), None)


@dataclass(frozen=True, slots=True)
class Tariff:
    """One table as staff load it; immutable, made by `parse_tariff` only, which refuses what cannot be."""

    code: str
    service: str
    currency: str
    name: Mapping[str, str]
    unit: Mapping[str, str]
    periods: Sequence[Period]
    categories: frozenset[str] = frozenset()
    steps: Steps = "levels"
    per: Per = "account"
    """Whose the limits are."""
    month_days: Decimal | None = None
    """A limit for other than whole months is limit / month_days x days; None: by the days of each month."""
    round_limits: Decimal | None = None
    """Scaled limits are rounded half up to a multiple of this; None: not."""
    volume_places: int = 3
    """Decimals to which a volume is cut where it has to be divided."""
    default: bool = False
    """Its service's own: what a meter is charged by that names no tariff."""

    def period_on(self, day: date) -> Period | None:
        """What holds on `day`; None before the first period."""
        return next((period for period in reversed(self.periods) if period.begins <= day), None)


def dated_rates(
    tariff: Tariff,
    *,
    scales: Collection[str] = ("total",),
    scale: str = "total",
    level: int = 1,
    categories: Collection[str] = (),
) -> tuple[tuple[date, Decimal], ...]:
    """The rate of one scale and level through time, VAT inside; periods without it are left out."""
    found = ((period.begins, period.rates_for(scales, categories)) for period in tariff.periods)
    return tuple(
        (begins, rates.by_scale[scale][level - 1])
        for begins, rates in found
        if rates is not None and level <= len(rates.by_scale[scale])
    )
