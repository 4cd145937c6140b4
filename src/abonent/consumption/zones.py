"""A volume told on one set of scales, divided for a tariff of another. Pure.

Zones that are finer than the tariff's are added up. Zones that the meter does not tell apart cannot be known:
the customer says which share of the volume falls into them.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

Scales = tuple[str, ...]
ONE: Scales = ("total",)
TWO: Scales = ("day", "night")
THREE: Scales = ("peak", "half_peak", "night")
_WHOLE = Decimal(100)
_PLACES = Decimal("0.001")

#: What must be told, by the meter's scales and the tariff's: of the whole volume, or of the day's.
_ASKED = {(ONE, TWO): ("night",), (ONE, THREE): ("peak", "night"), (TWO, THREE): ("peak",)}


def asked(have: Scales, wanted: Scales) -> Scales:
    """The scales whose share (per cent) must be told: `peak` of a meter with day and night is a share of the
    day's volume, everything else of the whole."""
    return _ASKED.get((have, wanted), ())


def good_shares(shares: Mapping[str, Decimal]) -> bool:
    """Each from 0 to 100 per cent, together no more."""
    return all(0 <= one <= _WHOLE for one in shares.values()) and sum(shares.values()) <= _WHOLE


def divided(
    volumes: Mapping[str, Decimal], wanted: Scales, shares: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """The volumes by the scales `wanted`: they add up to the same. `shares` holds what `asked` names."""
    have = tuple(volumes)
    if have == wanted:
        return dict(volumes)
    if wanted == ONE:
        return {"total": sum(volumes.values(), Decimal(0))}
    if have == THREE:
        return {"day": volumes["peak"] + volumes["half_peak"], "night": volumes["night"]}
    if have == TWO:
        peak = _share(volumes["day"], shares["peak"])
        return {"peak": peak, "half_peak": volumes["day"] - peak, "night": volumes["night"]}
    night = _share(volumes["total"], shares["night"])
    day = volumes["total"] - night
    if wanted == TWO:
        return {"day": day, "night": night}
    peak = min(_share(volumes["total"], shares["peak"]), day)
    return {"peak": peak, "half_peak": day - peak, "night": night}


def _share(volume: Decimal, per_cent: Decimal) -> Decimal:
    return (volume * per_cent / _WHOLE).quantize(_PLACES, ROUND_HALF_UP)
