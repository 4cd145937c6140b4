"""Two bills of an account side by side: what changed, for each service and in all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.bills.changes import Days, Parts, Piece, Side, added, rounded_to, service_change
from abonent.ledger.bill_lines import BillLine
from abonent.portal.queries import ServiceFacts


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A service in both bills; None where it is not in one."""

    service: ServiceFacts
    before: Decimal | None
    now: Decimal | None
    parts: Parts

    @property
    def difference(self) -> Decimal:
        return (self.now or ZERO) - (self.before or ZERO)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The bill of `shown` against that of `month`; `parts` add up to `difference` exactly."""

    month: Month
    shown: Month
    before: Decimal
    now: Decimal
    parts: Parts
    services: tuple[ServiceChange, ...]

    @property
    def difference(self) -> Decimal:
        return self.now - self.before

    @property
    def appeared(self) -> tuple[ServiceChange, ...]:
        return tuple(one for one in self.services if one.before is None)

    @property
    def vanished(self) -> tuple[ServiceChange, ...]:
        return tuple(one for one in self.services if one.now is None)


def compared(
    month: Month,
    before: Sequence[BillLine],
    shown: Month,
    now: Sequence[BillLine],
    *,
    known: Mapping[int, ServiceFacts],
    metered: Collection[int],
    asked: Callable[[Decimal], Decimal],
) -> Comparison:
    """The bill of `shown` against that of `month`. `metered`: services that a meter counts; `asked` rounds a
    balance as the bills do."""
    old, new = _sides(before, known), _sides(now, known)
    days = Days(month.last_day.day, shown.last_day.day)
    by_day = {known[one].root_id for one in metered if one in known}
    roots = sorted({*old, *new}, key=lambda root: known[root].place)
    changes = tuple(
        ServiceChange(
            service=known[root],
            before=old[root].closing if root in old else None,
            now=new[root].closing if root in new else None,
            parts=service_change(old.get(root), new.get(root), days=days if root in by_day else None),
        )
        for root in roots
    )
    first, last = (asked(sum((side.closing for side in sides.values()), ZERO)) for sides in (old, new))
    parts = rounded_to(added(one.parts for one in changes), last - first)
    return Comparison(month, shown, first, last, parts, changes)


def _sides(lines: Sequence[BillLine], known: Mapping[int, ServiceFacts]) -> dict[int, Side]:
    """By service without a parent; its own parts (not theirs) explain it."""
    pieces: dict[int, dict[int, Piece]] = {}
    for line in lines:
        parent = known[line.service_id].parent_id
        if parent is not None:
            pieces.setdefault(parent, {})[line.service_id] = Piece(line.accrued, line.volume, line.tariff)
    return {
        line.service_id: Side(
            line.opening,
            line.accrued,
            line.corrections,
            line.paid,
            line.closing,
            line.volume,
            line.tariff,
            pieces.get(line.service_id, {}),
        )
        for line in lines
        if known[line.service_id].parent_id is None
    }
