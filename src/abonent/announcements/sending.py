"""An announcement on its way: whom it concerns is written down, then the letters go, batch after batch.

Where it is stands in its row: whoever is killed leaves it where the last batch ended, and the next one goes
on from there. Each batch is one transaction under the announcement's lock, of a constant number of queries.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from abonent.announcements import letters
from abonent.announcements.audience import audience_of, concerned, wanted
from abonent.announcements.models import Announcement
from abonent.notices.subscribed import send_wanted
from abonent.users import audit

ACCOUNTS, LETTERS = 2_000, 200
"""Of one transaction."""
LEFT_ALONE = timedelta(minutes=2)
"""One that nobody has touched for so long was left by somebody who was killed."""
State = Announcement.State


def send(number: int, *, clock: Callable[[], datetime], batches: int | None = None) -> bool:
    """Go on with an announcement to its end, or for some batches; True when nothing is left to do. May be
    killed, repeated and run twice at once."""
    while True:
        done = send_batch(number, now=clock())
        batches = None if batches is None else batches - 1
        if done or batches == 0:
            return done


@transaction.atomic
def send_batch(number: int, *, now: datetime) -> bool:
    """The next step of an announcement: begin, two thousand accounts, or two hundred letters; True when
    nothing is left. One transaction under its lock. What is called back or ended is cleared."""
    rows = Announcement.objects.select_for_update(of=("self",))
    found = rows.select_related("organisation", "service", "scheduled_by").get(pk=number)
    if found.clearing:
        return clear_batch(found, now=now)
    if found.state == State.SCHEDULED and found.scheduled_at and found.scheduled_at <= now:
        _begin(found, now)
    elif found.state == State.SENDING:
        _gather(found, now) if not found.gathered else _write(found, now)
    else:
        return True
    found.touched_at = now
    found.save()
    return found.state in (State.SENT, State.CANCELLED)


def queue(number: int) -> None:
    """Let the worker go on with it, ahead of receipts and behind single letters; not twice. In the caller's
    transaction."""
    task = app.configure_task("announcements.send", queueing_lock=f"announcement:{number}", priority=-2)
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(number=number)


def waiting(*, now: datetime) -> list[int]:
    """Whose minute has come, and those that somebody who was killed has left."""
    due = Q(state=State.SCHEDULED, scheduled_at__lte=now)
    left = Q(touched_at=None) | Q(touched_at__lt=now - LEFT_ALONE)
    rows = Announcement.objects.filter(due | ((Q(state=State.SENDING) | Q(clearing=True)) & left))
    return list(rows.order_by("scheduled_at", "pk").values_list("pk", flat=True))


def _begin(found: Announcement, now: datetime) -> None:
    """An outage whose hours went by while nothing ran is told to nobody."""
    late = found.ends_at is not None and found.ends_at <= now
    found.state = State.CANCELLED if late else State.SENDING
    found.started_at, found.finished_at = (None, now) if late else (now, None)
    audit.record(
        action="announcement_cancelled" if late else "announcement_published",
        actor=None if late else found.scheduled_by,
        subject=f"announcement:{found.pk}",
        organisation=found.organisation,
        now=now,
        late=late,
    )


_LOCK = "SELECT 1 FROM accounts_account WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
_CONCERN = """
INSERT INTO announcements_announcedaccount (announcement_id, account_id)
SELECT %(announcement)s, unnest(%(ids)s::bigint[]) ON CONFLICT DO NOTHING
"""
_ANNOUNCE = """
UPDATE accounts_account SET announced_until = %(until)s
 WHERE id = ANY(%(ids)s) AND (announced_until IS NULL OR announced_until < %(until)s)
"""
_PEOPLE = """
INSERT INTO announcements_announcementletter (announcement_id, user_id, mailbox)
SELECT DISTINCT ON (upper(person.email)) %(announcement)s, person.id, upper(person.email)
  FROM accounts_accountlink AS link JOIN users_user AS person ON person.id = link.user_id
 WHERE link.account_id = ANY(%(ids)s) AND link.ended_at IS NULL AND {wanted}
 ORDER BY upper(person.email), person.id
    ON CONFLICT DO NOTHING
"""


def _gather(found: Announcement, now: datetime) -> None:
    """The next accounts concerned: an outage is put on their pages, and their people are to be written to."""
    rows = concerned(audience_of(found), today=timezone.localdate(now)).filter(pk__gt=found.reached)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:ACCOUNTS])
    values: dict[str, Any] = {"announcement": found.pk, "ids": ids, "until": found.ends_at}
    with connection.cursor() as cursor:
        if found.ends_at is not None:
            for statement in (_LOCK, _CONCERN, _ANNOUNCE):
                cursor.execute(statement, values)
        cursor.execute(_PEOPLE.format(wanted=wanted(found.kind)), values)
    found.accounts += len(ids)
    found.gathered = len(ids) < ACCOUNTS
    found.reached = ids[-1] if ids else found.reached


_NEXT = """
SELECT row.id, person.id, person.email, person.language, {wanted} AND upper(person.email) = row.mailbox
  FROM announcements_announcementletter AS row JOIN users_user AS person ON person.id = row.user_id
 WHERE row.announcement_id = %s AND row.written_at IS NULL
 ORDER BY row.id LIMIT %s
"""
_WRITTEN = """
UPDATE announcements_announcementletter AS row SET written_at = %s, letter_id = made.letter_id
  FROM unnest(%s::bigint[], %s::bigint[]) AS made (id, letter_id)
 WHERE row.id = made.id
"""


def _write(found: Announcement, now: datetime) -> None:
    """The letters to the next people; sent when there is nobody left, or nothing to tell any more."""
    over = found.ends_at is not None and (found.ended_at is not None or found.ends_at <= now)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT.format(wanted=wanted(found.kind)), [found.pk, 0 if over else LETTERS])
        people = cursor.fetchall()
        if not people:
            found.state, found.finished_at = State.SENT, now
            return
        to = [letters.To(*row[1:4]) for row in people if row[4]]
        made = iter(send_wanted(letters.compose(found, to), now=now))
        pairs = [(row[0], next(made).pk if row[4] else None) for row in people]
        cursor.execute(_WRITTEN, [now, [one for one, _ in pairs], [letter for _, letter in pairs]])


_CLEAR = """
UPDATE accounts_account AS account SET announced_until =
       (SELECT max(other.ends_at)
          FROM announcements_announcedaccount AS one
          JOIN announcements_announcement AS other ON other.id = one.announcement_id
         WHERE one.account_id = account.id AND other.ended_at IS NULL
           AND other.state IN ('sending', 'sent') AND other.ends_at > %(now)s)
 WHERE account.id = ANY(%(ids)s)
"""


def clear_batch(found: Announcement, *, now: datetime) -> bool:
    """Until when the next accounts of an outage that is over still have another one; True when none is left.
    In the caller's transaction, under the announcement's lock; safe to repeat."""
    rows = found.announced.filter(account_id__gt=found.reached).order_by("account_id")
    ids = list(rows.values_list("account_id", flat=True)[:ACCOUNTS])
    with connection.cursor() as cursor:
        for statement in (_LOCK, _CLEAR):
            cursor.execute(statement, {"ids": ids, "now": now})
    found.clearing = len(ids) == ACCOUNTS
    found.reached = ids[-1] if ids else found.reached
    found.touched_at = now
    if not found.clearing and found.state == State.SENDING:
        found.state, found.finished_at = State.SENT, now
    found.save(update_fields=["clearing", "reached", "touched_at", "state", "finished_at"])
    return not found.clearing
