"""How risky a submitted reading is, and why. Pure; the worked table: docs/domain/reading_review.md.

Nothing here refuses a reading (`checks` does): it says which of those that were taken somebody should look at
before billing uses them.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from abonent.metering.checks import FLOOR_DAYS, floor_of

#: From so many points a reading stands in the queue of those that need eyes.
NEEDS_EYES = 10
#: From so many it may be held back from billing (`readings.held_for_review`).
RISKY = 40

#: Times the usual -> points, the largest that fits.
_MANY = ((Decimal(30), 80), (Decimal(10), 60), (Decimal(3), 40))
_POINTS = {
    "rolled_over": 30,
    "nothing_used": 25,
    "much": 20,
    "far_below": 15,
    "overdue": 15,
    "first": 10,
    "no_photo": 10,
    "same": 5,
}
#: Corrections in one window -> points, the largest that fits.
_CORRECTIONS = ((4, 20), (2, 10))
#: Of the usual: less than a fifth of it is far below.
_FAR = 5
#: Without a usual, so many times the floor of the unit is much for anybody.
_MUCH = 20
#: A usual below a third of the floor says nothing when nothing is used: a garage, a summer house.
_HARDLY = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one scale's value when it is submitted. Uses in the service's unit, ratio applied."""

    use: Decimal | None
    """Since the previous reading; None for a meter's first."""
    days: int
    """Between the two readings, at least one."""
    usual_per_day: Decimal | None
    """The customer's own; None where too little is known."""
    unit: str
    rolled_over: bool = False
    photo: bool = False
    corrections: int = 0
    """Values of this meter and window that this one takes the place of."""
    overdue: bool = False
    """The meter is past its verification date."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to look at a reading. `number` is what the words need: times the usual, or corrections."""

    code: str
    points: int
    number: str = ""


def signs(facts: Facts) -> tuple[Sign, ...]:
    """Every reason to look at this value, the weightiest first. An ordinary value has none."""
    found = [*_of_use(facts), *_of_the_sending(facts)]
    return tuple(sorted(found, key=lambda sign: -sign.points))


def risk(found: Iterable[Sign]) -> int:
    """The points together, at most 100."""
    return min(sum(sign.points for sign in found), 100)


def kept(found: Iterable[Sign]) -> list[dict[str, Any]]:
    """As they are stored with the reading; `read` is the way back."""
    return [asdict(sign) for sign in found]


def read(stored: Iterable[dict[str, Any]]) -> tuple[Sign, ...]:
    return tuple(Sign(**one) for one in stored)


def _sign(code: str) -> Sign:
    return Sign(code, _POINTS[code])


def _of_use(facts: Facts) -> Iterable[Sign]:
    if facts.use is None:
        yield _sign("first")
        return
    jumped = _jump(facts, facts.use / facts.days)
    if jumped:
        yield jumped
    if facts.rolled_over:
        yield _sign("rolled_over")
    if (jumped or facts.rolled_over) and not facts.photo:
        yield _sign("no_photo")
    yield from _little(facts, facts.use / facts.days)


def _jump(facts: Facts, a_day: Decimal) -> Sign | None:
    """Far above the usual; without a usual, far above what a household uses."""
    floor, use = floor_of(facts.unit), facts.use or Decimal(0)
    if a_day < floor or use < floor * FLOOR_DAYS:
        return None
    if facts.usual_per_day is None:
        return _sign("much") if a_day >= floor * _MUCH else None
    # Who used nothing so far begins from the floor: «a thousand times nothing» says nothing.
    times = a_day / max(facts.usual_per_day, floor / _HARDLY)
    points = next((points for least, points in _MANY if times >= least), None)
    return Sign("many_times", points, _shown(times)) if points else None


def _little(facts: Facts, a_day: Decimal) -> Iterable[Sign]:
    usual = facts.usual_per_day
    if facts.use == 0 and (usual is None or usual < floor_of(facts.unit) / _HARDLY):
        yield _sign("same")
    elif facts.use == 0:
        yield _sign("nothing_used")
    elif usual is not None and usual >= floor_of(facts.unit) and a_day * _FAR < usual:
        yield _sign("far_below")


def _of_the_sending(facts: Facts) -> Iterable[Sign]:
    points = next((points for least, points in _CORRECTIONS if facts.corrections >= least), None)
    if points:
        yield Sign("corrections", points, str(facts.corrections))
    if facts.overdue:
        yield _sign("overdue")


def _shown(times: Decimal) -> str:
    return str(times.quantize(Decimal(1) if times >= 10 else Decimal("0.1"), ROUND_HALF_UP))
