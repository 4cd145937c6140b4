"""A tariff's file with one more period: the last one's keys, other rates. Text in, text out.

What stands in the file stays as it stands, with its comments: the new period is written beneath.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from abonent.tariffs.calculator.tariff import SCALES

#: Of a period whose rates somebody published; what is made up stays with the period it was made up for.
_KEPT = ("raising_factor", "vat", "limits", "norms")


class Rate(NamedTuple):
    """One figure of the last period, as the file has it (before VAT where `vat` stands beside it)."""

    row: int
    categories: tuple[str, ...]
    scale: str
    level: int | None
    """From 1; None where the row has one rate of this scale."""
    value: str

    @property
    def key(self) -> str:
        return f"{self.row}-{self.scale}-{self.level or 0}"


def last_rates(text: str) -> list[Rate]:
    """The rates of the last period, in the file's order. For a text that `parse_tariff` takes."""
    return [rate for number, row in enumerate(_last(text)["rates"]) for rate in _of_row(number, row)]


def last_begins(text: str) -> date:
    """From which day the last period holds."""
    begins: date = _last(text)["from"]
    return begins


def with_next_period(text: str, *, begins: date, rates: Mapping[str, str], source: str) -> str:
    """The text with a period from `begins` on; `rates` by `Rate.key`, a rate that is missing stays.

    Whether it is a tariff then is for `parse_tariff` to say: a rate may be no number.
    """
    last = _last(text)
    lines = ["", "[[periods]]", f"from = {begins.isoformat()}"]
    if source:
        lines.append(f"source = {_string(source)}")
    lines += [f"{name} = {_value(last[name])}" for name in _KEPT if name in last]
    rows = [_row(number, row, rates) for number, row in enumerate(last["rates"])]
    lines += ["rates = [", *(f"  {row}," for row in rows), "]"]
    return text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


def _last(text: str) -> dict[str, Any]:
    periods = tomllib.loads(text)["periods"]
    last: dict[str, Any] = periods[-1]
    return last


def _of_row(number: int, row: Mapping[str, Any]) -> list[Rate]:
    categories = tuple(row.get("with", ()))
    found = []
    for scale in SCALES:
        if scale not in row:
            continue
        given = row[scale]
        several = isinstance(given, list)
        values = given if several else [given]
        found += [
            Rate(number, categories, scale, level if several else None, str(value))
            for level, value in enumerate(values, start=1)
        ]
    return found


def _row(number: int, row: Mapping[str, Any], rates: Mapping[str, str]) -> str:
    made = dict(row)
    for rate in _of_row(number, row):
        typed = rates.get(rate.key, rate.value)
        if rate.level is None:
            made[rate.scale] = typed
        else:
            made[rate.scale] = [*made[rate.scale][: rate.level - 1], typed, *made[rate.scale][rate.level :]]
    return _value(made)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _string(str(value))


def _string(text: str) -> str:
    """A basic string of TOML."""
    kept = "".join(one if one.isprintable() else " " for one in text)
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'
