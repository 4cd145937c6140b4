"""The letters of reminders, in the reader's language: outbox rows of the caller's transaction."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from abonent.metering import reading_links
from abonent.metering.models import ReadingLink, ReminderWish
from abonent.metering.reminder_times import Due
from abonent.metering.windows import Window
from abonent.notices.addresses import absolute
from abonent.notices.operations import NotAMailbox, write_letter
from abonent.portal.current import portal

TEMPLATES = {"opening": "reading_window_opened", "closing": "reading_window_closing"}


def write(*, wish: ReminderWish, what: Due, now: datetime) -> None:
    """One letter with its signed link. A mailbox that cannot be written to holds nothing up."""
    language = wish.user.language or portal().language
    with suppress(NotAMailbox), transaction.atomic():
        write_letter(
            template=f"metering/letters/{TEMPLATES[what.kind]}.txt",
            to=wish.user.email,
            user=wish.user,
            language=language,
            now=now,
            context={
                "organisation": wish.organisation.name(language),
                "ending": reading_links.number_ending(wish.account.number),
                "first": f"{what.window.opens:%d.%m.%Y}",
                "last": f"{what.window.last_day:%d.%m.%Y}",
                "link": reading_links.address(_link(wish, what.window, now)),
                "cabinet": absolute(reverse("readings", args=[wish.account.public_id])),
            },
        )


def _link(wish: ReminderWish, window: Window, now: datetime) -> ReadingLink:
    """The period's link, the same in both its letters. It is made anew, and the older one void, when it was
    used (and what it sent was rejected since) or is older than the wish."""
    link, made = ReadingLink.objects.select_for_update().get_or_create(
        account_id=wish.account_id,
        user_id=wish.user_id,
        period=window.period.first_day,
        defaults={"created_at": now, "expires_at": window.closes},
    )
    if made:
        return link
    if link.used_at is not None or link.created_at < wish.wished_at:
        link.created_at, link.used_at = now, None
    link.expires_at = window.closes
    link.save(update_fields=["created_at", "used_at", "expires_at"])
    return link
