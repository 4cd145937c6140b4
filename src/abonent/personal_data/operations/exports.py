"""All that the portal holds about a person, taken out as JSON and PDF: asked for, made, fetched."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.base.errors import DomainError
from abonent.personal_data import drawing, facts, letters
from abonent.personal_data.models import Export
from abonent.portal.models import Organisation
from abonent.users.audit import record
from abonent.users.models import AuditEvent, User

A_DAY = 3
"""Exports of one person within 24 hours."""
AT_ONCE = 300
"""Events of a person's trail up to which an export is made while the person waits: nearly all that is kept of
somebody leaves one, so they tell how much there is. More is the worker's."""
LEFT_ALONE = timedelta(minutes=10)
"""An export asked for so long ago and not made: its task was lost."""


class TooManyExports(DomainError):  # noqa: N818 - named after the rule it states
    """Three a day are made of a person; the last ones can still be fetched."""


def ask_export(
    *,
    user: User,
    language: str,
    by: User | None = None,
    organisation: Organisation | None = None,
    reason: str = "",
    address: str | None,
    now: datetime,
) -> Export:
    """Ask for all data of `user`; made at once where there is little, by the worker where there is much.

    The wish is one transaction, the making another. Not safe to repeat: each call is an export. `by`: the
    member of the staff who asks at the person's wish; the person gets a letter then. Raises `TooManyExports`.
    """
    with transaction.atomic():
        export = _asked(user, language, by, reason, now)
        record(
            action="personal_export_asked",
            actor=by or user,
            subject=f"user:{user.pk}",
            organisation=organisation,
            address=address,
            reason=reason,
            now=now,
        )
        at_once = by is None and _is_small(user)
        if not at_once:
            queue(export.pk)
    return make_export(export_id=export.pk, tell=False, now=now) if at_once else export


def _asked(user: User, language: str, by: User | None, reason: str, now: datetime) -> Export:
    User.objects.select_for_update().get(pk=user.pk)  # two clicks at once count each other
    recent = Export.objects.filter(user=user, asked_at__gt=now - timedelta(days=1))
    if recent.count() >= A_DAY:
        raise TooManyExports
    return Export.objects.create(user=user, asked_by=by, reason=reason[:300], language=language, asked_at=now)


def _is_small(user: User) -> bool:
    return AuditEvent.objects.filter(actor_id=user.pk)[: AT_ONCE + 1].count() <= AT_ONCE


def queue(export_id: int) -> None:
    """Have the worker make it, in the caller's transaction. Safe to repeat: it waits once."""
    task = app.configure_task("personal_data.make_export", queueing_lock=f"export:{export_id}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(export_id=export_id)


@transaction.atomic
def make_export(*, export_id: int, tell: bool = True, now: datetime) -> Export:
    """Collect, draw and keep it; with `tell` a letter says so. One transaction, safe to repeat and to kill:
    what is made already stays as it is. Raises `Export.DoesNotExist` where the person was forgotten."""
    export = Export.objects.select_for_update(of=("self",)).select_related("user").get(pk=export_id)
    if export.made_at is not None:
        return export
    document = facts.facts_about(export.user_id, now=now)
    export.facts = json.dumps(document, ensure_ascii=False, indent=1).encode()
    export.paper = drawing.draw(document, name=export.user.shown_name, language=export.language)
    export.made_at = now
    export.save(update_fields=["facts", "paper", "made_at"])
    if tell:
        letters.tell_of_export(export, now=now)
    return export


@transaction.atomic
def fetch_export(
    *, user: User, public_id: str, kind: str, address: str | None, now: datetime
) -> bytes | None:
    """The file (`kind`: json or pdf) of the person's own export; that it was fetched is written down. None
    where there is none (any more), or it is not made yet. One transaction."""
    found = Export.objects.filter(user=user, public_id=public_id, made_at__isnull=False).first()
    if found is None:
        return None
    record(
        action="personal_export_fetched",
        actor=user,
        subject=f"user:{user.pk}",
        address=address,
        now=now,
        export=found.pk,
        kind=kind,
    )
    return bytes(found.paper if kind == "pdf" else found.facts)


def go_on_with_exports(*, now: datetime) -> Sequence[int]:
    """Queue again what was asked for ten minutes ago and is not made: a killed worker's. Safe to repeat."""
    waiting = Export.objects.filter(made_at=None, asked_at__lt=now - LEFT_ALONE).order_by("asked_at")
    found = list(waiting.values_list("pk", flat=True)[:100])
    for export_id in found:
        queue(export_id)
    return found
