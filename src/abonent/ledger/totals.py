"""The totals of a month: sums by service, and the fingerprints that tell whether one month's opening balances
are the last one's closing balances without reading either again. Whole cents throughout."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class ServiceTotals:
    """`opening_print` and `closing_print` are sums of each row's balance times a number that belongs to its
    account and service, modulo 2**64. When this month's opening print is the last one's closing print, the
    balances agree row by row (rows of balance 0 do not matter; by chance, one time in 2**60 or so).
    None: not known, the rows themselves must be compared."""

    rows: int
    opening: int
    accrued: int
    closing: int
    opening_print: int | None = None
    closing_print: int | None = None


@dataclass(frozen=True)
class MonthTotals:
    services: Mapping[int, ServiceTotals] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.services.values())

    def without(self, services: Collection[int]) -> "MonthTotals":
        return MonthTotals(
            {service: one for service, one in self.services.items() if service not in services}
        )

    def follows(self, last: "MonthTotals") -> bool:
        """Whether every service here is known to open with what it closed with in `last`."""
        return all(
            one.opening_print is not None and one.opening_print == last._closing_print(service)
            for service, one in self.services.items()
        )

    def _closing_print(self, service: int) -> int | None:
        return self.services[service].closing_print if service in self.services else 0

    def as_json(self) -> dict[str, Any]:
        return {str(service): asdict(one) for service, one in self.services.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "MonthTotals":
        return cls({int(service): ServiceTotals(**one) for service, one in stored.items()})
