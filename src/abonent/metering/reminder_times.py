"""When a reminder about a window is due. Pure; the worked table stands in docs/domain/readings.md."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal, NamedTuple

from abonent.metering.windows import Rules, Window, window_state, zone

Kind = Literal["opening", "closing"]

MORNING, EVENING = 9, 21
"""Letters go from nine in the morning to nine in the evening of the organisation's day."""


class Due(NamedTuple):
    """A letter that is due now to everybody who wants letters about this window."""

    kind: Kind
    window: Window


def closing_morning(window: Window) -> datetime:
    """Nine in the morning of the day before the last, in UTC."""
    day = window.last_day - timedelta(days=1)
    return datetime.combine(day, time(MORNING), window.closes.tzinfo).astimezone(UTC)


def due(rules: Rules, now: datetime) -> Due | None:
    """The letter that is due at `now`, if any.

    The day before the last it is the one about closing, on every other day of the open window the one about
    opening: whoever was written to already is left out later, by the period.
    """
    window = window_state(rules, now).now_open
    local = now.astimezone(zone(rules.time_zone))
    if window is None or not MORNING <= local.hour < EVENING:
        return None
    closes_tomorrow = local.date() == window.last_day - timedelta(days=1)
    return Due("closing" if closes_tomorrow else "opening", window)


def closing_has_come(window: Window, now: datetime) -> bool:
    """Whether the day of the letter about closing has begun: nobody who asks from now on needs it."""
    return now.astimezone(window.closes.tzinfo).date() >= window.last_day - timedelta(days=1)
