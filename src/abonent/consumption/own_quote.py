"""What we make of a month that billing charged: by its meters, by the norm, or by the billed volume."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from abonent.accounts.queries import Household
from abonent.base.months import Month
from abonent.consumption.quoting import CannotReckonError, ReckonedLine, in_words, reckon
from abonent.tariffs.calculator import Period, Quote, Tariff
from abonent.tariffs.queries import TariffVersionFacts


@dataclass(frozen=True, slots=True)
class Billed:
    """An account's month of a service: what billing charged, and what the meters counted."""

    volume: Decimal | None
    accrued: Decimal
    metered: bool
    """The account has a meter for it, whatever that counted."""
    by_scale: Mapping[str, Decimal]
    """Empty when the meters' use is not known."""


@dataclass(frozen=True, slots=True)
class OwnQuote:
    """`total` is None where the tariff has no answer; `why_not` then says so in the reader's language."""

    lines: tuple[ReckonedLine, ...] = ()
    notes: tuple[str, ...] = ()
    total: Decimal | None = None
    why_not: str = ""


def own_quote(
    version: TariffVersionFacts | None, month: Month, billed: Billed, household: Household, language: str
) -> OwnQuote:
    """`month_quote` in words, or why there is none."""
    try:
        quote = month_quote(version.tariff if version else None, month, billed, household)
    except CannotReckonError as error:
        return OwnQuote(why_not=str(error))
    found = in_words(quote, version.name(language) if version else "")
    return OwnQuote(found.lines, found.notes, found.total)


def month_quote(tariff: Tariff | None, month: Month, billed: Billed, household: Household) -> Quote:
    """What was billed, reckoned for `month`. CannotReckonError when the tariff has no answer.

    A meter of one scale is reckoned with the volume that billing charged, so that only the price is compared;
    one of several with its own readings, for billing's volume has no scales. Without a meter the norm is
    taken, with the raising factor where that gives what was accrued (only billing knows whether it is due).
    """
    period = tariff.period_on(month.first_day) if tariff else None
    if tariff and period and not billed.metered and _norm(tariff, period, household):
        return _by_norm(tariff, period, month, billed, household)
    return _of_month(tariff, month, household, _volumes(billed))


def _volumes(billed: Billed) -> Mapping[str, Decimal]:
    if len(billed.by_scale) > 1 or billed.volume is None:
        return billed.by_scale
    return {"total": billed.volume}


def _norm(tariff: Tariff, period: Period, household: Household) -> Decimal | None:
    return period.norm_for(household.categories & tariff.categories)


def _by_norm(tariff: Tariff, period: Period, month: Month, billed: Billed, household: Household) -> Quote:
    plain = _of_month(tariff, month, household, None)
    if plain.total == billed.accrued or period.raising_factor is None:
        return plain
    raised = _of_month(tariff, month, household, None, raised=True)
    return raised if raised.total == billed.accrued else plain


def _of_month(
    tariff: Tariff | None,
    month: Month,
    household: Household,
    volumes: Mapping[str, Decimal] | None,
    *,
    raised: bool = False,
) -> Quote:
    return reckon(
        tariff,
        first=month.first_day,
        last=month.last_day,
        volumes=volumes,
        household=household,
        raised=raised,
    )
