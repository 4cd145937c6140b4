"""An account as its customer sees it, for staff: read-only, masked, half an hour, for a stated reason.

The pages are the customer's own (interfaces/resident/cabinet.py lets a look in); each one opened stands in
the trail with the reason. Nobody signs in as somebody else: ADR 0012.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from abonent.accounts.models import Account, StaffLook
from abonent.accounts.operations.errors import NoSuchAccount
from abonent.accounts.queries import HeldAccount, looked_account
from abonent.base.errors import DomainError
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import StaffMembership, User
from abonent.users.rights import Right, may

LASTS = timedelta(minutes=30)
LEAST_REASON = 10
"""Letters of a reason that says something."""


class NoReason(DomainError):  # noqa: N818 - named after the rule it states
    """The reason is shorter than `LEAST_REASON` letters."""


@dataclass(frozen=True, slots=True)
class OpenLook:
    """A look that is open now, and its account as a limited link shows it."""

    account: HeldAccount
    reason: str
    expires_at: datetime


def _event(
    action: str,
    user: User,
    account_id: int,
    organisation_id: int,
    reason: str,
    now: datetime,
    **more: str | None,
) -> None:
    audit.record(
        action=action,
        actor=user,
        subject=f"account:{account_id}",
        organisation=Organisation(pk=organisation_id),
        address=more.pop("address", None),
        reason=reason,
        now=now,
        **more,
    )


def may_look(*, staff: StaffMembership, public_id: str) -> bool:
    """Whether the account is there for this member. One query."""
    account = Account.objects.filter(public_id=public_id).only("organisation_id").first()
    return account is not None and _reaches(staff, account.organisation_id)


@transaction.atomic
def open_look(
    *, staff: StaffMembership, public_id: str, reason: str, address: str | None, now: datetime
) -> StaffLook:
    """See an account in reach as its customer does, until `now + LASTS`; a look still open ends.

    One transaction. Raises `NoSuchAccount` for an account out of reach or without the right, `NoReason`. Safe
    to repeat: the half hour begins anew, and so does the trail.
    """
    reason = " ".join(reason.split())[:300]
    if len(reason) < LEAST_REASON:
        raise NoReason
    account = Account.objects.filter(public_id=public_id).first()
    if account is None or not _reaches(staff, account.organisation_id):
        raise NoSuchAccount
    User.objects.select_for_update().get(pk=staff.user_id)  # one after the other: two doors, one look
    _end(staff.user_id, now)
    look = StaffLook.objects.create(
        staff_id=staff.user_id, account=account, reason=reason, opened_at=now, expires_at=now + LASTS
    )
    _event("staff_look_opened", staff.user, account.pk, account.organisation_id, reason, now, address=address)
    return look


def _reaches(staff: StaffMembership, organisation_id: int) -> bool:
    return may(staff, Right.FIND) and staff.organisation_id in (None, organisation_id)


def _end(user_id: int | None, now: datetime) -> int:
    return StaffLook.objects.filter(staff_id=user_id, ended_at=None).update(ended_at=now)


@transaction.atomic
def end_look(*, staff: StaffMembership, address: str | None, now: datetime) -> str | None:
    """End the member's open look; the public id of its account, or None without one. Safe to repeat."""
    look = StaffLook.objects.select_related("account").filter(staff_id=staff.user_id, ended_at=None).first()
    if look is None:
        return None
    _end(staff.user_id, now)
    account = look.account
    _event(
        "staff_look_ended", staff.user, account.pk, account.organisation_id, look.reason, now, address=address
    )
    return account.public_id


@transaction.atomic
def look_at_page(
    *,
    staff: StaffMembership,
    public_id: str,
    page: str,
    which: str = "",
    address: str | None,
    now: datetime,
) -> OpenLook | None:
    """The account, where the member has a look at it open now; the page is written down with the reason, and
    `which` of its kind it was (a request).

    None for every other account, an expired look, a place or right taken away meanwhile: then nothing is
    written. One transaction; each page opened is an event of its own.
    """
    found = looked_account(staff.user_id, public_id, now=now)
    if found is None or not _reaches(staff, found.account.organisation_id):
        return None
    account = found.account
    _event(
        "staff_looked",
        staff.user,
        account.id,
        account.organisation_id,
        found.reason,
        now,
        address=address,
        page=page,
        **({"which": which} if which else {}),
    )
    return OpenLook(account, found.reason, found.expires_at)
