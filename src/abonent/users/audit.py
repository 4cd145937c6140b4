"""The audit trail: who did what to whom, and when. Append-only: a trigger of the database sees to it, which
lets addresses and reasons be blanked by age (personal_data, retention) and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from abonent.base.folding import folded
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


def forget_addresses(*, before: datetime, limit: int) -> int:
    """Blank network addresses of the oldest events, at most `limit`; younger than a year they stay, whatever
    `before` says. By the database's own function: nobody else changes the trail. Safe to repeat."""
    return _forget_old("addresses", before, limit)


def forget_reasons(*, before: datetime, limit: int) -> int:
    """The same of reasons, which are free words of the staff: younger than five years they stay."""
    return _forget_old("reasons", before, limit)


def _forget_old(what: str, before: datetime, limit: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT users_forget_old_trail(%s, %s, %s)", [what, before, limit])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class TrailAsked:
    """What is looked for in the trail; everything that is None or empty is not asked."""

    organisation_id: int | None = None
    """One organisation's events; None: everybody's."""
    actor_id: int | None = None
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    reason: str = ""
    """Words that stand in the reason, in any case and order."""
    before: tuple[datetime, int] | None = None
    """Older than this event (its `at` and id): the next page."""


_NEWEST = 2_000
"""So many of the newest reasons are read before all of them are asked."""


def events(asked: TrailAsked, *, limit: int) -> list[AuditEvent]:
    """The events asked for, newest first, with the people who acted. Three queries, by index, however many
    there are: a page begins after the last event of the one before, and nothing is counted.

    Words that stand in many reasons fill a page from the newest of them; those that stand in few are found by
    their trigrams. Sorting all that have a common word would read half the trail.
    """
    found = _found(asked)
    words = folded(asked.reason).split()
    rows = _newest_with(found, words, limit) if words else []
    if len(rows) < limit:
        rows = list(_with_words(found, words).order_by("-at", "-pk")[:limit])
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    for row in rows:
        row.actor = people.get(row.actor_id) if row.actor_id else None
    return rows


def _newest_with(found: QuerySet[AuditEvent], words: list[str], limit: int) -> list[AuditEvent]:
    """Those of the newest `_NEWEST` reasons that have the words."""
    newest = found.exclude(reason="").order_by("-at", "-pk").values_list("pk", "reason")[:_NEWEST]
    told = ((pk, folded(reason)) for pk, reason in newest)
    fitting = [pk for pk, reason in told if all(word in reason for word in words)]
    if len(fitting) < limit:
        return []
    return list(AuditEvent.objects.filter(pk__in=fitting[:limit]).order_by("-at", "-pk"))


def _found(asked: TrailAsked) -> QuerySet[AuditEvent]:
    exact = {
        "organisation_id": asked.organisation_id,
        "actor_id": asked.actor_id,
        "action": asked.action or None,
        "subject": asked.subject or None,
        "at__gte": asked.since,
        "at__lt": asked.until,
    }
    found = AuditEvent.objects.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.before:
        at, pk = asked.before
        found = found.filter(Q(at__lt=at) | Q(pk__lt=pk), at__lte=at)
    return found


def _with_words(found: QuerySet[AuditEvent], words: list[str]) -> QuerySet[AuditEvent]:
    for word in words:
        found = found.exclude(reason="").extra(where=["folded(reason) LIKE %s"], params=[f"%{_bare(word)}%"])
    return found


def _bare(word: str) -> str:
    """Without the signs that LIKE reads."""
    return word.replace("\\", "").replace("%", "").replace("_", r"\_")
