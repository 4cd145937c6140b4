"""Deadlines in working days (docs/domain/requests.md): Saturdays, Sundays and the country's public holidays
are off; the profile adds days off and takes them away. Pure: what the library `holidays` knows, and dates.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from abonent.portal.current import portal

_SATURDAY = 5
_DAY = timedelta(days=1)


class DeclaredDays(NamedTuple):
    """What a country declares of one year, beside its weekends."""

    off: frozenset[date]
    worked: frozenset[date]
    """Saturdays and Sundays that are worked instead of a day between two holidays."""


@lru_cache(maxsize=64)
def declared(country: str, year: int) -> DeclaredDays:
    """The public holidays of a year with their transfers. The library is imported when it is first asked: a
    start that reckons no deadline need not wait for it."""
    import holidays

    found = holidays.country_holidays(country, years=year)
    off = frozenset(day for day in found if day.year == year)
    worked = frozenset(day for day in found.weekend_workdays if day.year == year)
    return DeclaredDays(off, worked - off)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar of a portal."""

    country: str
    holidays: frozenset[date] = frozenset()
    """The profile's own days off; they win over everything."""
    workdays: frozenset[date] = frozenset()
    """Days that are worked here whatever the country says."""

    def is_working(self, day: date) -> bool:
        if day in self.holidays or day in self.workdays:
            return day not in self.holidays
        country = declared(self.country, day.year)
        if day in country.worked:
            return True
        return day.weekday() < _SATURDAY and day not in country.off

    def after(self, day: date, count: int) -> date:
        """The working day that is `count` working days after `day`, which itself is not counted; `day` itself
        for nought."""
        while count > 0:
            day += _DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days come after `first`, up to and with `last`; negative when `last` is the
        earlier."""
        if last < first:
            return -self.between(last, first)
        days = (first + timedelta(days=step) for step in range(1, (last - first).days + 1))
        return sum(self.is_working(day) for day in days)


def calendar() -> WorkingDays:
    """The portal's own: its country, `requests.holidays` and `requests.workdays`."""
    profile = portal()
    own = profile.requests
    return WorkingDays(profile.country, frozenset(own.holidays), frozenset(own.workdays))
