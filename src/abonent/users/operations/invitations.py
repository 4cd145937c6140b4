"""Invited to the staff: by a letter to a mailbox, accepted by whoever reads it, with a login of their own.

Nothing an administrator does looks for a login with that address, so nobody learns whether a customer has it;
the person says yes, signed in with their own password, and stays the customer they were
(docs/domain/office.md, «Becoming staff»).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from abonent.base.errors import DomainError
from abonent.portal.models import Organisation
from abonent.users import invitation_links
from abonent.users.audit import record
from abonent.users.invitation_links import NoSuchInvitation
from abonent.users.models import StaffInvitation, StaffMembership, User
from abonent.users.operations.passwords import check_new_password
from abonent.users.operations.places import NoSuchPlace, check_place
from abonent.users.operations.sessions import end_other_sessions
from abonent.users.operations.staff import add_person
from abonent.users.post import post
from abonent.users.rights import Right, may

LASTS = timedelta(days=7)
KEPT = timedelta(days=30)
"""So long after its end an invitation's row stays: who was invited and by whom is in the trail."""


class InvitationOver(DomainError):  # noqa: N818 - named after what is so
    """Accepted, taken back, too old, or made by somebody who could not make it now."""


class NotForYou(DomainError):  # noqa: N818
    """It went to another address than the confirmed one of whoever is signed in."""


class AlreadyStaff(DomainError):  # noqa: N818
    """There is a place already, here or at another organisation: a person has one."""


@transaction.atomic
def invite_staff(
    *,
    by: StaffMembership,
    email: str,
    full_name: str,
    organisation: Organisation | None,
    role: str,
    team: str = "",
    language: str,
    address: str | None,
    now: datetime,
) -> StaffInvitation:
    """Send a letter with a link that is good for `LASTS`. An earlier one to this address from the same
    organisation ends. One transaction; each call is a letter.

    Raises `NoSuchPlace` for a place out of `by`'s reach, `AlreadyStaff` for a colleague in reach. Whether
    anybody else has this address makes no difference.
    """
    check_place(by, organisation, role, team)
    email = email.strip().lower()
    if _colleagues(by).filter(user__email=email, user__email_confirmed=True).exists():
        raise AlreadyStaff
    _open_ones(now).filter(email=email, organisation=organisation).update(revoked_at=now, revoked_by=by.user)
    invitation = StaffInvitation.objects.create(
        email=email,
        full_name=full_name.strip(),
        organisation=organisation,
        role=role,
        team=team,
        invited_by=by.user,
        created_at=now,
        expires_at=now + LASTS,
    )
    _event("staff_invited", by, invitation, address, now)
    post(
        "staff_invited",
        to=email,
        user=None,
        language=language,
        now=now,
        link=invitation_links.address(invitation),
        organisation=organisation.name(language) if organisation else "",
        days=LASTS.days,
    )
    return invitation


def _colleagues(by: StaffMembership) -> QuerySet[StaffMembership]:
    everybody = StaffMembership.objects.all()
    return everybody if by.organisation_id is None else everybody.filter(organisation_id=by.organisation_id)


def _open_ones(now: datetime) -> QuerySet[StaffInvitation]:
    return StaffInvitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


def _event(
    action: str, by: StaffMembership, invitation: StaffInvitation, address: str | None, now: datetime
) -> None:
    record(
        action=action,
        actor=by.user,
        subject=f"invitation:{invitation.pk}",
        organisation=invitation.organisation,
        address=address,
        now=now,
        role=invitation.role,
        team=invitation.team,
    )


@transaction.atomic
def revoke_invitation(*, by: StaffMembership, invitation: int, address: str | None, now: datetime) -> None:
    """Take an open invitation back: its link opens nothing from now on. One transaction.

    Raises `NoSuchInvitation` where none in reach is open, so also when repeated or accepted meanwhile. A
    place that was accepted is taken away by `places.take_place`.
    """
    found = _open_ones(now).select_for_update(of=("self",)).filter(pk=invitation)
    if by.organisation_id is not None:
        found = found.filter(organisation_id=by.organisation_id)
    row = found.select_related("organisation").first() if may(by, Right.STAFF) else None
    if row is None:
        raise NoSuchInvitation
    row.revoked_at, row.revoked_by = now, by.user
    row.save(update_fields=["revoked_at", "revoked_by"])
    _event("staff_invitation_revoked", by, row, address, now)


def open_invitation(token: str, *, now: datetime, locked: bool = False) -> StaffInvitation:
    """The invitation of a letter's link, while it may be accepted. Raises `NoSuchInvitation`,
    `InvitationOver`."""
    found = invitation_links.find(token, locked=locked)
    if found.accepted_at or found.revoked_at or found.expires_at <= now or not _still_given(found):
        raise InvitationOver
    return found


def _still_given(invitation: StaffInvitation) -> bool:
    """Whoever invited could do so today as well: their own place may be gone since."""
    by = StaffMembership.objects.filter(user=invitation.invited_by, user__is_active=True).first()
    try:
        if by is not None:
            check_place(by, invitation.organisation, invitation.role, invitation.team)
    except NoSuchPlace:
        return False
    return by is not None


def check_for(invitation: StaffInvitation, user: User) -> None:
    """Whether this person may accept it: raises `NotForYou`, `AlreadyStaff`. One query."""
    if not (user.is_active and user.email_confirmed and user.email == invitation.email):
        raise NotForYou
    if StaffMembership.objects.filter(user_id=user.pk).exists():
        raise AlreadyStaff


@transaction.atomic
def accept_invitation(
    *, token: str, user: User, keep: str | None, address: str | None, now: datetime
) -> StaffMembership:
    """The person takes the place; what they are as a customer stays. Their other sessions than `keep` end:
    they were begun when less depended on them. One transaction.

    Raises `NoSuchInvitation`, `InvitationOver` (also when repeated), `NotForYou`, `AlreadyStaff`. That the
    password was typed lately is the door's to see to.
    """
    invitation = open_invitation(token, now=now, locked=True)
    user = User.objects.select_for_update().get(pk=user.pk)
    check_for(invitation, user)
    return _become(invitation, user, keep, address, now)


@transaction.atomic
def accept_with_new_login(
    *, token: str, login: str, password: str, language: str, address: str | None, now: datetime
) -> User:
    """The same for whoever has no login: it is made, its address confirmed by the letter. Signs nobody in.
    One transaction.

    Raises `NoSuchInvitation`, `InvitationOver`, `LoginTaken`, `PasswordRefused`, and `AddressTaken` where
    somebody has confirmed the address: said to the mailbox's own reader.
    """
    invitation = open_invitation(token, now=now, locked=True)
    facts = {"login": login, "email": invitation.email, "full_name": invitation.full_name}
    check_new_password(password, User(**facts))
    user = add_person(password=password, language=language, now=now, **facts)
    _become(invitation, user, None, address, now)
    return user


def _become(
    invitation: StaffInvitation, user: User, keep: str | None, address: str | None, now: datetime
) -> StaffMembership:
    place = StaffMembership.objects.create(
        user=user, organisation=invitation.organisation, role=invitation.role, team=invitation.team
    )
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(
        action="staff_added",
        actor=user,
        subject=f"user:{user.pk}",
        organisation=invitation.organisation,
        address=address,
        now=now,
        role=place.role,
        team=place.team,
        invitation=invitation.pk,
    )
    end_other_sessions(user=user, keep=keep, now=now, why="became staff")
    return place


def forget_invitations(*, now: datetime) -> int:
    """Delete those that ended `KEPT` ago: the address of somebody who is no user, perhaps. Safe to repeat."""
    return StaffInvitation.objects.filter(expires_at__lt=now - KEPT).delete()[0]
