"""Months as values."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.months import Month

months = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))


@given(months, st.integers(-1000, 1000))
def test_adding_months_is_undone_by_taking_them_away(month: Month, count: int) -> None:
    assert (month + count) - count == month
    assert (month + count).months_since(month) == count


@given(months)
def test_a_month_ends_the_day_before_the_next_begins(month: Month) -> None:
    assert (month + 1).first_day.toordinal() - month.last_day.toordinal() == 1
    assert Month.of(month.last_day) == month
    assert Month.parse(str(month)) == month


def test_the_months_of_a_range_are_all_named() -> None:
    assert [str(month) for month in Month(2025, 11).through(Month(2026, 2))] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert list(Month(2026, 2).through(Month(2026, 1))) == []
    assert Month(2024, 2).last_day == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "10.2026", "", "2026-10-01", "0000-10"])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)
