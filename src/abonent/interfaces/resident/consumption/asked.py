"""What the page of consumption was asked to show: read from the address, forgiving, never an error page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class UsageAsked:
    """`year` None: the last twelve months. `service` "": the first one. `cost`: money instead of units."""

    service: str = ""
    year: int | None = None
    cost: bool = False

    def query(self) -> str:
        """The address of the same, without what is the default."""
        given = {"service": self.service, "year": self.year, "show": "cost" if self.cost else ""}
        return urlencode({name: value for name, value in given.items() if value})


def usage_asked(query: Mapping[str, str]) -> UsageAsked:
    """Read `?service=CODE&year=2026&show=cost`; nonsense is what was not said."""
    year = query.get("year", "").strip()
    return UsageAsked(
        service=query.get("service", "").strip()[:40],
        year=int(year) if len(year) == 4 and year.isascii() and year.isdecimal() else None,
        cost=query.get("show") == "cost",
    )
