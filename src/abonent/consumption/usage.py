"""What an account used, month by month: what its meters counted, what was billed and what it cost.

A service's volume is its meters', scale by scale, where it has meters; else the billed one. The cost is
always billing's own. Parts of a service are in it already and are no services here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.ledger.volumes import BilledVolume, billed_volumes
from abonent.metering.fields import SCALE_ORDER
from abonent.metering.usage import MonthUse, usage_by_month
from abonent.portal.queries import ServiceFacts, services

_YEAR = 12


class ScaleVolume(NamedTuple):
    """In the service's unit, the meter's transformation ratio applied."""

    scale: str
    volume: Decimal


@dataclass(frozen=True, slots=True)
class UsageMonth:
    """A month of a service; None is not known, which is not nothing."""

    month: Month
    scales: tuple[ScaleVolume, ...] = ()
    billed: Decimal | None = None
    """The volume that billing charged."""
    cost: Decimal | None = None
    """Accrued in the month, without corrections."""
    estimated: bool = False
    """Some of the volume rests on an estimate of billing's, not on a look at the meter."""

    @property
    def metered(self) -> Decimal | None:
        return sum((one.volume for one in self.scales), Decimal(0)) if self.scales else None

    @property
    def volume(self) -> Decimal | None:
        """What the meters counted, else what was billed."""
        return self.billed if self.metered is None else self.metered

    @property
    def by_scale(self) -> dict[str, Decimal]:
        """The same by scale, as the calculator takes it: the billed volume is a whole; empty when unknown."""
        if self.scales:
            return {one.scale: one.volume for one in self.scales}
        return {} if self.billed is None else {"total": self.billed}


@dataclass(frozen=True, slots=True)
class ServiceUsage:
    """A service in the months asked for, oldest first, and in the same months of the year before."""

    service: ServiceFacts
    metered: bool
    scales: tuple[str, ...]
    months: tuple[UsageMonth, ...]
    before: tuple[UsageMonth, ...]

    @property
    def volume(self) -> Decimal | None:
        return _sum(one.volume for one in self.months)

    @property
    def cost(self) -> Decimal | None:
        return _sum(one.cost for one in self.months)

    @property
    def volume_before(self) -> Decimal | None:
        return _sum(one.volume for one in self.before)

    @property
    def cost_before(self) -> Decimal | None:
        return _sum(one.cost for one in self.before)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [one for one in values if one is not None]
    return sum(known, ZERO) if known else None


def months(
    account_id: int, *, first: Month, last: Month, language: str, version: int
) -> tuple[ServiceUsage, ...]:
    """Every service of the account with a volume or a charge in these months or in those of the year before.

    Services come in their order; each has every month from `first` to `last`, empty ones too. Constant
    queries: one of the ledger, those of `metering.usage`.
    """
    known = services(language=language, version=version)
    billed = billed_volumes(account_id, first=first - _YEAR, last=last)
    counted = usage_by_month([account_id], first=first - _YEAR, last=last)
    found = _by_service(known, billed, counted)
    return tuple(_service(known[id_], found[id_], first, last) for id_ in known if id_ in found)


def _by_service(
    known: Mapping[int, ServiceFacts], billed: Iterable[BilledVolume], counted: Iterable[MonthUse]
) -> dict[int, dict[Month, UsageMonth]]:
    """By service without a parent and month."""
    of_service: dict[int, list[MonthUse]] = defaultdict(list)
    for one in counted:
        of_service[known[one.service_id].root_id].append(one)
    found = defaultdict(dict, {id_: counted_months(rows) for id_, rows in of_service.items()})
    for line in billed:
        if known[line.service_id].parent_id is None:
            month = Month.of(line.month)
            was = found[line.service_id].get(month, UsageMonth(month))
            found[line.service_id][month] = UsageMonth(
                month, was.scales, line.volume, line.accrued, was.estimated
            )
    return found


def counted_months(counted: Iterable[MonthUse]) -> dict[Month, UsageMonth]:
    """What the meters of one service counted together, by month. A month in which one of their scales is not
    known is left out: its sum would be taken for the whole."""
    rows: dict[Month, list[MonthUse]] = defaultdict(list)
    for one in counted:
        rows[one.month].append(one)
    return {
        month: _counted(month, uses)
        for month, uses in rows.items()
        if all(one.volume is not None for one in uses)
    }


def _counted(month: Month, rows: list[MonthUse]) -> UsageMonth:
    volumes: dict[str, Decimal] = defaultdict(Decimal)
    for one in rows:
        volumes[one.scale] += one.volume or Decimal(0)
    scales = tuple(ScaleVolume(scale, volumes[scale]) for scale in SCALE_ORDER if scale in volumes)
    return UsageMonth(month, scales, estimated=any(one.estimated or one.spread for one in rows))


def _service(
    service: ServiceFacts, found: Mapping[Month, UsageMonth], first: Month, last: Month
) -> ServiceUsage:
    used = {scale.scale for one in found.values() for scale in one.scales}
    shown = [found.get(month, UsageMonth(month)) for month in first.through(last)]
    before = [found.get(month - _YEAR, UsageMonth(month - _YEAR)) for month in first.through(last)]
    return ServiceUsage(
        service,
        bool(used),
        tuple(scale for scale in SCALE_ORDER if scale in used),
        tuple(shown),
        tuple(before),
    )
