"""What a way of paying costs, by the contract of organisation and bank. Pure (paying.md, «Commission»).

Amounts are `Decimal` with two places, half up, in the portal's currency.
"""

from decimal import Decimal

from abonent.base.money import ZERO, round_half_up
from abonent.portal.profile import Commission


def cost(amount: Decimal, rule: Commission) -> Decimal:
    """The bank's commission for a payment of `amount` (the sum of its parts), whoever bears it.

    A percentage, at least the minimum, at most the maximum; nothing for nothing.
    """
    if amount <= 0:
        return ZERO
    asked = max(round_half_up(amount * rule.percent / 100), round_half_up(rule.minimum))
    return asked if rule.maximum is None else min(asked, round_half_up(rule.maximum))


def commission_of(amount: Decimal, rule: Commission) -> Decimal:
    """What the customer is charged besides `amount`: nothing where the organisation bears it."""
    return cost(amount, rule) if rule.paid_by == "customer" else ZERO


def charged(amount: Decimal, rule: Commission) -> Decimal:
    """What leaves the customer's card: the amount and the customer's commission."""
    return amount + commission_of(amount, rule)
