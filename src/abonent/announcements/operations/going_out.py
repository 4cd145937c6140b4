"""Letting an announcement go: schedule it, call it back, say that an outage is over before its time."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from abonent.announcements.audience import audience_of, concerned
from abonent.announcements.models import Announcement, AnnouncementLetter
from abonent.announcements.operations.drafts import locked, told
from abonent.announcements.sending import clear_batch, queue
from abonent.announcements.texts import missing
from abonent.base.errors import DomainError
from abonent.notices.subscribed import take_back
from abonent.portal.current import portal
from abonent.users.models import StaffMembership

State = Announcement.State


class TextMissing(DomainError):  # noqa: N818 - named after what is the matter
    """A language of the portal has no title or no text; `languages` names them."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        super().__init__(", ".join(languages))
        self.languages = languages


class NobodyThere(DomainError):  # noqa: N818
    """No account is concerned: the address has changed, or the service has no customers."""


class OverAlready(DomainError):  # noqa: N818
    """The outage would be over before anybody is told."""


class NotPossible(DomainError):  # noqa: N818
    """Not in the state it is in: somebody else was quicker, or it is too late."""


@transaction.atomic
def schedule(
    *, number: int, at: datetime | None, staff: StaffMembership, address: str | None, now: datetime
) -> Announcement:
    """Let a draft go out `at` that moment; None, or a moment that has passed: now. The worker sends it.

    One transaction; repeated it says `NotPossible`. Raises also `NoSuchAnnouncement`, `TextMissing`,
    `NobodyThere` and `OverAlready`.
    """
    found = locked(number, staff)
    moment = max(at or now, now)
    _check(found, moment, now)
    found.state, found.scheduled_at, found.scheduled_by = State.SCHEDULED, moment, staff.user
    found.save(update_fields=["state", "scheduled_at", "scheduled_by"])
    told("announcement_scheduled", found, staff=staff, address=address, now=now)
    if moment == now:
        queue(found.pk)
    return found


@transaction.atomic
def cancel(
    *, number: int, reason: str, staff: StaffMembership, address: str | None, now: datetime
) -> Announcement:
    """Call an announcement back that has not gone out whole: letters that still lie in the outbox stay there,
    and its banner goes. One transaction; repeated it says `NotPossible`. Raises `NoSuchAnnouncement` too."""
    found = locked(number, staff)
    if found.state not in (State.DRAFT, State.SCHEDULED, State.SENDING):
        raise NotPossible
    stood = found.state == State.SENDING
    found.state, found.finished_at = State.CANCELLED, now
    found.save(update_fields=["state", "finished_at"])
    if stood:
        _call_back(found, now=now)
    told("announcement_cancelled", found, staff=staff, address=address, reason=reason, now=now)
    return found


@transaction.atomic
def end(
    *, number: int, reason: str, staff: StaffMembership, address: str | None, now: datetime
) -> Announcement:
    """An outage is over («восстановлено»): its banner goes at once, letters not sent yet stay.

    One transaction; repeated it says `NotPossible`. Of many thousand accounts the worker clears the rest:
    their pages ask once more than they need to, and show nothing. Raises `NoSuchAnnouncement` too.
    """
    found = locked(number, staff)
    under_way = found.state in (State.SENDING, State.SENT) and found.ended_at is None
    if found.ends_at is None or not under_way or found.ends_at <= now:
        raise NotPossible
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    _call_back(found, now=now)
    told("announcement_ended", found, staff=staff, address=address, reason=reason, now=now)
    return found


def _check(found: Announcement, moment: datetime, now: datetime) -> None:
    if found.state != State.DRAFT:
        raise NotPossible
    if lacking := missing(found.texts, portal().languages):
        raise TextMissing(lacking)
    if found.ends_at is not None and found.ends_at <= moment:
        raise OverAlready
    if not concerned(audience_of(found), today=timezone.localdate(now)).exists():
        raise NobodyThere


def _call_back(found: Announcement, *, now: datetime) -> None:
    """The letters of it that lie in the outbox, and the banner: a first batch here, the worker the rest."""
    written = AnnouncementLetter.objects.filter(announcement=found, letter__sent_at=None)
    waiting = written.exclude(letter__next_attempt_at=None).values_list("letter_id", flat=True)
    take_back([one for one in waiting if one is not None], reason="it was called back")
    if found.ends_at is None:
        return
    found.clearing, found.reached, found.touched_at = True, 0, now
    found.save(update_fields=["clearing", "reached", "touched_at"])
    clear_batch(found, now=now)
    if found.clearing:
        queue(found.pk)
