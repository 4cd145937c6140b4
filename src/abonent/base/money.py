"""Money: `Decimal`, two places, half up. Debt is positive, overpayment negative.

Rounding half up per line matches every published bill checked (docs/domain/balances.md).
"""

import re
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
#: What a PostgreSQL numeric(14, 2) holds.
LARGEST = Decimal("999999999999.99")

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_AMOUNT = re.compile(r"[-+]?[0-9]+(?:\.[0-9]{1,2})?")


class AmountError(ValueError):
    """The text is not an amount of money."""


def round_half_up(amount: Decimal) -> Decimal:
    """Two places, half away from zero: 0.005 -> 0.01, -0.005 -> -0.01."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_unit(amount: Decimal, unit: Decimal) -> Decimal:
    """Half up to whole units (1, or 0.01), with two places: 71273.50 -> 71274.00. Receipts and payments of a
    portal are asked for in its unit."""
    return ((amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit).quantize(CENT)


def parse_amount(text: str) -> Decimal:
    """Read an amount as people write it: `1234,56`, `1 234.56`, `1234`, `1 234,5`.

    Spaces (also no-break ones) and apostrophes may group digits; the decimal sign is a comma or a point.
    Two different signs, an exponent, more than two decimals or anything else is an `AmountError`.
    """
    compact = _SPACES.sub("", text).replace(",", ".").replace("−", "-")
    if not _AMOUNT.fullmatch(compact):
        raise AmountError(text)
    amount = Decimal(compact)
    if abs(amount) > LARGEST:
        raise AmountError(text)
    return amount.quantize(CENT)
