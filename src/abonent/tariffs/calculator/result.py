"""A quote: lines that are volume x rate = amount and add up to the total, and the rules that made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from abonent.tariffs.calculator.words import Note


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` is `volume` x `rate` x `factor` as they stand here, rounded half up to two places."""

    scale: str
    level: int | None
    """From 1; None where the tariff has one rate."""
    first: date
    last: date
    days: int
    volume: Decimal
    rate: Decimal
    factor: Decimal
    amount: Decimal
    rule: Note


@dataclass(frozen=True, slots=True)
class Quote:
    tariff: str
    currency: str
    unit: Mapping[str, str]
    first: date
    last: date
    days: int
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the lines, to the kopeck."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """For JSON: numbers are strings, dates ISO; the unit is in `language`, or in the first there is."""
        unit = self.unit.get(language) or next(iter(self.unit.values()))
        return {
            "tariff": self.tariff,
            "currency": self.currency,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "days": self.days,
            "total": str(self.total),
            "lines": [_line_as_dict(line, unit) for line in self.lines],
            "notes": [note.as_dict() for note in self.notes],
        }


def _line_as_dict(line: Line, unit: str) -> dict[str, Any]:
    return {
        "scale": line.scale,
        "level": line.level,
        "from": line.first.isoformat(),
        "to": line.last.isoformat(),
        "days": line.days,
        "volume": f"{line.volume:f}",
        "unit": unit,
        "rate": f"{line.rate:f}",
        "factor": f"{line.factor:f}",
        "amount": str(line.amount),
        "rule": line.rule.as_dict(),
    }
