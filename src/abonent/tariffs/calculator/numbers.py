"""Exact arithmetic on whole numbers of the smallest unit: dividing loses and gains nothing."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction


def half_up(numerator: int, denominator: int) -> int:
    """A quotient of whole numbers, none negative, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def places_of(value: Decimal) -> int:
    """Decimals that `value` needs: 0 for 120 and 120.000, 2 for 0.25."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def to_units(value: Decimal, places: int) -> int:
    """`value` in units of the last place; it has no more places than that."""
    return int(value.scaleb(places))


def from_units(units: int, places: int) -> Decimal:
    """Back to a number without idle zeros."""
    return plain(Decimal(units).scaleb(-places))


def plain(value: Decimal) -> Decimal:
    """Without idle zeros and exponents: 90, not 90.000 or 9E+1."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def times(amount: Decimal | Fraction, share: Fraction) -> int:
    """A product rounded half up to a whole number; neither is negative."""
    numerator, denominator = amount.as_integer_ratio()
    return half_up(numerator * share.numerator, denominator * share.denominator)


def to_multiple(amount: Fraction, step: Decimal) -> Fraction:
    """Rounded half up to a multiple of `step`."""
    units = amount / Fraction(step)
    return half_up(units.numerator, units.denominator) * Fraction(step)


def shared_out(units: int, weights: Sequence[int]) -> Iterator[int]:
    """Divide whole `units` in proportion to `weights`: the parts add up exactly.

    Each takes its share of what is left, so that more to divide never makes a part smaller, and a part of
    weights that are themselves volumes never exceeds its own."""
    left, rest = units, sum(weights)
    for weight in weights:
        part = half_up(left * weight, rest) if rest else 0
        left, rest = left - part, rest - weight
        yield part
