"""Forgetting a person: asked for, thirty days to think again, then done (docs/domain/personal_data.md)."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from abonent.base.errors import DomainError
from abonent.base.forgetting import let_forget
from abonent.personal_data import letters
from abonent.personal_data.models import Deletion
from abonent.personal_data.rooms import ROOMS
from abonent.portal.models import Organisation
from abonent.users.audit import record
from abonent.users.models import StaffMembership, User
from abonent.users.personal import StillStaff, is_forgotten

log = logging.getLogger(__name__)

THINK_AGAIN = timedelta(days=30)
WARNED_BEFORE = timedelta(days=3)
_BATCH = 100


class StaffFirst(DomainError):  # noqa: N818 - named after the rule it states
    """The person has a place among the staff, which has to be taken away first."""


class NothingToCancel(DomainError):  # noqa: N818
    """The person did not ask to be deleted, or took it back already."""


@transaction.atomic
def ask_deletion(
    *,
    user: User,
    by: User | None = None,
    organisation: Organisation | None = None,
    reason: str = "",
    address: str | None,
    now: datetime,
) -> Deletion:
    """Begin the thirty days; a letter says so. One transaction, safe to repeat: the first wish counts.

    `by`: the member of the staff who asks at the person's wish. Raises `StaffFirst`.
    """
    person = User.objects.select_for_update().get(pk=user.pk)
    if StaffMembership.objects.filter(user=person).exists():
        raise StaffFirst
    asked = Deletion.objects.filter(user=person, cancelled_at=None, done_at=None).first()
    if asked is not None:
        return asked
    deletion = Deletion.objects.create(
        user=person, asked_by=by, reason=reason[:300], asked_at=now, due_at=now + THINK_AGAIN
    )
    person.deletion_due_at = user.deletion_due_at = deletion.due_at
    person.save(update_fields=["deletion_due_at"])
    _record("deletion_asked", person, by, organisation, address, reason, now)
    letters.tell_of_deletion(deletion, "asked", now=now)
    return deletion


@transaction.atomic
def cancel_deletion(
    *,
    user: User,
    by: User | None = None,
    organisation: Organisation | None = None,
    reason: str = "",
    address: str | None,
    now: datetime,
) -> None:
    """Take the wish back; a letter says so. One transaction; repeated it raises `NothingToCancel`."""
    person = User.objects.select_for_update().get(pk=user.pk)
    asked = Deletion.objects.filter(user=person, cancelled_at=None, done_at=None).first()
    if asked is None:
        raise NothingToCancel
    asked.cancelled_at = now
    asked.save(update_fields=["cancelled_at"])
    person.deletion_due_at = user.deletion_due_at = None
    person.save(update_fields=["deletion_due_at"])
    _record("deletion_cancelled", person, by, organisation, address, reason, now)
    letters.tell_of_deletion(asked, "cancelled", now=now)


def warn_of_due(*, now: datetime) -> int:
    """The letter three days before, once each; to how many. A transaction a person; safe to repeat, to kill
    and to run twice at once."""
    return sum(_warn(pk, now) for pk in _open(now + WARNED_BEFORE, warned=False))


def forget_due(*, now: datetime) -> int:
    """Forget everybody whose thirty days are over; how many. A transaction a person: killed in the middle,
    who is done is done, and the next run goes on. Who cannot be forgotten (`StillStaff`) holds up nobody."""
    return sum(_forgotten(pk, now) for pk in _open(now))


@transaction.atomic
def forget_person(*, deletion_id: int, now: datetime) -> bool:
    """Forget the person of a wish that is due: every room's own, the person's row last; a letter says so.

    One transaction, safe to repeat: False where it is done, taken back or not due. Raises `StillStaff`.
    """
    deletion = Deletion.objects.select_for_update(of=("self",)).select_related("user").get(pk=deletion_id)
    if deletion.done_at or deletion.cancelled_at or deletion.due_at > now:
        return False
    to, language = deletion.user.email, deletion.user.language
    deletion.counts = forget_now(deletion.user_id, now=now)
    deletion.done_at, deletion.hindrance = now, ""
    deletion.save(update_fields=["counts", "done_at", "hindrance"])
    letters.tell_that_it_is_done(to=to, language=language, now=now)
    return True


@transaction.atomic
def forget_now(user_id: int, *, now: datetime) -> dict[str, dict[str, int]]:
    """Every room forgets the person, from the top floor down: what each did. One transaction, safe to repeat.

    Raises `StillStaff`. Also for sign-ups that nobody confirmed, whom no letter tells.
    """
    let_forget()
    person = User.objects.select_for_update().get(pk=user_id)
    if is_forgotten(person):
        return {}
    counts = {name: room.forget(user_id, now) for name, room in reversed(list(ROOMS.items()))}
    record(action="person_forgotten", actor=None, subject=f"user:{user_id}", now=now, counts=counts)
    return counts


def _open(due_before: datetime, *, warned: bool | None = None) -> Iterator[int]:
    """Wishes that are due by then, the oldest first, a page at a time: each is looked at once."""
    found = Deletion.objects.filter(cancelled_at=None, done_at=None, due_at__lte=due_before)
    if warned is False:
        found = found.filter(warned_at=None)
    after = 0
    while True:
        page = list(found.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_BATCH])
        if not page:
            return
        yield from page
        after = page[-1]


@transaction.atomic
def _warn(pk: int, now: datetime) -> bool:
    rows = Deletion.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    deletion = rows.filter(pk=pk, warned_at=None, cancelled_at=None, done_at=None).first()
    if deletion is None:
        return False
    deletion.warned_at = now
    deletion.save(update_fields=["warned_at"])
    letters.tell_of_deletion(deletion, "soon", now=now)
    return True


def _forgotten(pk: int, now: datetime) -> bool:
    try:
        return forget_person(deletion_id=pk, now=now)
    except StillStaff as error:
        log.warning("deletion %s waits: the person has a place among the staff", pk)
        Deletion.objects.filter(pk=pk).update(hindrance=type(error).__name__)
        return False


def _record(
    action: str,
    person: User,
    by: User | None,
    organisation: Organisation | None,
    address: str | None,
    reason: str,
    now: datetime,
) -> None:
    record(
        action=action,
        actor=by or person,
        subject=f"user:{person.pk}",
        organisation=organisation,
        address=address,
        reason=reason,
        now=now,
    )
