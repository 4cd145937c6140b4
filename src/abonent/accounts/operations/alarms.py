"""What happens when a limit says that somebody is guessing: proofs shut, a person told, the trail written."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from abonent.accounts import letters
from abonent.accounts.limits import DAY, Begun
from abonent.accounts.models import ProofsReopened
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import AuditEvent, User

SHUT, REOPENED, NEIGHBOURS = (
    "guessable_proofs_shut",
    "guessable_proofs_reopened",
    "neighbouring_numbers_tried",
)


def alarm_of(begun: Begun, organisation_id: int | None, *, now: datetime) -> None:
    """Act on what a try found out; nothing for nearly every try."""
    if begun.organisation_full and organisation_id:
        _shut(organisation_id, now)
    if begun.new_neighbours:
        _neighbours(organisation_id, now)


@transaction.atomic
def _shut(organisation_id: int, now: datetime) -> None:
    """Shut the guessable proofs. The one who changes the row writes the letters, however many find out at
    once."""
    open_ones = Organisation.objects.filter(pk=organisation_id, guessable_proofs_shut_at=None)
    if open_ones.update(guessable_proofs_shut_at=now):
        audit.record(action=SHUT, actor=None, organisation=Organisation(pk=organisation_id), now=now)
        letters.raise_alarm(kind="organisation", organisation_id=organisation_id, now=now)


@transaction.atomic
def _neighbours(organisation_id: int | None, now: datetime) -> None:
    """Every block that is stopped stands in the trail; letters about it go out once a day an organisation."""
    organisation = Organisation(pk=organisation_id) if organisation_id else None
    today = AuditEvent.objects.filter(action=NEIGHBOURS, at__gt=now - DAY)
    told = today.filter(Q(organisation=organisation) if organisation else Q(organisation=None)).exists()
    audit.record(action=NEIGHBOURS, actor=None, organisation=organisation, now=now)
    if not told:
        letters.raise_alarm(kind="neighbours", organisation_id=organisation_id, now=now)


@transaction.atomic
def reopen_guessable_proofs(*, organisation_id: int, by: User, address: str | None, now: datetime) -> None:
    """Put an organisation's guessable proofs on again; wrong tries count from now. Safe to repeat."""
    Organisation.objects.filter(pk=organisation_id).update(guessable_proofs_shut_at=None)
    ProofsReopened.objects.update_or_create(organisation_id=organisation_id, defaults={"at": now, "by": by})
    organisation = Organisation(pk=organisation_id)
    audit.record(action=REOPENED, actor=by, organisation=organisation, address=address, now=now)
