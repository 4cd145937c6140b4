"""A year of an account's usage, as the page «Потребление» shows it."""

from dataclasses import dataclass

from abonent.base.months import Month
from abonent.consumption.usage import ServiceUsage, months
from abonent.ledger.queries import months_loaded

_YEAR = 12


@dataclass(frozen=True, slots=True)
class YearUsage:
    """The services used from `first` to `last`, and the calendar years that may be chosen, newest first."""

    first: Month
    last: Month
    services: tuple[ServiceUsage, ...]
    years: tuple[int, ...]


def usage_of_year(account_id: int, *, year: int | None, language: str, version: int) -> YearUsage | None:
    """The calendar `year`, as far as it is billed; the last twelve billed months without one or with one that
    is not billed. None before the first import. Constant queries, those of `usage.months`."""
    loaded = months_loaded(version=version)
    if loaded is None:
        return None
    earliest, latest = loaded
    years = tuple(range(latest.year, earliest.year - 1, -1))
    first, last = latest - (_YEAR - 1), latest
    if year in years:
        first, last = Month(year, 1), min(Month(year, _YEAR), latest)
    found = months(account_id, first=first, last=last, language=language, version=version)
    return YearUsage(first, last, found, years)
