"""What is kept as JSON comes back as it was."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from abonent.base.months import Month
from abonent.base.plain import plain, shape, typed


@dataclass(frozen=True)
class Line:
    month: Month
    day: date
    sums: tuple[Decimal, ...]
    rating: Decimal | None


@dataclass(frozen=True)
class Sheet:
    name: str
    lines: tuple[Line, ...]
    by_state: dict[str, int]


MONTHS = st.builds(Month, st.integers(1, 9999), st.integers(1, 12))
SUMS = st.decimals(allow_nan=False, allow_infinity=False, places=2)
LINES = st.builds(Line, MONTHS, st.dates(), st.lists(SUMS).map(tuple), st.one_of(st.none(), SUMS))
SHEETS = st.builds(Sheet, st.text(), st.lists(LINES).map(tuple), st.dictionaries(st.text(), st.integers()))


@given(SHEETS)
def test_it_comes_back_as_it_was(sheet: Sheet) -> None:
    assert typed(Sheet, json.loads(json.dumps(plain(sheet)))) == sheet


@dataclass(frozen=True)
class LongerLine(Line):
    late: int


def test_another_shape_has_another_name() -> None:
    """A release that counts more does not read what an older one kept."""
    assert shape(Line) != shape(LongerLine)
    assert shape(tuple[int, ...]) != shape(tuple[str, ...])
    assert shape(Sheet) == shape(Sheet)
