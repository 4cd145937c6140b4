"""Housekeeping of people's tables; run by `abonent worker`."""

from django.utils import timezone
from procrastinate.contrib.django import app

from abonent.users import limits
from abonent.users.operations.invitations import forget_invitations
from abonent.users.sessions import SessionStore


@app.periodic(cron="41 3 * * *")
@app.task(name="users.clear_what_is_over", queueing_lock="users.clear_what_is_over")
def clear_what_is_over(timestamp: int) -> None:
    """Nightly: counts of wrong sign-ins, sessions that were idle too long (those that expired go by
    personal_data.retention), and invitations to the staff that ended a month ago."""
    SessionStore.clear_expired()
    forget_invitations(now=timezone.now())
    limits.forget_old(now=timezone.now())
