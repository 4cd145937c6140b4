"""Reads of the staff."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from abonent.users.models import StaffInvitation, StaffMembership


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the staff as administrators see them."""

    id: int
    user_id: int
    login: str
    full_name: str
    email: str
    role: str
    team: str
    organisation_id: int | None
    active: bool
    second_factor: bool
    """A passkey or an authenticator is set up: without one they see nothing."""
    last_seen_at: datetime | None
    """In a session that still lives; exact to five minutes."""


_MEMBERS = """
SELECT place.id, person.id, person.login, person.full_name, person.email, place.role, place.team,
       place.organisation_id, person.is_active,
       EXISTS (SELECT FROM mfa_authenticator AS factor
                WHERE factor.user_id = person.id AND factor.type <> 'recovery_codes'),
       (SELECT max(last_seen_at) FROM users_session AS session WHERE session.user_id = person.id)
  FROM users_staffmembership AS place JOIN users_user AS person ON person.id = place.user_id
 WHERE (%(all)s OR place.organisation_id = %(organisation)s)
   AND (%(one)s::bigint IS NULL OR place.id = %(one)s)
 ORDER BY place.organisation_id NULLS FIRST, lower(person.login) LIMIT %(most)s
"""
MOST = 500


def staff_members(by: StaffMembership, *, one: int | None = None) -> list[Member]:
    """Those in reach: an organisation's own, or (for the portal's) everybody's; or the `one` place of them.
    One query, `MOST` at most."""
    values = {
        "all": by.organisation_id is None,
        "organisation": by.organisation_id,
        "one": one,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, values)
        return [Member(*row) for row in cursor.fetchall()]


def waiting_invitations(by: StaffMembership, *, now: datetime) -> list[StaffInvitation]:
    """Those in reach that may still be accepted, the newest first. One query, `MOST` at most."""
    found = StaffInvitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
    if by.organisation_id is not None:
        found = found.filter(organisation_id=by.organisation_id)
    return list(found.order_by("-created_at", "-pk")[:MOST])
