"""Ending sessions: the row goes, and with it the session, in every worker at once."""

from datetime import datetime

from django.db import transaction

from abonent.base.errors import DomainError
from abonent.users.audit import record
from abonent.users.models import Session, User
from abonent.users.queries import session_mark


class NoSuchSession(DomainError):  # noqa: N818 - named after the rule it states
    """The person has no such open session."""


def end_session(*, user: User, mark: str, now: datetime) -> None:
    """End the person's session that the list calls `mark`. Raises `NoSuchSession`, also when repeated."""
    keys = Session.objects.filter(user=user).values_list("session_key", flat=True)
    key = next((one for one in keys if session_mark(one) == mark), None)
    if key is None:
        raise NoSuchSession
    with transaction.atomic():
        Session.objects.filter(user=user, session_key=key).delete()
        record(action="session_ended", actor=user, subject=f"user:{user.pk}", now=now)


def end_other_sessions(*, user: User, keep: str | None, now: datetime, why: str = "asked") -> int:
    """End all the person's sessions but the one whose key is `keep`; how many. Safe to repeat."""
    with transaction.atomic():
        ended, _ = Session.objects.filter(user=user).exclude(session_key=keep or "").delete()
        if ended:
            record(
                action="sessions_ended",
                actor=user,
                subject=f"user:{user.pk}",
                now=now,
                sessions=ended,
                why=why,
            )
    return ended


def end_all_sessions(*, user: User, actor: User, keep: str | None = None, now: datetime) -> int:
    """A member of the staff ends every session of a person; how many. Safe to repeat.

    `keep` is the key of the session they ask from: it stays where the person is themselves.
    """
    with transaction.atomic():
        ended, _ = Session.objects.filter(user=user).exclude(session_key=keep or "").delete()
        record(action="sessions_ended", actor=actor, subject=f"user:{user.pk}", now=now, sessions=ended)
    return ended
