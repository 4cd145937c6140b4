"""What staff do about an account. Everything they read or do about a customer stands in the audit trail.

Each operation takes the person's `StaffMembership`: staff of an organisation reach its own accounts only, the
portal's own staff reach all. Another organisation's account does not exist (`NoSuchAccount`).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from abonent.accounts import codes
from abonent.accounts.models import Account, AccountLink, PrintedCode
from abonent.accounts.operations import links as linked
from abonent.accounts.operations.errors import NoSuchAccount, NoSuchLink
from abonent.base.identifiers import account_key
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import StaffMembership
from abonent.users.operations import end_all_sessions
from abonent.users.permissions import staff_of


@dataclass(frozen=True, slots=True)
class AccountFile:
    """What staff read of an account."""

    account: Account
    links: tuple[AccountLink, ...]
    """Not ended, oldest first, each with its person."""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A printed code: shown once, not kept."""

    account: Account
    code: str
    expires_at: datetime


def _account(staff: StaffMembership, **which: str) -> Account:
    accounts = Account.objects.select_related("organisation").filter(**which)
    if staff.organisation_id is not None:
        accounts = accounts.filter(organisation_id=staff.organisation_id)
    account = accounts.first()
    if account is None:
        raise NoSuchAccount
    return account


def _audit(action: str, staff: StaffMembership, account: Account, address: str | None, now: datetime) -> None:
    audit.record(
        action=action,
        actor=staff.user,
        subject=f"account:{account.pk}",
        organisation=Organisation(pk=account.organisation_id),
        address=address,
        now=now,
    )


@transaction.atomic
def find_account(*, staff: StaffMembership, number: str, address: str | None, now: datetime) -> str:
    """The public id of the account with this number, leading zeros forgiven. Raises `NoSuchAccount`."""
    account = _account(staff, key=account_key(number))
    _audit("staff_found_account", staff, account, address, now)
    return account.public_id


@transaction.atomic
def read_account(
    *, staff: StaffMembership, public_id: str, address: str | None, now: datetime
) -> AccountFile:
    """Payer, address and links of an account; that it was read is written down. Raises `NoSuchAccount`."""
    account = _account(staff, public_id=public_id)
    _audit("staff_read_account", staff, account, address, now)
    found = AccountLink.objects.select_related("user").filter(account=account, ended_at=None)
    return AccountFile(account, tuple(found.order_by("created_at", "pk")))


@transaction.atomic
def issue_printed_code(
    *, staff: StaffMembership, public_id: str, address: str | None, now: datetime
) -> IssuedCode:
    """A one-time code to hand over on paper, good for 60 days. Raises `NoSuchAccount`. Each call is a new
    code."""
    account = _account(staff, public_id=public_id)
    printed = PrintedCode.objects.create(
        account=account,
        series=codes.new_series(),
        owner_since=account.owner_since,
        owner_version=account.owner_version,
        issued_at=now,
        expires_at=now + codes.VALID,
        issued_by=staff.user,
    )
    _audit("staff_printed_code", staff, account, address, now)
    code = codes.code_of_series(
        account_id=account.pk, owner_version=account.owner_version, series=printed.series
    )
    return IssuedCode(account, code, printed.expires_at)


def _link(staff: StaffMembership, public_id: str) -> AccountLink:
    """A link of an account in reach; raises `NoSuchLink`."""
    links = AccountLink.objects.select_related("account", "user")
    link = links.filter(public_id=public_id, ended_at=None).first()
    if link is None or staff.organisation_id not in (None, link.account.organisation_id):
        raise NoSuchLink
    return link


@transaction.atomic
def confirm_link(*, staff: StaffMembership, link: str, address: str | None, now: datetime) -> str:
    """Lift the limits of a link after checking the person; gives the account's public id. Raises
    `NoSuchLink`."""
    found = _link(staff, link)
    linked.confirm_by_staff(link=found, by=staff.user, address=address, now=now)
    return found.account.public_id


@transaction.atomic
def end_link_by_staff(*, staff: StaffMembership, link: str, address: str | None, now: datetime) -> str:
    """End a person's link; they get a letter. Gives the account's public id. Raises `NoSuchLink`."""
    found = linked.active_link(pk=_link(staff, link).pk)
    linked.end_now(found, reason="staff", by=staff.user, address=address, now=now)
    return found.account.public_id


@transaction.atomic
def end_sessions_of_linked(
    *, staff: StaffMembership, link: str, keep: str | None = None, address: str | None, now: datetime
) -> int:
    """End every session of a person linked to an account in reach but `keep`; how many. Raises `NoSuchLink`.

    One transaction, safe to repeat. Written down at the account as well as at the person. A member of the
    staff who is linked is left alone by an organisation's staff: their sessions are the staff page's.
    """
    found = _link(staff, link)
    if staff.organisation_id is not None and staff_of(found.user) is not None:
        raise NoSuchLink
    ended = end_all_sessions(user=found.user, actor=staff.user, keep=keep, now=now)
    _audit("staff_ended_sessions", staff, found.account, address, now)
    return ended
