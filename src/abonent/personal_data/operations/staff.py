"""What staff do at a customer's written wish: start an export or a deletion, with the reason. They never see
the export: it is made for the person, who gets a letter.

Staff of an organisation act for people all of whose accounts are its own; the portal's own staff for
everybody who is linked to an account.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from abonent.accounts.models import AccountLink
from abonent.base.errors import DomainError
from abonent.personal_data.models import Deletion, Export
from abonent.personal_data.operations import deletion, exports
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.users.audit import record
from abonent.users.models import StaffMembership, User


class NoSuchPerson(DomainError):  # noqa: N818 - named after the rule it states
    """Nobody is linked so whom this member of the staff may act for."""


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What staff see before they act for a person."""

    user: User
    account_number: str
    account_public_id: str
    link: str
    accounts: int
    """How many accounts the person sees."""
    exports: tuple[Export, ...]
    """Of the last week, without their contents."""
    deletion: Deletion | None
    """The open wish."""


def _found(staff: StaffMembership, account: str, link: str) -> AccountLink:
    links = AccountLink.objects.select_related("user", "account").filter(ended_at=None)
    found = links.filter(public_id=link, account__public_id=account).first()
    if found is None or not _in_reach(staff, found.user_id):
        raise NoSuchPerson
    return found


def _in_reach(staff: StaffMembership, user_id: int) -> bool:
    if staff.organisation_id is None:
        return True
    held = AccountLink.objects.filter(user_id=user_id, ended_at=None)
    return not held.exclude(account__organisation_id=staff.organisation_id).exists()


@transaction.atomic
def read_person(
    *, staff: StaffMembership, account: str, link: str, address: str | None, now: datetime
) -> PersonFile:
    """The person of a link (public ids), and what runs; that it was read is written down. Raises
    `NoSuchPerson`."""
    found = _found(staff, account, link)
    record(
        action="staff_read_person",
        actor=staff.user,
        subject=f"user:{found.user_id}",
        organisation=_organisation(staff),
        address=address,
        now=now,
    )
    made = Export.objects.filter(user_id=found.user_id).defer("facts", "paper").order_by("-asked_at")
    return PersonFile(
        user=found.user,
        account_number=found.account.number,
        account_public_id=found.account.public_id,
        link=found.public_id,
        accounts=AccountLink.objects.filter(user_id=found.user_id, ended_at=None).count(),
        exports=tuple(made[:10]),
        deletion=Deletion.objects.filter(user_id=found.user_id, cancelled_at=None, done_at=None).first(),
    )


def ask_export_for(
    *, staff: StaffMembership, account: str, link: str, reason: str, address: str | None, now: datetime
) -> None:
    """`ask_export` for the person of a link: the worker makes it, the person gets the letter and fetches it.
    Raises `NoSuchPerson`, `TooManyExports`."""
    user = _found(staff, account, link).user
    exports.ask_export(
        user=user,
        language=user.language or portal().language,
        by=staff.user,
        organisation=_organisation(staff),
        reason=reason,
        address=address,
        now=now,
    )


def ask_deletion_for(
    *, staff: StaffMembership, account: str, link: str, reason: str, address: str | None, now: datetime
) -> None:
    """`ask_deletion` for the person of a link, who gets the letter. Raises `NoSuchPerson`, `StaffFirst`."""
    deletion.ask_deletion(
        user=_found(staff, account, link).user,
        by=staff.user,
        organisation=_organisation(staff),
        reason=reason,
        address=address,
        now=now,
    )


def cancel_deletion_for(
    *, staff: StaffMembership, account: str, link: str, reason: str, address: str | None, now: datetime
) -> None:
    """`cancel_deletion` for the person of a link. Raises `NoSuchPerson`, `NothingToCancel`."""
    deletion.cancel_deletion(
        user=_found(staff, account, link).user,
        by=staff.user,
        organisation=_organisation(staff),
        reason=reason,
        address=address,
        now=now,
    )


def _organisation(staff: StaffMembership) -> Organisation | None:
    return None if staff.organisation_id is None else Organisation(pk=staff.organisation_id)
