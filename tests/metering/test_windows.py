"""What holds for every window, zone and moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

from hypothesis import given
from hypothesis import strategies as st

from abonent.base.months import Month
from abonent.metering.windows import Rules, cut_off, next_hour, today_of, window_of, window_state
from tests.metering.test_readings_document import rules

ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc"))
#: The ends of months are where windows could meet.
DAYS = st.sampled_from([1, 28, 29, 30, 31]) | st.integers(1, 31)
RULES = st.builds(
    lambda first, last, zone, leave, hour: rules(
        first_day=first, last_day=last, time_zone=zone, sent_to_billing=leave, sent_at_hour=hour
    ),
    DAYS,
    DAYS,
    st.sampled_from(ZONES),
    st.sampled_from(["daily", "after_window"]),
    st.integers(0, 23),
)
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
MONTHS = st.builds(Month, st.integers(2015, 2035), st.sampled_from([1, 2]) | st.integers(1, 12))


@given(RULES, MONTHS)
def test_windows_follow_each_other_and_never_overlap(there: Rules, month: Month) -> None:
    here, following = window_of(there, month), window_of(there, month + 1)
    assert here.opens.astimezone(UTC) < here.closes.astimezone(UTC) <= following.opens.astimezone(UTC)


@given(RULES, MOMENTS)
def test_the_next_window_is_the_first_to_open_after_now(there: Rules, now: datetime) -> None:
    state = window_state(there, now)
    assert state.next.opens.astimezone(UTC) > now
    assert window_of(there, state.next.period - 1).opens.astimezone(UTC) <= now
    assert state.next == window_of(there, state.next.period)
    if state.now_open:
        assert state.now_open.holds(now)
        assert state.now_open.period == state.next.period - 1
    else:
        assert window_of(there, state.next.period - 1).closes.astimezone(UTC) <= now


@given(RULES, MOMENTS)
def test_an_open_window_holds_its_own_days_only(there: Rules, now: datetime) -> None:
    opened = window_state(there, now).now_open
    if opened:
        assert opened.first_day <= today_of(there, now) <= opened.last_day


@given(RULES, MOMENTS)
def test_a_reading_may_be_corrected_for_a_while_and_never_past_the_window(
    there: Rules, now: datetime
) -> None:
    opened = window_state(there, now).now_open
    if opened:
        until = cut_off(there, opened, now).astimezone(UTC)
        assert now < until <= opened.closes.astimezone(UTC)
        if there.sent_to_billing == "daily":
            assert until - now <= timedelta(hours=25)


@given(RULES, MOMENTS)
def test_the_hour_comes_once_a_day(there: Rules, now: datetime) -> None:
    at = next_hour(there, now).astimezone(UTC)
    assert now < at <= now + timedelta(hours=49)  # a zone may skip a whole day, once in its life
    assert next_hour(there, at).astimezone(UTC) > at
