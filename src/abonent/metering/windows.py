"""When readings are taken: an organisation's days of the month, in its own time zone.

Pure: standard library and `Month` only. Worked tables: docs/domain/readings.md.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from abonent.base.months import Month

DAILY, AFTER_WINDOW = "daily", "after_window"


@dataclass(frozen=True, slots=True)
class Rules:
    """How an organisation takes readings (`metering.rules.rules_of`)."""

    first_day: int
    last_day: int
    """Both included; 31 is the last day of any month; first_day > last_day runs into the next month."""
    time_zone: str
    refuse_overdue: bool
    unusual_times: Decimal
    sent_to_billing: str
    """`daily` or `after_window`."""
    sent_at_hour: int


@dataclass(frozen=True, slots=True)
class Window:
    """One opening. `opens` and `closes` are in the organisation's zone; `closes` is the first moment after
    it."""

    period: Month
    """The month in which it opened."""
    opens: datetime
    closes: datetime

    @property
    def first_day(self) -> date:
        return self.opens.date()

    @property
    def last_day(self) -> date:
        """Reckoned in UTC: where clocks skip midnight, the day after begins at one."""
        return (_in_utc(self.closes) - timedelta(microseconds=1)).astimezone(self.closes.tzinfo).date()

    def holds(self, now: datetime) -> bool:
        return self.opens.astimezone(UTC) <= now.astimezone(UTC) < self.closes.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class WindowState:
    now_open: Window | None
    next: Window
    """The one that opens next, after now."""

    @property
    def is_open(self) -> bool:
        return self.now_open is not None


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def window_of(rules: Rules, period: Month) -> Window:
    """The window that opens in `period`. It never reaches into the next one."""
    opens = _start_of(rules, period, rules.first_day)
    runs_over = rules.first_day > rules.last_day
    closes = _start_of(rules, period + 1 if runs_over else period, rules.last_day, days_later=1)
    next_opens = _start_of(rules, period + 1, rules.first_day)
    return Window(period, opens, min(closes, next_opens, key=_in_utc))


def window_state(rules: Rules, now: datetime) -> WindowState:
    """Whether the window is open at `now` (aware), and when the next one opens."""
    month = Month.of(now.astimezone(zone(rules.time_zone)).date())
    near = [window_of(rules, period) for period in (month - 1).through(month + 1)]
    now_open = next((window for window in near if window.holds(now)), None)
    return WindowState(now_open, next(window for window in near if _in_utc(window.opens) > _in_utc(now)))


def cut_off(rules: Rules, window: Window, now: datetime) -> datetime:
    """Until when a reading received at `now` may be corrected: then it leaves for billing, or the window
    closes."""
    if rules.sent_to_billing == AFTER_WINDOW:
        return window.closes
    return min(next_hour(rules, now), window.closes, key=_in_utc)


def as_told(until: datetime) -> datetime:
    """`until` as people are told it: midnight is the last minute of the day before."""
    return until - timedelta(minutes=1) if (until.hour, until.minute) == (0, 0) else until


def next_hour(rules: Rules, now: datetime) -> datetime:
    """The next `sent_at_hour` o'clock after `now`, in the organisation's zone."""
    local = now.astimezone(zone(rules.time_zone))
    at = (_local(rules, local.date() + timedelta(days=days), rules.sent_at_hour) for days in (0, 1, 2))
    return next(moment for moment in at if _in_utc(moment) > _in_utc(now))


def today_of(rules: Rules, now: datetime) -> date:
    """The organisation's day at `now`."""
    return now.astimezone(zone(rules.time_zone)).date()


def _start_of(rules: Rules, month: Month, day: int, *, days_later: int = 0) -> datetime:
    """The first moment of a day of the month, or of its last day when it has no such."""
    found = month.first_day + timedelta(days=min(day, month.last_day.day) - 1 + days_later)
    return _local(rules, found, 0)


def _local(rules: Rules, day: date, hour: int) -> datetime:
    """An hour of a day. One that clocks skip is the moment they skip it; of one that comes twice, the
    first."""
    there = zone(rules.time_zone)
    return datetime.combine(day, time(hour), there).astimezone(UTC).astimezone(there)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
