"""The audit trail: who did what to whom, and when. Append-only: a trigger of the database sees to it."""

from datetime import datetime
from typing import Any

from django.conf import settings

from abonent.base.identifiers import keyed_hash
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, User


def record(
    *,
    action: str,
    actor: User | None,
    subject: str = "",
    organisation: Organisation | None = None,
    address: str | None = None,
    reason: str = "",
    now: datetime,
    **details: Any,
) -> AuditEvent:
    """Write one event, in the caller's transaction. Not safe to repeat: each call is an event of its own.

    `action` is a verb of the house (`sign_in`, `password_changed`); `subject` names what it was done to
    (`user:17`, `account:17`); `reason` is why, where somebody was asked;
    `details` must be JSON and hold no password, code, token or account number.
    """
    return AuditEvent.objects.create(
        at=now,
        actor=actor,
        address=address,
        organisation=organisation,
        action=action,
        subject=subject[:100],
        reason=reason[:300],
        details=details,
    )


def name_typed(name: str) -> str:
    """What stands in the trail for a name typed at sign-in: people also type passwords there.

    The same name always gives the same mark, so that tries against one name can be counted.
    """
    return "name:" + keyed_hash(settings.SECRET_KEY.encode(), "sign-in name", name.strip().lower())[:32]


def events(*, organisation_id: int | None, limit: int, offset: int = 0) -> list[AuditEvent]:
    """The trail of one organisation, or the whole one (None), newest first, with the people who acted."""
    found = AuditEvent.objects.order_by("-at", "-pk")
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    rows = list(found[offset : offset + limit])
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    for row in rows:
        row.actor = people.get(row.actor_id) if row.actor_id else None
    return rows
