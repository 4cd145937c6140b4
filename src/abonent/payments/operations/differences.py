"""What staff do with a difference: look after it, write down why, say that it is settled where no run can."""

from datetime import datetime

from django.db import transaction

from abonent.base.errors import DomainError
from abonent.payments.models import Difference
from abonent.payments.reconciliation import OWNERS
from abonent.users.audit import record
from abonent.users.models import User

LONGEST_NOTE = 300


class NoSuchDifference(DomainError):  # noqa: N818 - named after what is the matter
    """There is none, or it is settled already."""


class SettlesItself(DomainError):  # noqa: N818 - named after the rule it states
    """The next run settles it, once gateway, portal and billing agree: nobody else can."""


class NoteNeeded(DomainError):  # noqa: N818 - named after the rule it states
    """Say why."""


@transaction.atomic
def take_over(
    *,
    difference_id: int,
    text: str | None = None,
    staff: User,
    organisation_id: int | None = None,
    now: datetime,
) -> None:
    """`staff` looks after it from now on, and writes down `text` (None: what stands there stays). Safe to
    repeat; whoever comes last has it. `organisation_id`: of staff who serve one organisation only, as in the
    reads."""
    found = _open(difference_id, organisation_id)
    found.note = found.note if text is None else text.strip()[:LONGEST_NOTE]
    found.save(update_fields=["note"])
    if found.taken_by_id != staff.pk:
        found.taken_by = staff
        found.save(update_fields=["taken_by"])
        _remember("difference_taken", found, staff, now)


@transaction.atomic
def note(
    *, difference_id: int, text: str, staff: User, organisation_id: int | None = None, now: datetime
) -> None:
    """Write down what is known of it, instead of what was written before; blank takes it away."""
    found = _open(difference_id, organisation_id)
    found.note = text.strip()[:LONGEST_NOTE]
    found.save(update_fields=["note"])
    _remember("difference_noted", found, staff, now)


@transaction.atomic
def settle(
    *, difference_id: int, text: str, staff: User, organisation_id: int | None = None, now: datetime
) -> None:
    """A person says that a `bank_call` is settled, and why. Raises SettlesItself, NoteNeeded."""
    found = _open(difference_id, organisation_id)
    if found.kind in OWNERS:
        raise SettlesItself
    if not text.strip():
        raise NoteNeeded
    found.note, found.settled_at, found.taken_by = text.strip()[:LONGEST_NOTE], now, staff
    found.save(update_fields=["note", "settled_at", "taken_by"])
    _remember("difference_settled", found, staff, now)


def _open(difference_id: int, organisation_id: int | None) -> Difference:
    rows = Difference.objects.select_for_update(of=("self",)).filter(pk=difference_id, settled_at=None)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    found = rows.first()
    if found is None:
        raise NoSuchDifference
    return found


def _remember(action: str, found: Difference, staff: User, now: datetime) -> None:
    record(
        action=action,
        actor=staff,
        subject=f"difference:{found.pk}",
        organisation=found.organisation,
        now=now,
        kind=found.kind,
        day=str(found.day),
    )
