"""Writing an announcement: a draft changes as often as one likes, and nobody outside the office sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from abonent.announcements.audience import Audience
from abonent.announcements.models import Announcement
from abonent.announcements.texts import tidied
from abonent.base.errors import DomainError
from abonent.portal.current import portal
from abonent.users import audit
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may

State = Announcement.State


class NoSuchAnnouncement(DomainError):  # noqa: N818 - named after what is the matter
    """There is none of that number, or it is another organisation's, or of a kind this person may not do."""


class NotADraft(DomainError):  # noqa: N818
    """What was published does not change: a correction is an announcement of its own."""


class NotYours(DomainError):  # noqa: N818
    """An organisation's staff speak to its own accounts only."""


class HoursOutOfOrder(DomainError):  # noqa: N818
    """An outage needs hours, and ends after it begins."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed: the texts may be unfinished, whom it concerns and the hours may not."""

    kind: str
    audience: Audience
    texts: Mapping[str, Mapping[str, str]]
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def may_do(staff: StaffMembership, kind: str) -> bool:
    """Operators tell of outages; notices are for those who may write to many."""
    return may(staff, Right.OUTAGES if kind == Announcement.Kind.OUTAGE else Right.TEXTS)


@transaction.atomic
def write(*, draft: Draft, staff: StaffMembership, address: str | None, now: datetime) -> Announcement:
    """A new draft. One transaction; not safe to repeat: each call is one. Raises `NoSuchAnnouncement` (a kind
    that is not theirs), `NotYours` and `HoursOutOfOrder`."""
    if not may_do(staff, draft.kind):
        raise NoSuchAnnouncement
    made = Announcement.objects.create(created_at=now, created_by=staff.user, **_facts(draft, staff))
    told("announcement_written", made, staff=staff, address=address, now=now)
    return made


@transaction.atomic
def edit(
    *, number: int, draft: Draft, staff: StaffMembership, address: str | None, now: datetime
) -> Announcement:
    """Change a draft. One transaction, safe to repeat. Raises `NoSuchAnnouncement`, `NotADraft`, `NotYours`
    and `HoursOutOfOrder`."""
    found = locked(number, staff)
    if found.state != State.DRAFT or found.kind != draft.kind:
        raise NotADraft
    facts = _facts(draft, staff)
    for name, value in facts.items():
        setattr(found, name, value)
    found.save(update_fields=list(facts))
    told("announcement_changed", found, staff=staff, address=address, now=now)
    return found


def locked(number: int, staff: StaffMembership) -> Announcement:
    """The announcement, its row locked. Raises `NoSuchAnnouncement`."""
    rows = Announcement.objects.select_for_update(of=("self",)).select_related("organisation", "service")
    if staff.organisation_id is not None:
        rows = rows.filter(organisation_id=staff.organisation_id)
    found = rows.filter(pk=number).first()
    if found is None or not may_do(staff, found.kind):
        raise NoSuchAnnouncement
    return found


def told(
    action: str,
    announcement: Announcement,
    *,
    staff: StaffMembership,
    address: str | None,
    reason: str = "",
    now: datetime,
) -> None:
    """Write it into the trail."""
    audit.record(
        action=action,
        actor=staff.user,
        subject=f"announcement:{announcement.pk}",
        organisation=announcement.organisation,
        address=address,
        reason=reason,
        now=now,
        kind=announcement.kind,
        audience=announcement.audience,
        place=announcement.place,
    )


def _facts(draft: Draft, staff: StaffMembership) -> dict[str, Any]:
    audience, own = draft.audience, staff.organisation_id
    if own is not None and (audience.organisation_id != own or audience.kind == Announcement.Audience.ALL):
        raise NotYours
    if draft.kind == Announcement.Kind.OUTAGE and not (
        draft.starts_at and draft.ends_at and draft.starts_at < draft.ends_at
    ):
        raise HoursOutOfOrder
    is_outage = draft.kind == Announcement.Kind.OUTAGE
    return {
        "kind": draft.kind,
        "audience": audience.kind,
        "organisation_id": audience.organisation_id,
        "service_id": audience.service_id,
        "place": audience.place,
        "texts": tidied(draft.texts, portal().languages),
        "starts_at": draft.starts_at if is_outage else None,
        "ends_at": draft.ends_at if is_outage else None,
    }
