"""What we make of a month that billing charged: by its meters, by the norm, or by the billed volume."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from abonent.accounts.queries import Household
from abonent.base.months import Month
from abonent.consumption.quoting import CannotReckonError, ReckonedLine, in_words, reckon
from abonent.consumption.usage import UsageMonth
from abonent.tariffs.calculator import Quote
from abonent.tariffs.queries import TariffVersionFacts


@dataclass(frozen=True, slots=True)
class OwnQuote:
    """`total` is None where the tariff has no answer; `why_not` then says so in the reader's language."""

    lines: tuple[ReckonedLine, ...] = ()
    notes: tuple[str, ...] = ()
    total: Decimal | None = None
    why_not: str = ""


def own_quote(
    version: TariffVersionFacts | None,
    *,
    month: Month,
    used: UsageMonth,
    billed: Decimal | None,
    accrued: Decimal,
    metered: bool,
    household: Household,
    language: str,
) -> OwnQuote:
    """The month by the tariff `version`.

    A meter of one scale is reckoned with the volume that billing charged, so that only the price is compared;
    one of several with its own readings, for billing's volume has no scales. Without a meter the norm is
    taken, with the raising factor where that gives what was accrued (only billing knows whether it is due).
    """
    try:
        if not metered and version and _has_norm(version, month, household):
            quote = _by_norm(version, month, household, accrued)
        else:
            quote = _of_month(version, month, household, _volumes(used, billed))
    except CannotReckonError as error:
        return OwnQuote(why_not=str(error))
    found = in_words(quote, version.name(language) if version else "")
    return OwnQuote(found.lines, found.notes, found.total)


def _volumes(used: UsageMonth, billed: Decimal | None) -> Mapping[str, Decimal]:
    if len(used.scales) > 1 or billed is None:
        return {one.scale: one.volume for one in used.scales}
    return {"total": billed}


def _has_norm(version: TariffVersionFacts, month: Month, household: Household) -> bool:
    tariff = version.tariff
    period = tariff.period_on(month.first_day)
    return period is not None and period.norm_for(household.categories & tariff.categories) is not None


def _by_norm(version: TariffVersionFacts, month: Month, household: Household, accrued: Decimal) -> Quote:
    plain = _of_month(version, month, household, None)
    period = version.tariff.period_on(month.first_day)
    if plain.total == accrued or period is None or period.raising_factor is None:
        return plain
    raised = _of_month(version, month, household, None, raised=True)
    return raised if raised.total == accrued else plain


def _of_month(
    version: TariffVersionFacts | None,
    month: Month,
    household: Household,
    volumes: Mapping[str, Decimal] | None,
    *,
    raised: bool = False,
) -> Quote:
    return reckon(
        version,
        first=month.first_day,
        last=month.last_day,
        volumes=volumes,
        household=household,
        raised=raised,
    )
