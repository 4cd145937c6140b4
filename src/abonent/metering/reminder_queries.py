"""Reads about reminders."""

from abonent.metering.models import ReminderWish


def wishes_reminders(account_id: int, user_id: int) -> bool:
    """Whether this person wants letters about the account's window. One query."""
    return ReminderWish.objects.filter(account_id=account_id, user_id=user_id).exists()
