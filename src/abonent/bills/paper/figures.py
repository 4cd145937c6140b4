"""Figures as the paper shows them: `1 234,56`, `12.11.2026`; the same in all languages, as in the cabinet."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "\u2014"
#: More decimals than any volume or tariff of the field has.
_MOST_PLACES = 5


def number(value: Decimal, places: int) -> str:
    """`-1234.5` with two places -> `−1 234,50` (a real minus, no-break spaces between thousands)."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0  # + 0: no minus zero
    text = f"{rounded:,f}"
    return text.translate({0x2C: NBSP, 0x2E: ",", 0x2D: MINUS})


def money(value: Decimal | None) -> str:
    """Two places; a dash for a figure not given."""
    return DASH if value is None else number(value, 2)


def places(values: Iterable[Decimal | None], at_least: int = 0) -> int:
    """Decimals that show every value of a column in full, so that its decimal commas stand in line."""
    needed = at_least
    for value in values:
        if value:
            exponent = value.normalize().as_tuple().exponent
            needed = max(needed, -exponent if isinstance(exponent, int) else 0)
    return min(needed, _MOST_PLACES)


def column(values: Iterable[Decimal | None], at_least: int = 0, missing: str = DASH) -> list[str]:
    """Volumes, tariffs, readings of one column, all with the same number of decimals."""
    given = list(values)
    same = places(given, at_least)
    return [missing if value is None else number(value, same) for value in given]


def day(value: date | None) -> str:
    """`12.11.2026`; empty when there is none."""
    return "" if value is None else f"{value:%d.%m.%Y}"
