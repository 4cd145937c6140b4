"""What a column of the bundle is, and what a file."""

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "code", "number", "text", "email", "integer", "decimal", "date", "month", "choice", "words", "time_zone"
]

PATTERNS = {
    "integer": r"-?[0-9]+",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "month": r"[0-9]{4}-(?:0[1-9]|1[0-2])",
    "code": r"\S+",
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "words": r"[a-z_]+(?: [a-z_]+)*",
}


@dataclass(frozen=True)
class Column:
    """A column: what it means, and what its values may be. `required`: no value may be empty, and the column
    must stand in the file. A column that is not required may be left out: what is stored then stays."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    key: bool = False
    refers: str = ""
    """The file whose key this value names."""
    unit: str = ""
    longest: int = 0
    """Characters of a text."""
    whole: int = 0
    """Digits before the decimal point."""
    places: int = 0
    """Digits behind it."""
    signed: bool = False
    low: int = 0
    high: int = 0
    """Bounds of an integer."""
    choices: tuple[str, ...] = ()
    default: str = ""
    """What an empty value, or a new row of a file without the column, stands for."""
    past: bool = False
    """A date that cannot lie in the future, a month no later than next month."""
    spelling: re.Pattern[str] = field(init=False, repr=False, compare=False)
    """What a value looks like from end to end, in syntax that Python and Rust share."""

    def __post_init__(self) -> None:
        pattern = PATTERNS.get(self.kind, ".*")
        if self.kind == "decimal":
            sign = "-?" if self.signed else ""
            pattern = rf"{sign}[0-9]{{1,{self.whole}}}(?:\.[0-9]{{1,{self.places}}})?"
        object.__setattr__(self, "spelling", re.compile(pattern))

    @property
    def described(self) -> str:
        """The type, as the document words it."""
        match self.kind:
            case "decimal":
                sign = "" if self.signed else ", not negative"
                return f"decimal, {self.whole} digits and {self.places} places{sign}"
            case "integer":
                return f"integer, {self.low} to {self.high}"
            case "choice":
                return " / ".join(f"`{choice}`" for choice in self.choices)
            case "code" | "text" | "number" | "email":
                return f"{self.kind}, up to {self.longest} characters"
            case "words":
                return f"words of a to z and _, up to {self.longest} characters"
            case "time_zone":
                return "IANA time zone"
            case "date":
                return "date, not in the future" if self.past else "date"
            case _:
                return "month, at most the next one"


@dataclass(frozen=True)
class File:
    """One file of the bundle. `key`: the columns whose values together may occur once."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", tuple(column.name for column in self.columns if column.key))

    @property
    def filename(self) -> str:
        return f"{self.name}.csv"

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
