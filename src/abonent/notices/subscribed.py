"""Letters that go to many at once, outside the ten a day: receipts their readers asked for, announcements.

What protects a mailbox here is that its owner has confirmed it and may say no, that the sender writes each
letter once, and that no more than fifty go to it in a day: the others wait for the days that follow.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from abonent.notices import letters
from abonent.notices.attachments import Attachment
from abonent.notices.delivery import BEHIND, URGENT, deliver_task
from abonent.notices.models import Letter
from abonent.notices.operations import check_mailbox, checked_headers

A_DAY = 50
"""To one mailbox: whoever keeps a hundred accounts gets them in two days, and none is lost."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One letter as its sender has composed it."""

    kind: str
    to: str
    user_id: int
    language: str
    subject: str
    text: str
    attachment: Attachment | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    """Ahead of the others of its sort, and behind all single letters: an outage is told before receipts."""


def send_wanted(wanted: Sequence[Wanted], *, now: datetime) -> list[Letter]:
    """Put them into the outbox and their deliveries into the queue, behind all others; in that order.

    In the caller's transaction; three statements however many they are. Not safe to repeat: who calls makes
    sure that each letter is written once, and that its reader has confirmed the wish. Raises `NotAMailbox`.
    """
    already = _already({one.to for one in wanted}, now)
    rows = []
    for one in wanted:
        check_mailbox(one.to)
        place = already[one.to.upper()]
        already[one.to.upper()] += 1
        rows.append(_row(one, now, later=timedelta(days=place // A_DAY)))
    with transaction.atomic(savepoint=False):
        made = Letter.objects.bulk_create(rows)
        pairs = list(zip(made, wanted, strict=True))
        _queue([(letter, one.urgent) for letter, one in pairs if letter.next_attempt_at == now])
    return made


def one_click(address: str) -> dict[str, str]:
    """The headers by which a mail program ends them without opening a page (RFC 8058)."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


_TAKE_BACK = """
UPDATE notices_letter SET next_attempt_at = NULL, last_error = %s, text = '', headers = NULL
 WHERE id IN (SELECT id FROM notices_letter WHERE id = ANY(%s) AND sent_at IS NULL
                 AND next_attempt_at IS NOT NULL ORDER BY id FOR UPDATE SKIP LOCKED)
"""


def take_back(letter_ids: Sequence[int], *, reason: str) -> int:
    """Let letters that have not gone out stay: how many. In the caller's transaction, safe to repeat. One
    that is being delivered at this moment is not waited for."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [f"not sent: {reason}", list(letter_ids)])
        return int(cursor.rowcount)


def _already(mailboxes: set[str], now: datetime) -> Counter[str]:
    """How many of these letters each mailbox was written within a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT upper("to"), count(*) FROM notices_letter'
            ' WHERE upper("to") = ANY(%s) AND created_at > %s AND subscribed GROUP BY 1',
            [sorted(one.upper() for one in mailboxes), now - timedelta(days=1)],
        )
        return Counter(dict(cursor.fetchall()))


def _row(one: Wanted, now: datetime, *, later: timedelta) -> Letter:
    return Letter(
        kind=one.kind,
        to=one.to,
        user_id=one.user_id,
        language=one.language,
        subject=letters.one_line(one.subject),
        text=one.text,
        attachment=one.attachment and one.attachment.as_json(),
        headers=checked_headers(one.headers),
        subscribed=True,
        created_at=now,
        next_attempt_at=now + later,
    )


def _queue(made: Sequence[tuple[Letter, bool]]) -> None:
    tasks = [deliver_task(letter.pk, priority=URGENT if urgent else BEHIND) for letter, urgent in made]
    if tasks:
        jobs = [task.make_new_job(letter_id=one.pk) for task, (one, _) in zip(tasks, made, strict=True)]
        tasks[0].job_manager.batch_defer_jobs(jobs)
