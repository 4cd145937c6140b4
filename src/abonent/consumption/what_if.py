"""What the customer's own last months would have cost on another tariff of the same service.

Every month is reckoned as it was: with its own volume by scale and the rates of its days. Beside both stands
what billing really charged, which is what counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from abonent.accounts.queries import Household, households
from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.consumption import words, zones
from abonent.consumption.quoting import CannotReckonError, reckon, why_not
from abonent.consumption.usage import ServiceUsage, UsageMonth
from abonent.consumption.usage import months as months_used
from abonent.ledger.queries import months_loaded
from abonent.metering.charged import ChargedMeter, charged_meters
from abonent.portal.queries import ServiceFacts
from abonent.tariffs.queries import Catalogue, TariffVersionFacts, known


class Offer(NamedTuple):
    """A tariff with one of its sets of scales; `code` names both."""

    code: str
    name: str
    scales: tuple[str, ...]
    asks: tuple[str, ...]
    """The scales whose share the customer must tell, for the meter does not."""


class Ask(NamedTuple):
    """A share in per cent; `words` say of what."""

    scale: str
    words: str
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class WhatIfMonth:
    """`actual` is billing's; `present` and `other` are ours, None with `why_not` when not known."""

    month: Month
    volume: Decimal | None
    actual: Decimal | None
    present: Decimal | None
    other: Decimal | None
    estimated: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`months` oldest first. The totals count the months that both tariffs could be reckoned for."""

    service: ServiceFacts
    services: tuple[ServiceFacts, ...]
    """Those with tariffs: what may be chosen."""
    meter_serial: str
    present: str
    """The name of the tariff that the meter is charged by; empty when none is loaded."""
    offers: tuple[Offer, ...]
    other: Offer | None
    asks: tuple[Ask, ...]
    """What the chosen tariff asks; without an answer nothing is reckoned by it."""
    problem: str
    """What is wrong with the shares; empty when nothing is."""
    months: tuple[WhatIfMonth, ...]
    compared: int
    actual: Decimal
    present_total: Decimal
    other_total: Decimal

    @property
    def difference(self) -> Decimal | None:
        """The other tariff less the present one: negative saves money. None when no month is compared."""
        return self.other_total - self.present_total if self.compared else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The service looked at, and what its months are reckoned by."""

    usage: ServiceUsage
    meters: tuple[ChargedMeter, ...]
    present: TariffVersionFacts | None
    scales: tuple[str, ...]
    household: Household
    today: date


def what_if(
    account_id: int,
    *,
    service: str | None = None,
    tariff: str | None = None,
    shares: Mapping[str, Decimal] | None = None,
    last: Month | None = None,
    months: int = 12,
    language: str,
    version: int,
    today: date,
) -> WhatIf | None:
    """The last `months` months (up to the last one billed) on the tariff `tariff` (an `Offer.code`).

    `shares` are per cent by scale (`zones.asked`). Without `tariff`, or with an unknown one, the offers alone
    are told. Residents and categories are the account's present ones. None when no service of the account has
    both a volume and a tariff. Constant queries: those of `usage.months`, and two.
    """
    catalogue = known(version=version)
    end = last or (found[1] if (found := months_loaded(version=version)) else Month.of(today))
    used = months_used(account_id, first=end - (months - 1), last=end, language=language, version=version)
    open_ = [one for one in used if one.volume is not None and catalogue.offered(one.service.code, today)]
    if not open_:
        return None
    usage = next((one for one in open_ if one.service.code == service), open_[0])
    asked = _asked(account_id, usage, catalogue, end, today)
    offers = _offers(asked, catalogue, language)
    other = next((one for one in offers if one.code == tariff), None)
    return _answer(asked, [one.service for one in open_], offers, other, shares or {}, catalogue, language)


def _asked(account_id: int, usage: ServiceUsage, catalogue: Catalogue, end: Month, today: date) -> _Asked:
    meters = tuple(
        one
        for one in charged_meters([account_id], first=end.first_day, last=max(today, end.last_day))
        if one.service_id == usage.service.id
    )
    present = catalogue.charged_by(usage.service.code, meters[-1].tariff if meters else "", today)
    newest = next((one for one in reversed(usage.months) if one.scales), None)
    scales = tuple(one.scale for one in newest.scales) if newest else zones.ONE
    return _Asked(usage, meters, present, scales, households([account_id])[account_id], today)


def _offers(asked: _Asked, catalogue: Catalogue, language: str) -> tuple[Offer, ...]:
    """Every set of scales of every tariff of the service, but the one the meter is on."""
    found = []
    for one in catalogue.offered(asked.usage.service.code, asked.today):
        period = one.tariff.period_on(asked.today)
        sets = period.scale_sets if period else ()
        for scales in sets:
            if asked.present and (one.code, scales) == (asked.present.code, asked.scales):
                continue
            name = one.name(language)
            found.append(
                Offer(
                    f"{one.code}:{','.join(scales)}",
                    f"{name}: {words.scale_set(scales)}" if len(sets) > 1 else name,
                    scales,
                    zones.asked(asked.scales, scales),
                )
            )
    return tuple(found)


def _answer(
    asked: _Asked,
    services: Sequence[ServiceFacts],
    offers: tuple[Offer, ...],
    other: Offer | None,
    given: Mapping[str, Decimal],
    catalogue: Catalogue,
    language: str,
) -> WhatIf:
    shares = {scale: given[scale] for scale in other.asks if scale in given} if other else {}
    problem = (
        "" if zones.good_shares(shares) else _("Shares are from 0 to 100 per cent, and together no more.")
    )
    ready = other if other and len(shares) == len(other.asks) and not problem else None
    by_other = catalogue.in_force(ready.code.partition(":")[0], asked.today) if ready else None
    rows = tuple(_month(asked, one, by_other, ready, shares) for one in asked.usage.months)
    compared = [one for one in rows if one.present is not None and one.other is not None]
    return WhatIf(
        service=asked.usage.service,
        services=tuple(services),
        meter_serial=", ".join(one.serial for one in asked.meters),
        present=asked.present.name(language) if asked.present else "",
        offers=offers,
        other=other,
        asks=tuple(Ask(scale, _share_words(scale, asked.scales), given.get(scale)) for scale in other.asks)
        if other
        else (),
        problem=problem,
        months=rows,
        compared=len(compared),
        actual=_sum(one.actual for one in compared),
        present_total=_sum(one.present for one in compared),
        other_total=_sum(one.other for one in compared),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((one for one in amounts if one is not None), ZERO)


def _share_words(scale: str, have: tuple[str, ...]) -> str:
    if scale == "night":
        return _("Share of the night, % of the whole volume")
    if have == zones.TWO:
        return _("Share of the peak, % of the day's volume")
    return _("Share of the peak, % of the whole volume")


def _month(
    asked: _Asked,
    used: UsageMonth,
    other: TariffVersionFacts | None,
    offer: Offer | None,
    shares: Mapping[str, Decimal],
) -> WhatIfMonth:
    volumes = used.by_scale
    reasons: list[str] = []
    present = _cost(asked.present, used.month, volumes, asked.household, reasons)
    by_other = None
    if other and offer:
        try:
            shared = zones.divided(volumes, offer.scales, shares) if volumes else {}
        except KeyError:  # an earlier month whose meter had other scales: their share was not asked
            reasons.append(why_not("scales"))
        else:
            by_other = _cost(other, used.month, shared, asked.household, reasons)
    return WhatIfMonth(
        used.month, used.volume, used.cost, present, by_other, used.estimated, next(iter(reasons), "")
    )


def _cost(
    version: TariffVersionFacts | None,
    month: Month,
    volumes: Mapping[str, Decimal],
    household: Household,
    reasons: list[str],
) -> Decimal | None:
    try:
        quote = reckon(
            version.tariff if version else None,
            first=month.first_day,
            last=month.last_day,
            volumes=volumes,
            household=household,
        )
    except CannotReckonError as error:
        reasons.append(str(error))
        return None
    return quote.total
