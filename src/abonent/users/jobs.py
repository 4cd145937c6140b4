"""Housekeeping of people's tables; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.users import limits
from abonent.users.sessions import SessionStore


@app.periodic(cron="41 3 * * *")
@app.task(name="users.clear_what_is_over", queueing_lock="users.clear_what_is_over")
def clear_what_is_over(timestamp: int) -> None:
    """Nightly: counts of wrong sign-ins, and sessions that were idle too long (those that expired go by
    personal_data.retention)."""
    SessionStore.clear_expired()
    limits.forget_old(now=timezone.now())
