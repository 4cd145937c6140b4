"""A calendar month as a value: bills, charges and periods are counted in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_ISO = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A year and a month, 1 to 12; ordered, hashable; `str()` is `2026-10`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"no such month: {self.year}-{self.number}")

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `2026-10`; anything else is a ValueError."""
        found = _ISO.fullmatch(text.strip())
        if not found:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date.fromordinal((self + 1).first_day.toordinal() - 1)

    def __add__(self, months: int) -> "Month":
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __sub__(self, months: int) -> "Month":
        return self + -months

    def months_since(self, earlier: "Month") -> int:
        return (self.year - earlier.year) * 12 + self.number - earlier.number

    def through(self, last: "Month") -> Iterator["Month"]:
        """This month, the next … up to and with `last`; nothing when `last` is earlier."""
        month = self
        while month <= last:
            yield month
            month += 1

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
