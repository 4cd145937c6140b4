"""What holds for every value that is typed, and for every meter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.months import Month
from abonent.metering.checks import Checked, check, floor_of, parse, usual_per_day
from abonent.metering.fields import MeterField, ScaleField
from abonent.metering.monthly_use import Point, monthly_use
from abonent.metering.problems import number
from tests.metering.test_readings_document import TODAY, form, meter, read

VALUES = st.decimals(min_value=0, max_value=99_999, places=3, allow_nan=False)
OCTOBER = date(2026, 10, 21)


@given(VALUES)
def test_what_is_shown_can_be_typed_again(value: Decimal) -> None:
    assert parse(number(value)) == value
    assert parse(f"000{value}") == value


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    assert read(text) in ("not_a_number", "too_many_decimals") or parse(text) >= 0


def judged(
    one: MeterField, typed: dict[str, str], *, on: date = TODAY, confirmed: Sequence[str] = ()
) -> Checked:
    return check(form(one), typed, taken_on=on, confirmed=confirmed, meters=[one.id])


def one_scale(previous: Decimal | None = Decimal(1000), usual: Decimal | None = None) -> ScaleField:
    return ScaleField("total", previous, OCTOBER if previous is not None else None, "customer", usual, None)


@given(VALUES, VALUES, st.booleans(), st.booleans())
def test_nothing_lower_is_taken_without_the_word_of_the_customer(
    previous: Decimal, value: Decimal, rollover: bool, unusual: bool
) -> None:
    confirmed = ["7-total:rollover"] * rollover + ["7-total:unusual"] * unusual
    found = judged(meter(one_scale(previous, Decimal(5))), {"7-total": f"{value:f}"}, confirmed=confirmed)
    for taken in found.values:
        assert taken.rolled_over == (value < previous)
        assert rollover or not taken.rolled_over
        assert unusual or not taken.unusual
    assert bool(found.values) + bool(found.problems) + bool(found.questions) == 1


def three_scales() -> MeterField:
    names = ("peak", "half_peak", "night")
    scales = tuple(replace(one_scale(), scale=name) for name in names)
    return replace(meter(one_scale()), scales=scales)


def test_all_scales_of_a_meter_go_together() -> None:
    found = judged(three_scales(), {"7-peak": "1010", "7-night": ""})
    assert {key: problem.code for key, problem in found.problems.items()} == {
        "7-half_peak": "incomplete",
        "7-night": "incomplete",
    }
    assert [taken.scale for taken in found.values] == ["peak"]


def test_a_bad_field_leaves_the_others_as_they_are() -> None:
    found = judged(three_scales(), {"7-peak": "1010", "7-half_peak": "abc", "7-night": "900"})
    assert {key: problem.code for key, problem in found.problems.items()} == {
        "7-half_peak": "not_a_number",
        "7-night": "lower",
    }


def test_a_meter_past_its_verification_is_refused_where_the_organisation_says_so() -> None:
    overdue = replace(meter(one_scale()), next_verification_on=date(2026, 11, 1), overdue=True)
    assert not judged(overdue, {"7-total": "1010"}).problems
    found = judged(replace(overdue, refused=True), {"7-total": "1010"})
    assert [problem.code for problem in found.problems.values()] == ["overdue"]


def test_a_day_before_the_last_reading_or_the_installation_is_refused() -> None:
    later = ScaleField("total", Decimal(1000), date(2026, 11, 15), "inspector", None, None)
    found = judged(meter(later), {"7-total": "1010"}, on=date(2026, 11, 14))
    assert [problem.code for problem in found.problems.values()] == ["before_last"]
    assert not judged(meter(later), {"7-total": "1010"}, on=date(2026, 11, 15)).problems
    new = replace(meter(one_scale(None)), installed_on=date(2026, 11, 15))
    assert (
        judged(new, {"7-total": "1010"}, on=date(2026, 11, 14)).problems["7-total"].code == "before_installed"
    )


def test_nothing_is_taken_of_a_closed_account_or_an_unknown_meter() -> None:
    closed = replace(form(meter(one_scale())), closed_on=date(2026, 11, 1))
    found = check(closed, {"7-total": "1010"}, taken_on=TODAY, confirmed=[], meters=[7])
    assert found.problems["7-total"].code == "account_closed"
    assert judged(meter(one_scale()), {"8-total": "1010"}).problems["8-total"].code == "taken_off"


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_a_question_shows_the_customers_own_usual(language: str) -> None:
    with translation.override(language):
        found = judged(meter(one_scale(usual=Decimal("5.1"))), {"7-total": "2900"})
        question = found.questions["7-total"]
        words = question.message
    assert "1\u00a0900" in words
    assert "158" in words  # 5.1 x 31 days
    assert "31" in words
    assert question.answer


RATES = st.lists(st.decimals(0, 100, places=1, allow_nan=False), min_size=3, max_size=12)


@given(RATES)
def test_the_usual_is_one_of_the_paces_or_between_two(rates: list[Decimal]) -> None:
    points = [(date(2025, 11, 1), Decimal(0))]
    for rate in rates:
        points.append((points[-1][0] + timedelta(days=30), points[-1][1] + rate * 30))
    usual = usual_per_day(points)
    assert usual is not None
    assert min(rates) <= usual <= max(rates)
    doubled = usual_per_day(points, Decimal(2))
    assert doubled is not None
    assert abs(doubled - 2 * usual) <= Decimal("0.000002")


def test_a_usual_needs_three_intervals_and_overlooks_those_that_went_down() -> None:
    days = [date(2026, month, 20) for month in (5, 6, 7, 8, 9)]
    values = [Decimal(value) for value in (99_900, 50, 200, 350, 500)]
    assert usual_per_day(list(zip(days[:4], values[:4], strict=True))) is None
    assert usual_per_day(list(zip(days, values, strict=True))) == Decimal("4.838710")  # 150 in 31 days


@pytest.mark.parametrize(
    ("unit", "floor"),
    [
        ("кВт·ч", "3"),
        ("кВт·сағ", "3"),
        ("куб.м", "0.3"),
        ("текше м", "0.3"),
        ("м³", "0.3"),
        ("Гкал", "0.03"),
        ("", "0.1"),
    ],
)
def test_the_floor_goes_by_the_unit(unit: str, floor: str) -> None:
    assert floor_of(unit) == Decimal(floor)


STEPS = st.lists(
    st.tuples(st.integers(1, 120), st.decimals(0, 900, places=3, allow_nan=False)), min_size=1, max_size=20
)


@given(STEPS, st.sampled_from(["1", "20", "0.5"]))
def test_the_use_of_all_months_is_what_the_meter_counted(
    steps: list[tuple[int, Decimal]], ratio: str
) -> None:
    points = [Point(date(2024, 1, 5), Decimal(100), "customer")]
    for days, used in steps:
        points.append(Point(points[-1].on + timedelta(days=days), points[-1].value + used, "customer"))
    found = monthly_use(points, 6, Decimal(ratio))
    assert sum(use.volume or 0 for use in found) == (points[-1].value - points[0].value) * Decimal(ratio)
    months = [use.month for use in found]
    assert all(later == earlier + 1 for earlier, later in pairwise(months))
    assert not months or months[-1] == Month.of(points[-1].on)
