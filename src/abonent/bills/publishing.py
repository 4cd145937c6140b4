"""Publishing a month: a letter with the receipt to everybody who subscribed, each once.

Where it is stands in the database: whoever is killed leaves it where the last batch ended, and the next one,
by hand or the worker, goes on from there.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.bills import receipt_letters
from abonent.bills.models import Publication
from abonent.bills.queries import Published, published
from abonent.bills.recipients import Recipient, count_recipients, recipients
from abonent.ledger.queries import months_loaded
from abonent.notices.models import Letter
from abonent.notices.subscribed import send_wanted
from abonent.portal.models import Organisation
from abonent.portal.queries import data_version
from abonent.users import audit
from abonent.users.models import User

BATCH = 200
"""Letters of one transaction."""
LEFT_ALONE = timedelta(minutes=2)
"""A publication that nobody has touched for so long was left by somebody who was killed."""


class NothingCharged(DomainError):  # noqa: N818 - named after what is the matter
    """Nothing was charged in that month: there are no receipts."""


def start(*, month: Month, organisation: Organisation | None, by: User | None, now: datetime) -> Published:
    """Begin to publish `month`, or join the publication that is under way. One transaction, safe to repeat.

    A month may be published again: whoever subscribed since gets its receipt, and nobody a second one.
    Raises `NothingCharged`.
    """
    loaded = months_loaded(version=data_version())
    if loaded is None or not loaded[0] <= month <= loaded[1]:
        raise NothingCharged(f"nothing was charged in {month}")
    scope = organisation.pk if organisation else None
    total = count_recipients(month=month, organisation_id=scope, now=now)
    under_way: dict[str, Any] = {"month": month, "organisation": organisation, "finished_at": None}
    with transaction.atomic():
        publication, made = Publication.objects.get_or_create(
            **under_way,
            defaults={"started_at": now, "started_by": by, "total": total, "touched_at": now},
        )
        if made:
            audit.record(
                action="receipts_published",
                actor=by,
                organisation=organisation,
                subject=f"publication:{publication.pk}",
                now=now,
                month=str(month),
            )
    return published(publication)


def publish_month(
    *,
    month: Month,
    organisation: Organisation | None,
    by: User | None,
    clock: Callable[[], datetime],
    progress: Callable[[Published], None] | None = None,
) -> Published:
    """`start` and `publish`, to the end."""
    begun = start(month=month, organisation=organisation, by=by, now=clock())
    return publish(begun.id, clock=clock, progress=progress)


@transaction.atomic
def publish_by_worker(
    *, month: Month, organisation: Organisation | None, by: User, now: datetime
) -> Published:
    """`start`, and let the worker do it. One transaction, safe to repeat. Raises `NothingCharged`."""
    begun = start(month=month, organisation=organisation, by=by, now=now)
    queue(begun.id)
    return begun


def publish(
    publication_id: int,
    *,
    clock: Callable[[], datetime],
    batches: int | None = None,
    progress: Callable[[Published], None] | None = None,
) -> Published:
    """Go on with a publication to its end, or for some batches. Each batch is one transaction: letters, the
    rows that keep them from being written twice, and how far it is. So it may be killed, repeated and run
    twice at once."""
    while True:
        state = publish_batch(publication_id, now=clock())
        if progress:
            progress(state)
        batches = None if batches is None else batches - 1
        if state.finished_at is not None or batches == 0:
            return state


@transaction.atomic
def publish_batch(publication_id: int, *, now: datetime) -> Published:
    """The letters to the next two hundred subscribers; finished when there is nobody left. One transaction,
    under the publication's lock. Twenty queries at most, however many they are."""
    locked = Publication.objects.select_for_update(of=("self",)).select_related("organisation", "started_by")
    publication = locked.get(pk=publication_id)
    if publication.finished_at is not None:
        return published(publication)
    month, scope = publication.month, publication.organisation_id
    found = recipients(month=month, organisation_id=scope, after=publication.reached, limit=BATCH, now=now)
    if found:
        publication.written += _write(publication, found, now)
        publication.reached = found[-1].subscription_id
    else:
        publication.finished_at = now
    publication.touched_at = now
    publication.save(update_fields=["written", "reached", "touched_at", "finished_at"])
    return published(publication)


def queue(publication_id: int) -> None:
    """Let the worker go on with it, behind single letters; not twice. In the caller's transaction."""
    task = app.configure_task("bills.publish", queueing_lock=f"publication:{publication_id}", priority=-5)
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(publication_id=publication_id)


def left_alone(*, now: datetime) -> list[int]:
    """Publications that somebody who was killed has left under way."""
    rows = Publication.objects.filter(finished_at=None, touched_at__lt=now - LEFT_ALONE)
    return list(rows.order_by("pk").values_list("pk", flat=True))


_CLAIM = """
INSERT INTO bills_receiptletter (account_id, user_id, month, publication_id, created_at)
SELECT account_id, user_id, %s, %s, %s
  FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (account_id, user_id)
    ON CONFLICT (account_id, user_id, month) DO NOTHING
RETURNING account_id, user_id
"""
_LETTERS = """
UPDATE bills_receiptletter AS row SET letter_id = made.letter_id
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS made (account_id, user_id, letter_id)
 WHERE row.month = %s AND row.account_id = made.account_id AND row.user_id = made.user_id
"""


def _write(publication: Publication, found: Sequence[Recipient], now: datetime) -> int:
    """The letters to those who are charged and whom no other publication writes to at this moment."""
    month = publication.month
    composed = receipt_letters.compose(found, month, now=now)
    charged = [one for one in found if one.subscription_id in composed]
    with connection.cursor() as cursor:
        places = [one.account_id for one in charged], [one.user_id for one in charged]
        cursor.execute(_CLAIM, [month.first_day, publication.pk, now, *places])
        claimed = set(cursor.fetchall())
        mine = [one for one in charged if (one.account_id, one.user_id) in claimed]
        made: list[Letter] = send_wanted([composed[one.subscription_id] for one in mine], now=now)
        cursor.execute(
            _LETTERS,
            [
                [one.account_id for one in mine],
                [one.user_id for one in mine],
                [letter.pk for letter in made],
                month.first_day,
            ],
        )
    return len(mine)
