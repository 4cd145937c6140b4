"""What this room knows of a person, and how it forgets: called by personal_data alone."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.utils.functional import Promise

from abonent.base.errors import DomainError
from abonent.base.facts import Facts, Row, plain, told
from abonent.users import limits
from abonent.users.models import AuditEvent, Consent, Session, StaffInvitation, StaffMembership, User
from abonent.users.personal_words import WORDS as WORDS

TOLD: Mapping[str, str] = {
    "account.EmailAddress.user": "email_addresses",
    "mfa.Authenticator.user": "second_factors",
    "users.Session.user": "sessions",
    "users.Consent.user": "consents",
    "users.StaffMembership.user": "staff_place",
    "users.AuditEvent.actor": "trail",
}
LEFT_OUT: Mapping[str, str | Promise] = {
    "users.StaffInvitation.invited_by": "work of the staff, told by the trail",
    "users.StaffInvitation.accepted_by": "the place among the staff is told, and the trail",
    "users.StaffInvitation.revoked_by": "work of the staff, told by the trail",
}
DELETED = "deleted-"
"""What the login of a person who was forgotten begins with; eighty random bits follow."""


class StillStaff(DomainError):  # noqa: N818 - named after what is the matter
    """The person has a place among the staff: it is taken away first, by whoever manages the staff."""


def facts_about(user_id: int) -> Facts:
    """Profile, addresses, second factors, sessions, consents with their texts, the trail. Eight queries."""
    person = User.objects.filter(pk=user_id)
    return {
        "profile": told(person, _PROFILE),
        "email_addresses": told(
            EmailAddress.objects.filter(user_id=user_id).order_by("pk"),
            {"email": "email", "confirmed": "verified", "in_use": "primary"},
        ),
        "second_factors": told(
            Authenticator.objects.filter(user_id=user_id).order_by("pk"),
            {"kind": "type", "since": "created_at", "last_used_at": "last_used_at"},
        ),
        "sessions": told(
            Session.objects.filter(user_id=user_id).order_by("created_at"),
            {
                "since": "created_at",
                "last_seen_at": "last_seen_at",
                "address": "address",
                "browser": "browser",
            },
        ),
        "consents": told(Consent.objects.filter(user_id=user_id).order_by("given_at", "pk"), _CONSENT),
        "staff_place": told(
            StaffMembership.objects.filter(user_id=user_id),
            {"organisation": "organisation__name_ru", "role": "role", "team": "team"},
        ),
        "trail": _trail(user_id),
    }


_PROFILE = {
    "login": "login",
    "email": "email",
    "full_name": "full_name",
    "phone": "phone",
    "language": "language",
    "months_shown": "months_shown",
    "confirmed": "email_confirmed",
    "since": "created_at",
    "deletion_due_at": "deletion_due_at",
}
_CONSENT = {
    "document": "document",
    "version": "version",
    "given_at": "given_at",
    "withdrawn_at": "withdrawal__withdrawn_at",
    "language": "text__language",
    "text": "text__text",
}


def _trail(user_id: int) -> list[Row]:
    """What the person did, whole; what was done about the person: what and when, not by whom nor why, which
    are the staff's."""
    either = Q(actor_id=user_id) | Q(subject=f"user:{user_id}")
    events = AuditEvent.objects.filter(either).order_by("at", "pk")
    return [_event(one, user_id) for one in events]


def _event(event: AuditEvent, user_id: int) -> Row:
    own = event.actor_id == user_id
    return {
        "at": plain(event.at),
        "action": event.action,
        "by_you": own,
        "subject": event.subject,
        "address": plain(event.address) if own else None,
        "reason": event.reason if own else "",
        "details": plain(event.details) if own else {},
    }


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Sessions, addresses, second factors and counts go; the person's row stays without a name.

    In the caller's transaction, safe to repeat. Login and e-mail are free again. Consents stay: they are the
    proof that the data were lawfully kept. Raises `StillStaff`.
    """
    person = User.objects.select_for_update().get(pk=user_id)
    if StaffMembership.objects.filter(user_id=user_id).exists():
        raise StillStaff
    limits.forget(person.login, person.email)
    StaffInvitation.objects.filter(email=person.email).exclude(email="").delete()
    counts = {
        "sessions": Session.objects.filter(user_id=user_id).delete()[0],
        "email_addresses": EmailAddress.objects.filter(user_id=user_id).delete()[0],
        "second_factors": Authenticator.objects.filter(user_id=user_id).delete()[0],
    }
    _unname(person)
    return counts


def _unname(person: User) -> None:
    if not person.login.startswith(DELETED) or person.is_active:
        person.login = f"{DELETED}{secrets.token_hex(10)}"
    person.email = person.full_name = person.phone = person.agreed_to = ""
    person.email_confirmed = person.is_active = False
    person.deletion_due_at = None
    person.password = make_password(None)
    person.save()


def is_forgotten(person: User) -> bool:
    return not person.is_active and person.login.startswith(DELETED)


def forget_sessions(*, before: datetime, limit: int) -> int:
    """Delete sessions that nobody can use since `before`, at most `limit`: the retention of sessions."""
    old = Session.objects.filter(expire_date__lte=before).order_by("expire_date")
    keys = list(old.values_list("session_key", flat=True)[:limit])
    return Session.objects.filter(session_key__in=keys).delete()[0]
