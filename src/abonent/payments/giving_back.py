"""How money given back is shared among a payment's parts, exact to the kopeck. Pure.

The accounts get theirs back first: the commission is given back last, with what exceeds the sum of the parts.
Each refund is shared in proportion to what the parts still hold; kopecks left over go to the largest
remainders, the first part before the next (docs/domain/paying.md, «Refunds»).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from abonent.base.money import CENT, ZERO


def shares(held: Sequence[Decimal], amount: Decimal) -> list[Decimal]:
    """`amount` (at most what all hold) shared in proportion to `held`; no share exceeds what its part
    holds."""
    whole, kopecks = sum(held, ZERO), int(amount / CENT)
    if not whole or kopecks <= 0:
        return [ZERO for _ in held]
    exact = [one * kopecks / whole for one in held]
    given = [int(one) for one in exact]
    by_remainder = sorted(range(len(held)), key=lambda place: (given[place] - exact[place], place))
    for place in by_remainder[: kopecks - sum(given)]:
        given[place] += 1
    return [CENT * one for one in given]


def given_back(parts: Sequence[Decimal], refunds: Iterable[Decimal]) -> list[list[Decimal]]:
    """For each refund, in the order in which they were made, what each part gives back."""
    held, found = list(parts), []
    for refund in refunds:
        share = shares(held, min(refund, sum(held, ZERO)))
        held = [one - given for one, given in zip(held, share, strict=True)]
        found.append(share)
    return found
