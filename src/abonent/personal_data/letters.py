"""Who is told what about their data, in the person's language. Outbox rows of the caller's transaction."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.urls import reverse

from abonent.notices.addresses import absolute
from abonent.notices.operations import NotAMailbox, write_letter
from abonent.personal_data.models import Deletion, Export
from abonent.portal.current import portal
from abonent.users.models import User


def tell_of_export(export: Export, *, now: datetime) -> None:
    """The file is ready: where it is fetched, signed in, for a week."""
    _write("export_ready", export.user.email, export.user, now, page=absolute(reverse("my_data")))


def tell_of_deletion(deletion: Deletion, what: str, *, now: datetime) -> None:
    """`asked`, `soon` or `cancelled`."""
    person = deletion.user
    _write(
        f"deletion_{what}",
        person.email,
        person,
        now,
        due_at=deletion.due_at,
        by_staff=deletion.asked_by_id is not None,
        page=absolute(reverse("deletion")),
    )


def tell_that_it_is_done(*, to: str, language: str, now: datetime) -> None:
    """The last letter: it names no user, and goes from the outbox once it is sent."""
    _write("deletion_done", to, None, now, language=language)


def _write(
    kind: str, to: str, user: User | None, now: datetime, *, language: str = "", **context: Any
) -> None:
    if not to:
        return
    with suppress(NotAMailbox):
        write_letter(
            template=f"personal_data/letters/{kind}.txt",
            to=to,
            user=user,
            language=(user.language if user else language) or portal().language,
            now=now,
            context=context,
        )
