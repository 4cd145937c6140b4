"""When a gateway is asked again about something that is not final. Pure: the clock is an argument.

1, 3, 10, 30 and 60 minutes after the last question, then hourly for a day, then daily (paying.md,
«Questions»).
"""

from datetime import datetime, timedelta

FIRST = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 60))
HOURLY = 24
"""So many times, an hour apart."""
DAY = timedelta(days=1)
HANGS = DAY
"""So long after its time a payment that the gateway still calls pending counts as on its way."""
LATE_TRUTH = timedelta(days=7)
"""So long after it an expired payment of which the gateway never said no is asked about, daily."""


def wait_after(questions: int) -> timedelta:
    """How long to wait when so many questions have been asked: 0, before the first, is a minute."""
    if questions < len(FIRST):
        return FIRST[questions]
    return timedelta(hours=1) if questions < len(FIRST) + HOURLY else DAY


def next_question(questions: int, now: datetime) -> datetime:
    return now + wait_after(questions)
