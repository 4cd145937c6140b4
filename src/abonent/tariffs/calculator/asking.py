"""What is asked of a tariff, looked at before anything is reckoned."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.base.errors import DomainError
from abonent.tariffs.calculator.numbers import places_of
from abonent.tariffs.calculator.tariff import SCALE_SETS, SCALES, Period, Rates, Tariff

LARGEST_VOLUME = Decimal(1_000_000_000)
MOST_DIGITS = 28  # what a Decimal reckons exactly
LONGEST_DAYS = 3660
LATEST = date(2999, 12, 31)
MOST_RESIDENTS = 1000
ALONE = "alone"


class QuoteError(DomainError):
    """The tariff cannot answer this: the message says what to ask instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that has an answer. No volumes: the norm."""

    first: date
    last: date
    volumes: Mapping[str, Decimal]
    residents: int | None
    categories: frozenset[str]
    raised: bool

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def scales(self) -> tuple[str, ...]:
        return tuple(self.volumes) or ("total",)


def asked(
    tariff: Tariff,
    *,
    first: date,
    last: date,
    volumes: Mapping[str, Decimal],
    residents: int | None,
    categories: Collection[str],
    raised: bool,
) -> Asked:
    """The question as a value; a QuoteError when the tariff has no answer to it."""
    _check_days(tariff, first, last)
    _check_volumes(volumes)
    _check_categories(tariff, categories)
    question = Asked(
        first,
        last,
        {scale: volumes[scale] for scale in SCALES if scale in volumes},
        _residents(residents, categories),
        frozenset(categories),
        raised,
    )
    _check_norm(question)
    return question


def rates_of(period: Period, question: Asked) -> Rates:
    """The rates that this question is reckoned by."""
    found = period.rates_for(question.scales, question.categories)
    if found is None:
        known = "; ".join(", ".join(scales) for scales in period.scale_sets)
        given = f" with {', '.join(sorted(question.categories))}" if question.categories else ""
        raise QuoteError(
            f"no rates for {', '.join(question.scales)}{given} from {period.begins} on: "
            f"there are rates for {known}{_for_categories(period)}"
        )
    return found


def _for_categories(period: Period) -> str:
    """Which categories the rates ask for, where none are for everybody."""
    if any(not row.categories for row in period.rates):
        return ""
    asked_for = sorted({" + ".join(sorted(row.categories)) for row in period.rates})
    return f", for {' | '.join(asked_for)} only (--with)"


def limits_of(period: Period, question: Asked) -> tuple[Decimal, ...]:
    """The limits a month of the levels that this question's rates have; none where there is one rate."""
    return period.limits_for(question.categories) if rates_of(period, question).levelled else ()


def norm_of(period: Period, question: Asked) -> Decimal:
    """The norm that this question is reckoned by."""
    found = period.norm_for(question.categories)
    if found is None:
        raise QuoteError(f"no norm from {period.begins} on: give what was used (--scale total=…)")
    return found


def residents_of(question: Asked) -> int:
    """How many residents there are, where limits or norms are theirs."""
    if question.residents is None:
        raise QuoteError("how many residents? The tariff counts by residents (--residents 2)")
    return question.residents


def _check_days(tariff: Tariff, first: date, last: date) -> None:
    if last < first:
        raise QuoteError(f"the period ends ({last}) before it begins ({first})")
    if (last - first).days >= LONGEST_DAYS:
        raise QuoteError(f"the period is longer than {LONGEST_DAYS} days: ask for its parts")
    if last > LATEST:
        raise QuoteError(f"nothing is known of {last}: ask until {LATEST}")
    if first < tariff.periods[0].begins:
        raise QuoteError(f"{tariff.code} has rates from {tariff.periods[0].begins} on, not for {first}")


def _check_volumes(volumes: Mapping[str, Decimal]) -> None:
    if volumes and not any(set(volumes) == set(scales) for scales in SCALE_SETS):
        sets = " | ".join(", ".join(scales) for scales in SCALE_SETS)
        raise QuoteError(f"no meter has the scales {', '.join(volumes)}: give {sets}")
    for scale, volume in volumes.items():
        if not volume.is_finite() or volume < 0 or volume > LARGEST_VOLUME:
            raise QuoteError(f"the volume of {scale} is to be 0 to {LARGEST_VOLUME}, not {volume}")
        if len(volume.as_tuple().digits) > MOST_DIGITS or places_of(volume) > MOST_DIGITS:
            raise QuoteError(f"the volume of {scale} has more than {MOST_DIGITS} digits: round it")


def _check_categories(tariff: Tariff, categories: Collection[str]) -> None:
    unknown = sorted(set(categories) - tariff.categories)
    if unknown:
        known = ", ".join(sorted(tariff.categories)) or "none"
        raise QuoteError(f"{tariff.code} knows no category {', '.join(unknown)}; it knows: {known}")


def _residents(residents: int | None, categories: Collection[str]) -> int | None:
    """The number given, or one where the category says so."""
    if ALONE in categories:
        if residents not in (None, 1):
            raise QuoteError(f"{ALONE} is one resident, not {residents}")
        return 1
    if residents is not None and not 0 <= residents <= MOST_RESIDENTS:
        raise QuoteError(f"residents are to be 0 to {MOST_RESIDENTS}, not {residents}")
    return residents


def _check_norm(question: Asked) -> None:
    if question.volumes and question.raised:
        raise QuoteError("the raising factor belongs to the norm: give no volume with it")
    if not question.volumes and question.residents is None:
        raise QuoteError(
            "give what was used (--scale total=150), or the residents for the norm (--residents 2)"
        )
