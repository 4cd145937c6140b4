"""What changed between two bills, by reason: pure arithmetic (docs/domain/bill_changes.md).

The parts add up to the difference exactly. A kopeck that rounding leaves over goes to the largest part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from abonent.base.money import CENT, ZERO, round_half_up


class Reason(StrEnum):
    """In the order in which they are told."""

    TARIFF = "tariff"
    VOLUME = "volume"
    DAYS = "days"
    RECALCULATION = "recalculation"
    DEBT = "debt"
    APPEARED = "appeared"
    """Charges of a service that the earlier bill has not."""
    VANISHED = "vanished"
    OTHER = "other"
    """What no other name fits: charges without volume and tariff, lines that do not add up."""


Parts = dict[Reason, Decimal]


@dataclass(frozen=True, slots=True)
class Piece:
    """A charge that may be volume x tariff; either may be unknown."""

    accrued: Decimal
    volume: Decimal | None = None
    tariff: Decimal | None = None

    @property
    def priced(self) -> "tuple[Decimal, Decimal] | None":
        """Volume and tariff. A volume that billing did not send is what the tariff makes of the amount."""
        if self.tariff is None or (self.volume is None and not self.tariff):
            return None
        return (self.accrued / self.tariff if self.volume is None else self.volume), self.tariff


@dataclass(frozen=True, slots=True)
class Side:
    """A service's month: its amounts, and its lines «в т.ч.», where there are any, by name."""

    opening: Decimal = ZERO
    accrued: Decimal = ZERO
    corrections: Decimal = ZERO
    paid: Decimal = ZERO
    closing: Decimal = ZERO
    volume: Decimal | None = None
    tariff: Decimal | None = None
    nested: Mapping[Any, Piece] = field(default_factory=dict)

    @property
    def whole(self) -> Mapping[Any, Piece]:
        return {None: Piece(self.accrued, self.volume, self.tariff)}


@dataclass(frozen=True, slots=True)
class Days:
    """How long the two months are, for what is used day by day; elsewhere they explain nothing."""

    before: int
    now: int


def service_change(before: Side | None, now: Side | None, *, days: Days | None = None) -> Parts:
    """Why the closing balance of one service differs; only reasons that changed it. `days` for what a meter
    counts. Without `before` the service is new, without `now` it is gone."""
    old, new = before or Side(), now or Side()
    if before is None or now is None:
        accrued = {Reason.APPEARED if before is None else Reason.VANISHED: new.accrued - old.accrued}
    else:
        accrued = _accrued(old, new, days)
    debt = (new.opening - new.paid) - (old.opening - old.paid)
    corrected = new.corrections - old.corrections
    odd = new.closing - old.closing - debt - corrected - (new.accrued - old.accrued)
    return added([accrued, {Reason.DEBT: debt, Reason.RECALCULATION: corrected, Reason.OTHER: odd}])


def added(changes: Iterable[Parts]) -> Parts:
    """The sums by reason, in their order, without those that come to nothing."""
    sums = dict.fromkeys(Reason, ZERO)
    for parts in changes:
        for reason, amount in parts.items():
            sums[reason] += amount
    return {reason: amount for reason, amount in sums.items() if amount}


def rounded_to(parts: Parts, difference: Decimal) -> Parts:
    """The parts with what they lack of `difference` put to the largest: a bill may be of whole tenge."""
    rest = difference - sum(parts.values(), ZERO)
    if not rest:
        return dict(parts)
    if not parts:
        return {Reason.OTHER: rest}
    largest = max(parts, key=lambda reason: abs(parts[reason]))
    return added([parts, {largest: rest}])


def _accrued(before: Side, now: Side, days: Days | None) -> Parts:
    """Of the parts when all of them on both sides are priced and they make the charge; else of the whole."""
    difference = now.accrued - before.accrued
    for old, new in ((before.nested, now.nested), (before.whole, now.whole)):
        if _explains(old, before.accrued) and _explains(new, now.accrued):
            return _split(old, new, difference, days)
    return {Reason.OTHER: difference}


def _explains(pieces: Mapping[Any, Piece], accrued: Decimal) -> bool:
    priced = bool(pieces) and all(one.priced for one in pieces.values())
    return priced and sum((one.accrued for one in pieces.values()), ZERO) == accrued


def _split(
    before: Mapping[Any, Piece], now: Mapping[Any, Piece], difference: Decimal, days: Days | None
) -> Parts:
    """What volume x tariff does not explain is rounding, up to a kopeck a piece; more than that is other."""
    keys = [*dict.fromkeys([*before, *now])]
    exact = _summed(_effects(before.get(key), now.get(key), days) for key in keys)
    rest = difference - sum(exact.values(), ZERO)
    rounding = abs(rest) <= CENT * len(keys) and any(exact.values())
    if not rounding:
        exact[Reason.OTHER] = rest
    shares = {reason: round_half_up(amount) for reason, amount in exact.items()}
    return rounded_to({reason: amount for reason, amount in shares.items() if amount}, difference)


def _summed(effects: Iterable[Mapping[Reason, Decimal]]) -> Parts:
    sums: Parts = {}
    for one in effects:
        for reason, amount in one.items():
            sums[reason] = sums.get(reason, Decimal(0)) + amount
    return sums


def _effects(before: Piece | None, now: Piece | None, days: Days | None) -> Parts:
    """One after another: longer month at the old volume a day, volume at the old tariff, tariff at the new
    volume. A piece that was not there has no volume, and no tariff of its own."""
    old, new = before and before.priced, now and now.priced
    old_volume, old_tariff = old or (Decimal(0), new[1] if new else Decimal(0))
    new_volume, new_tariff = new or (Decimal(0), old_tariff)
    longer = _longer(old_volume, new_volume, days)
    return {
        Reason.DAYS: longer * old_tariff,
        Reason.VOLUME: (new_volume - old_volume - longer) * old_tariff,
        Reason.TARIFF: new_volume * (new_tariff - old_tariff),
    }


def _longer(before: Decimal, now: Decimal, days: Days | None) -> Decimal:
    """The volume that the days between two months make; none where nothing was used, or the same."""
    if days is None or before <= 0 or now <= 0 or before == now:
        return Decimal(0)
    return before * (days.now - days.before) / days.before
