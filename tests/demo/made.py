"""Towns that the tests look at, each made once in a process."""

from datetime import date
from functools import cache
from pathlib import Path

from abonent.demo.town import Kind, Town, build
from abonent.demo.town.households import Household
from abonent.demo.town.usage import Meter, Reading, Usage
from abonent.portal.profile import load

PORTALS = {path.stem: load(path) for path in sorted(Path("portals").glob("*.toml"))}
TODAY = date(2026, 11, 21)


@cache
def town(code: str, today: date = TODAY) -> Town:
    return build(code, country=PORTALS[code].country, today=today, seed=7, accounts=50)


@cache
def small_town(code: str, today: date) -> Town:
    """The planted accounts and hardly anybody else."""
    return build(code, country=PORTALS[code].country, today=today, seed=7, accounts=20)


def usage_of(made: Town, kind: Kind) -> tuple[Household, Usage]:
    """The planted household of a kind, and what it used."""
    household = made.household(kind)
    return household, made.usages[made.households.index(household)]


def readings_of(usage: Usage, meter: Meter, scale: str | None = None) -> list[Reading]:
    return [
        reading
        for reading in usage.readings
        if reading.serial == meter.serial and scale in (None, reading.scale)
    ]
