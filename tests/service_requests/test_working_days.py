"""Working days: what always holds, and what a year's start costs."""

import subprocess
import sys
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from abonent.service_requests.working_days import WorkingDays, declared

DAYS = some.dates(date(2024, 1, 1), date(2028, 12, 31))
CALENDARS = some.builds(
    WorkingDays,
    country=some.sampled_from(["KZ", "RU"]),
    holidays=some.frozensets(DAYS, max_size=4),
    workdays=some.frozensets(DAYS, max_size=4),
)


@given(CALENDARS, DAYS, some.integers(1, 90))
def test_a_deadline_is_a_working_day_so_many_of_them_later(
    calendar: WorkingDays, day: date, count: int
) -> None:
    due = calendar.after(day, count)
    assert calendar.is_working(due)
    assert calendar.between(day, due) == count


@given(CALENDARS, DAYS, some.integers(0, 60), some.integers(0, 60))
def test_days_are_counted_one_after_another(calendar: WorkingDays, day: date, one: int, more: int) -> None:
    assert calendar.after(calendar.after(day, one), more) == calendar.after(day, one + more)


@given(CALENDARS, DAYS, some.integers(0, 400), some.integers(0, 400))
def test_stretches_add_up(calendar: WorkingDays, day: date, first: int, second: int) -> None:
    middle, end = day + timedelta(first), day + timedelta(first + second)
    assert calendar.between(day, middle) + calendar.between(middle, end) == calendar.between(day, end)
    assert calendar.between(end, day) == -calendar.between(day, end)


@given(CALENDARS, DAYS, some.integers(1, 30), some.integers(0, 60), some.integers(0, 60))
def test_as_many_days_are_left_after_waiting_as_before(
    calendar: WorkingDays, day: date, count: int, until_asked: int, waiting: int
) -> None:
    due = calendar.after(day, count)
    asked = day + timedelta(until_asked)
    answered = asked + timedelta(waiting)
    later = calendar.after(due, calendar.between(asked, answered))
    assert calendar.between(answered, later) == calendar.between(asked, due)


@given(CALENDARS, DAYS)
def test_the_profile_has_the_last_word(calendar: WorkingDays, day: date) -> None:
    if day in calendar.holidays:
        assert not calendar.is_working(day)
    elif day in calendar.workdays:
        assert calendar.is_working(day)


def test_a_saturday_that_russia_works() -> None:
    assert date(2025, 11, 1) in declared("RU", 2025).worked
    assert WorkingDays("RU").is_working(date(2025, 11, 1))
    assert not WorkingDays("KZ").is_working(date(2025, 11, 1))


def test_a_start_does_not_wait_for_the_holidays() -> None:
    """The library is imported when a deadline is first reckoned."""
    program = (
        "import sys, django; django.setup(); import abonent.service_requests.jobs;"
        " print('holidays' in sys.modules, 'pikepdf' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "False"], done.stderr
