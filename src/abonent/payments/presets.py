"""What a customer is offered to pay of an account. Pure (docs/domain/paying.md, «What can be paid»).

Amounts are `Decimal` with two places; debt is positive. Voluntary services are in no sum that is proposed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from abonent.base.money import CENT, ZERO, to_unit
from abonent.ledger.balances import left_to_pay


@dataclass(frozen=True, slots=True)
class Owed:
    """A service without a parent in the account's last bill, and what came for it by name since."""

    service_id: int
    opening: Decimal
    paid: Decimal
    closing: Decimal
    since: Decimal = ZERO
    """Booked, and not in the closing balance; negative: given back."""
    expected: Decimal = ZERO
    """On its way."""
    voluntary: bool = False


@dataclass(frozen=True, slots=True)
class ServiceShare:
    """What may be paid for a service; never negative."""

    service_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Presets:
    """`bill`: what is left to pay of the last bill. `debt`: how much of it was owed before the bill's own
    charges. `services` add up to the bill; `voluntary` stand apart, in neither."""

    bill: Decimal = ZERO
    debt: Decimal = ZERO
    services: tuple[ServiceShare, ...] = ()
    voluntary: tuple[ServiceShare, ...] = ()


def presets(
    owed: Iterable[Owed], *, since: Decimal = ZERO, expected: Decimal = ZERO, rounding: Decimal = CENT
) -> Presets:
    """The choices for an account. `since` and `expected` came without the name of a service of the bill;
    `rounding` is the bill's unit of money."""
    rows = list(owed)
    due = [one for one in rows if not one.voluntary]
    came = since + sum((one.since for one in due), ZERO)
    comes = expected + sum((one.expected for one in due), ZERO)
    exact = _left(sum((one.closing for one in due), ZERO), came, comes)
    before = _left(sum((one.opening - one.paid for one in due), ZERO), came, comes)
    bill = to_unit(exact, rounding)
    shares = _to_unit(_shared(exact, [_left(one.closing, one.since, one.expected) for one in due]), bill)
    return Presets(
        bill=bill,
        debt=min(bill, to_unit(before, rounding)),
        services=tuple(ServiceShare(one.service_id, share) for one, share in zip(due, shares, strict=True)),
        voluntary=tuple(
            ServiceShare(one.service_id, _left(one.closing, one.since, one.expected))
            for one in rows
            if one.voluntary
        ),
    )


def _left(closing: Decimal, since: Decimal, expected: Decimal) -> Decimal:
    """The rule of balances.md; what is overpaid owes nothing."""
    return max(ZERO, left_to_pay(closing, since=since, on_its_way=expected))


def _shared(total: Decimal, wanted: Sequence[Decimal]) -> list[Decimal]:
    """What each wants; in proportion, to the kopeck, where that is more than `total`: what came without the
    name of a service makes all of them less."""
    whole = sum(wanted, ZERO)
    if whole <= total:
        return list(wanted)
    exact = [total * one / whole for one in wanted]
    shares = [one.quantize(CENT, rounding=ROUND_DOWN) for one in exact]
    missing = int((total - sum(shares, ZERO)) / CENT)
    by_rest = sorted(range(len(shares)), key=lambda index: shares[index] - exact[index])
    for index in by_rest[:missing]:
        shares[index] += CENT
    return shares


def _to_unit(shares: list[Decimal], bill: Decimal) -> list[Decimal]:
    """Make them add up to the rounded bill: the largest takes the difference, or gives it while it can."""
    difference = bill - sum(shares, ZERO)
    for index in sorted(range(len(shares)), key=lambda one: -shares[one]):
        changed = max(ZERO, shares[index] + difference)
        difference -= changed - shares[index]
        shares[index] = changed
    return shares
