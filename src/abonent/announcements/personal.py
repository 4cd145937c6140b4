"""What this room knows of one person: which announcements were sent, and whether notices are wanted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.announcements.models import AnnouncementLetter, NoNotices
from abonent.announcements.texts import text_in
from abonent.portal.current import portal

WORDS: Mapping[str, str | Promise] = {
    "announcements": _("Announcements sent to you"),
    "kind": _("Kind"),
    "kind=notice": _("Notice"),
    "kind=outage": _("Outage"),
    "title": _("Title"),
    "written_at": _("Written"),
    "notices_not_wanted": _("Notices by e-mail switched off"),
    "since": _("Since"),
}
TOLD: Mapping[str, str] = {
    "announcements.AnnouncementLetter.user": "announcements",
    "announcements.NoNotices.user": "notices_not_wanted",
}
LEFT_OUT: Mapping[str, str] = {
    "announcements.Announcement.created_by": "work of the staff, told by the audit trail",
    "announcements.Announcement.scheduled_by": "work of the staff, told by the audit trail",
}


def facts_about(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Section -> rows, JSON-ready. Two queries."""
    letters = AnnouncementLetter.objects.filter(user_id=user_id, letter__isnull=False)
    rows = letters.select_related("announcement").order_by("pk")
    wish = NoNotices.objects.filter(user_id=user_id).values_list("since", flat=True)
    return {
        "announcements": [_told(one) for one in rows],
        "notices_not_wanted": [{"since": since.isoformat()} for since in wish],
    }


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Delete who was told and the wish; the figures of an announcement count one person less. In the caller's
    transaction, safe to repeat."""
    return {
        "announcements": AnnouncementLetter.objects.filter(user_id=user_id).delete()[0],
        "notices_not_wanted": NoNotices.objects.filter(user_id=user_id).delete()[0],
    }


def _told(one: AnnouncementLetter) -> dict[str, Any]:
    title, _text = text_in(one.announcement.texts, portal().language, portal().language)
    written = one.written_at.isoformat() if one.written_at else None
    return {"kind": one.announcement.kind, "title": title, "written_at": written}
