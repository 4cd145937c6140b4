"""Reads of announcements: outages for a customer's pages, lists and figures for the office."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from abonent.announcements.audience import audience_of
from abonent.announcements.kept_reach import ShownReach, shown_reach
from abonent.announcements.models import Announcement, NoNotices
from abonent.announcements.texts import missing, text_in
from abonent.base.prepared import prepared_cursor
from abonent.portal.current import portal
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may


@dataclass(frozen=True, slots=True)
class Outage:
    """What stands on the pages of an account now, in the reader's language."""

    title: str
    text: str
    starts_at: datetime
    ends_at: datetime


_OUTAGES = """
SELECT one.account_id, outage.texts::text, outage.starts_at, outage.ends_at
  FROM announcements_announcedaccount AS one
  JOIN announcements_announcement AS outage ON outage.id = one.announcement_id
 WHERE one.account_id = ANY(%s) AND outage.starts_at <= %s AND outage.ends_at > %s
   AND outage.ended_at IS NULL AND outage.state IN ('sending', 'sent')
 ORDER BY outage.starts_at, outage.id
"""


def outages_of(account_ids: Collection[int], *, language: str, now: datetime) -> dict[int, list[Outage]]:
    """The outages that stand on these accounts' pages now, by account, the first to begin first. One query;
    ask for those alone whose `announced_until` is still to come."""
    with prepared_cursor() as cursor:
        cursor.execute(_OUTAGES, [list(account_ids), now, now])
        rows = cursor.fetchall()
    found: dict[int, list[Outage]] = {}
    for account_id, texts, starts_at, ends_at in rows:
        title, text = text_in(json.loads(texts), language, portal().language)
        found.setdefault(account_id, []).append(Outage(title, text, starts_at, ends_at))
    return found


def wants_notices(user_id: int) -> bool:
    """Whether notices are sent to this person; everybody gets them who has not said no. One query."""
    return not NoNotices.objects.filter(user_id=user_id).exists()


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the office's list, newest first."""

    rows: Sequence[Announcement]
    more: bool


def announcements(staff: StaffMembership, *, limit: int, offset: int = 0) -> Listed:
    """What this member of the staff may see: an organisation's own; notices by those who may write them. One
    query."""
    found = _seen_by(staff).order_by("-pk")[offset : offset + limit + 1]
    rows = list(found)
    return Listed(rows[:limit], len(rows) > limit)


def announcement(staff: StaffMembership, number: int) -> Announcement | None:
    """One of them, or None: another organisation's does not exist. One query."""
    found: Announcement | None = _seen_by(staff).filter(pk=number).first()
    return found


def _seen_by(staff: StaffMembership) -> Any:
    kinds = [Announcement.Kind.OUTAGE] if may(staff, Right.OUTAGES) else []
    kinds += [Announcement.Kind.NOTICE] if may(staff, Right.TEXTS) else []
    of_them = Q() if staff.organisation_id is None else Q(organisation_id=staff.organisation_id)
    people = ("created_by", "scheduled_by")
    return Announcement.objects.filter(of_them, kind__in=kinds).select_related(
        "organisation", "service", *people
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an announcement's letters. Each person stands in one of the five."""

    people: int
    to_write: int
    """The worker has not come to them yet."""
    queued: int
    """In the outbox: to be sent, or tried again."""
    delivered: int
    refused: int
    """The mail server said no, at delivery or by a report that came back."""
    not_sent: int
    """Given up after three days, called back, or not wanted any more."""

    def as_json(self) -> dict[str, int]:
        return asdict(self)


_DELIVERY = """
SELECT count(*),
       count(*) FILTER (WHERE written_at IS NULL),
       count(*) FILTER (WHERE letter.refused_at IS NULL AND letter.sent_at IS NULL
                          AND letter.next_attempt_at IS NOT NULL),
       count(*) FILTER (WHERE letter.refused_at IS NULL AND letter.sent_at IS NOT NULL),
       count(*) FILTER (WHERE letter.refused_at IS NOT NULL)
  FROM announcements_announcementletter AS row
  LEFT JOIN notices_letter AS letter ON letter.id = row.letter_id
 WHERE row.announcement_id = %s
"""


def counted(announcement: Announcement) -> Delivery:
    """Its delivery figures: one query, none once they are written down."""
    if announcement.figures is not None:
        return Delivery(**announcement.figures)
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERY, [announcement.pk])
        people, to_write, queued, delivered, refused = cursor.fetchone()
    rest = people - to_write - queued - delivered - refused
    return Delivery(people, to_write, queued, delivered, refused, not_sent=rest)


@dataclass(frozen=True, slots=True)
class Overview:
    """One announcement as the office sees it."""

    announcement: Announcement
    shown: ShownReach | None
    """How many it would concern; none once it has gone out."""
    delivery: Delivery | None
    """What became of its letters; none before it goes out."""
    lacking: tuple[str, ...]
    """Languages without a title or a text: it cannot go out yet."""


def overview(staff: StaffMembership, number: int, *, now: datetime) -> Overview | None:
    """None for what this member of the staff may not see. Thirteen queries at most, whatever the number."""
    found = announcement(staff, number)
    if found is None:
        return None
    before = found.state in (Announcement.State.DRAFT, Announcement.State.SCHEDULED)
    return Overview(
        announcement=found,
        shown=shown_reach(audience_of(found), kind=found.kind, now=now) if before else None,
        delivery=counted(found) if found.started_at else None,
        lacking=missing(found.texts, portal().languages),
    )
