"""«Получать уведомления компании»: a person's wish, changed in the settings or by the link of a letter."""

from datetime import datetime

from django.db import transaction

from abonent.announcements.models import NoNotices
from abonent.announcements.wish_links import find
from abonent.users import audit
from abonent.users.models import User


@transaction.atomic
def want_notices(*, user: User, wanted: bool, address: str | None = None, now: datetime) -> None:
    """Whether notices are sent to this person; outages are told all the same. One transaction, safe to
    repeat."""
    if wanted:
        changed = NoNotices.objects.filter(user=user).delete()[0] > 0
    else:
        changed = NoNotices.objects.get_or_create(user=user, defaults={"since": now})[1]
    if changed:
        audit.record(
            action="notices_wanted" if wanted else "notices_not_wanted",
            actor=user,
            subject=f"user:{user.pk}",
            address=address,
            now=now,
        )


def want_notices_by_letter(*, token: str, wanted: bool, now: datetime) -> None:
    """The same by the link of a letter, without signing in. Safe to repeat. Raises `NoSuchWishLink`."""
    want_notices(user=find(token), wanted=wanted, now=now)
