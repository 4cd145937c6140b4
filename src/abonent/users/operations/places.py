"""Places among the staff: changed and taken away by administrators, for those in reach; given by an
invitation (invitations.py).

An organisation's administrator reaches its staff only, and makes no portal staff; the portal's own reach all.
Nobody takes away the last administrator's right of a place by which they themselves got in.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from abonent.base.errors import DomainError
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.users.audit import record
from abonent.users.models import StaffMembership, User
from abonent.users.operations.sessions import end_all_sessions
from abonent.users.rights import RIGHTS, Right, may


class NoSuchPlace(DomainError):  # noqa: N818 - named after the rule it states
    """No such member of the staff in reach, or a role, team or organisation that cannot be given."""


class LastAdministrator(DomainError):  # noqa: N818
    """They are the only administrator of their place, and do this to themselves: nobody could undo it."""


def check_place(by: StaffMembership, organisation: Organisation | None, role: str, team: str) -> None:
    """What a place may hold: raises `NoSuchPlace`."""
    teams = {"", *(one.code for one in portal().requests.teams)}
    reaches = by.organisation_id is None or (
        organisation is not None and organisation.pk == by.organisation_id
    )
    if not (may(by, Right.STAFF) and reaches and role in RIGHTS and team in teams):
        raise NoSuchPlace


def _place(by: StaffMembership, member: int) -> StaffMembership:
    """The place, locked with all the administrators beside it: two at once do not undo one another."""
    places = StaffMembership.objects.select_related("user", "organisation")
    if by.organisation_id is not None:
        places = places.filter(organisation_id=by.organisation_id)
    found = places.filter(pk=member).first() if may(by, Right.STAFF) else None
    if found is None:
        raise NoSuchPlace
    list(_beside(found).select_for_update().order_by("pk").values_list("pk"))
    return places.get(pk=member)


def _beside(place: StaffMembership) -> QuerySet[StaffMembership]:
    """The places of the same organisation, or of the portal itself."""
    if place.organisation_id is None:
        return StaffMembership.objects.filter(organisation=None)
    return StaffMembership.objects.filter(organisation_id=place.organisation_id)


def _keep_one(by: StaffMembership, place: StaffMembership) -> None:
    """Raises `LastAdministrator` where nobody else could give the right back."""
    others = _beside(place).filter(role="administrator", user__is_active=True).exclude(pk=place.pk)
    if place.user_id == by.user_id and place.role == "administrator" and not others.exists():
        raise LastAdministrator


def _event(
    action: str, by: StaffMembership, place: StaffMembership, address: str | None, now: datetime, **more: str
) -> None:
    record(
        action=action,
        actor=by.user,
        subject=f"user:{place.user_id}",
        organisation=place.organisation,
        address=address,
        now=now,
        **more,
    )


@transaction.atomic
def change_place(
    *, by: StaffMembership, member: int, role: str, team: str, address: str | None, now: datetime
) -> StaffMembership:
    """Give another role and team; it holds from the member's next request. One transaction, safe to repeat.

    Raises `NoSuchPlace`, `LastAdministrator`.
    """
    place = _place(by, member)
    check_place(by, place.organisation, role, team)
    if (place.role, place.team) == (role, team):
        return place
    if role != "administrator":
        _keep_one(by, place)
    before = {"role_before": place.role, "team_before": place.team}
    place.role, place.team = role, team
    place.save(update_fields=["role", "team"])
    _event("staff_changed", by, place, address, now, role=role, team=team, **before)
    return place


@transaction.atomic
def take_place(
    *, by: StaffMembership, member: int, keep: str | None = None, address: str | None, now: datetime
) -> User:
    """Take the place away and end the person's sessions but `keep`; as a customer they may sign in again.

    One transaction. Raises `NoSuchPlace`, also when repeated, and `LastAdministrator`.
    """
    place = _place(by, member)
    _keep_one(by, place)
    user = place.user
    _event("staff_removed", by, place, address, now, role=place.role, team=place.team)
    place.delete()
    end_all_sessions(user=user, actor=by.user, keep=keep, now=now)
    return user


@transaction.atomic
def end_sessions_of_member(
    *, by: StaffMembership, member: int, keep: str | None = None, now: datetime
) -> int:
    """Sign a member of the staff out everywhere but in the session `keep`; how many. Safe to repeat.

    Raises `NoSuchPlace`.
    """
    return end_all_sessions(user=_place(by, member).user, actor=by.user, keep=keep, now=now)
