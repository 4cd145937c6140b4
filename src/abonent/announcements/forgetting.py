"""What of an announcement is forgotten: after sixty days nobody asks who was told; its figures stay."""

from datetime import datetime, timedelta

from django.db import transaction

from abonent.announcements.models import AnnouncedAccount, Announcement, AnnouncementLetter
from abonent.announcements.queries import counted

KEPT = timedelta(days=60)
"""Before the letters themselves are forgotten (ninety days, notices): until then they are counted."""
State = Announcement.State


def forget(*, now: datetime) -> int:
    """Write the figures of old announcements down and delete whom they went to: how many announcements.

    One transaction each, safe to repeat. An outage's accounts stay until it is over.
    """
    old = now - KEPT
    rows = Announcement.objects.filter(figures__isnull=True, clearing=False, finished_at__lt=old)
    done = rows.filter(state__in=[State.SENT, State.CANCELLED]).exclude(ends_at__gte=now)
    numbers = list(done.values_list("pk", flat=True))
    for number in numbers:
        _forget(number)
    return len(numbers)


@transaction.atomic
def _forget(number: int) -> None:
    found = Announcement.objects.select_for_update().get(pk=number)
    found.figures = counted(found).as_json()
    found.save(update_fields=["figures"])
    AnnouncedAccount.objects.filter(announcement=found).delete()
    AnnouncementLetter.objects.filter(announcement=found).delete()
