"""What we make of a month that billing charged: by its meters, by the norm, or by the billed volume."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from abonent.accounts.queries import Household
from abonent.base.months import Month
from abonent.consumption.quoting import CannotReckonError, ReckonedLine, in_words, reckon
from abonent.tariffs.calculator import Period, Quote, Tariff
from abonent.tariffs.queries import TariffVersionFacts

Basis = Literal["volumes", "norm", "raised"]


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
    tariff = version.tariff if version else None
    try:
        by = basis(tariff, month, billed, household)
        quote = month_quote(tariff, month, billed, household, by)
    except CannotReckonError as error:
        return OwnQuote(why_not=str(error))
    found = in_words(quote, version.name(language) if version else "")
    return OwnQuote(found.lines, found.notes, found.total)


def basis(tariff: Tariff | None, month: Month, billed: Billed, household: Household) -> Basis:
    """By what the account was charged in `month`.

    Without a meter by the norm, when billing told no volume or just that one; raised, when that alone gives
    what was accrued: whether the factor is due only billing knows. Else by volumes: what is charged without a
    meter of its own may follow others (sewage). CannotReckonError as for `month_quote`.
    """
    period = tariff.period_on(month.first_day) if tariff and not billed.metered else None
    if tariff is None or period is None or not _has_norm(tariff, period, household):
        return "volumes"
    plain = month_quote(tariff, month, billed, household, "norm")
    if billed.volume is not None and billed.volume != sum(line.volume for line in plain.lines):
        return "volumes"
    if plain.total == billed.accrued or period.raising_factor is None:
        return "norm"
    raised = month_quote(tariff, month, billed, household, "raised")
    return "raised" if raised.total == billed.accrued else "norm"


def month_quote(
    tariff: Tariff | None, month: Month, billed: Billed, household: Household, by: Basis
) -> Quote:
    """What was billed, reckoned for `month`. CannotReckonError when the tariff has no answer.

    By volumes a meter of one scale has the volume that billing charged, so that only the price is compared;
    one of several has its own readings, for billing's volume has no scales.
    """
    return reckon(
        tariff,
        first=month.first_day,
        last=month.last_day,
        volumes=_volumes(billed) if by == "volumes" else None,
        household=household,
        raised=by == "raised",
    )


def _volumes(billed: Billed) -> Mapping[str, Decimal]:
    if len(billed.by_scale) > 1 or billed.volume is None:
        return billed.by_scale
    return {"total": billed.volume}


def _has_norm(tariff: Tariff, period: Period, household: Household) -> bool:
    return period.norm_for(household.categories & tariff.categories) is not None
