"""The letter about what does not agree: to the portal's administrators, once a day while anything is open."""

from contextlib import suppress
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse

from abonent.notices.addresses import absolute
from abonent.notices.models import Letter
from abonent.notices.operations import NotAMailbox, write_letter
from abonent.payments.difference_words import KINDS, OWNERS
from abonent.payments.differences import DifferenceFacts, open_count, open_differences
from abonent.portal.current import portal
from abonent.users.models import StaffMembership, User

ROWS = 20
"""Of a letter; the office's page has all of them."""
KIND = "payment_differences"


@transaction.atomic
def tell_of_differences(*, now: datetime) -> int:
    """Write to every administrator of the portal who was not written to today; how many letters. Safe to
    repeat."""
    counted = open_count()
    if counted.oldest is None:
        return 0
    rows = open_differences(now=now, limit=ROWS)
    return sum(_write(one, rows, counted.count, counted.oldest, now) for one in _administrators())


def _administrators() -> list[User]:
    found = StaffMembership.objects.filter(
        organisation=None, role="administrator", user__is_active=True, user__email_confirmed=True
    )
    return [one.user for one in found.select_related("user").order_by("user_id") if one.user.email]


def _write(user: User, rows: list[DifferenceFacts], count: int, oldest: datetime, now: datetime) -> bool:
    zone = ZoneInfo(portal().time_zone)
    today = datetime.combine(now.astimezone(zone).date(), time(), zone)
    if Letter.objects.filter(kind=KIND, user=user, created_at__gte=today).exists():
        return False
    language = user.language or portal().language
    with suppress(NotAMailbox):
        write_letter(
            template=f"payments/letters/{KIND}.txt",
            to=user.email,
            user=user,
            language=language,
            now=now,
            context={
                "count": count,
                "oldest": f"{oldest.astimezone(zone):%d.%m.%Y}",
                "rows": [_row(one, language) for one in rows],
                "more": count - len(rows),
                "page": absolute(reverse("office_reconciliation")),
            },
        )
        return True
    return False


def _row(one: DifferenceFacts, language: str) -> dict[str, Any]:
    return {
        "day": f"{one.day:%d.%m.%Y}",
        "source": one.name(language),
        "reference": one.reference,
        "kind": KINDS[one.kind],
        "owner": OWNERS[one.owner],
        "ours": "—" if one.ours is None else one.ours,
        "theirs": "—" if one.theirs is None else one.theirs,
    }
