"""Sending letters: an outbox in the caller's transaction, and the delivery that follows it."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer

from abonent.base.errors import DomainError
from abonent.base.prepared import prepared_cursor
from abonent.notices import letters
from abonent.notices.models import Letter
from abonent.portal.current import portal
from abonent.users.models import User

log = logging.getLogger(__name__)

LETTERS_A_DAY = 10
"""To one mailbox (docs/domain/people.md): nobody's mailbox is flooded through the portal."""
FIRST_WAIT = timedelta(minutes=1)
ATTEMPTS = 12
"""1, 2, 4 … minutes and at most 12 hours between them: about three days of an unreachable server."""
KEPT_DAYS = 90


class NotAMailbox(DomainError):  # noqa: N818 - named after the rule it states
    """The address cannot be written to."""


def send_letter(
    *,
    kind: str,
    to: str,
    subject: str,
    text: str,
    language: str,
    user: User | None = None,
    now: datetime,
) -> Letter:
    """Put one plain-text letter into the outbox, its delivery into the queue, in the caller's transaction.

    Not safe to repeat: each call is a letter. The eleventh letter to a mailbox within 24 hours is written
    down but not sent (`last_error` says so), and the caller goes on. Raises `NotAMailbox`.
    """
    _check_mailbox(to)
    letter = Letter(
        kind=kind, to=to, user=user, language=language, subject=letters.one_line(subject), created_at=now
    )
    with transaction.atomic(savepoint=False):
        if _write(letter, text):
            _deliver_task(letter.pk).defer(letter_id=letter.pk)
    return letter


def write_letter(
    *, template: str, to: str, user: User | None, language: str, now: datetime, context: dict[str, Any]
) -> Letter:
    """`send_letter` with subject and text from a template, in the reader's language."""
    subject, text = letters.compose(template, language=language, context=context)
    return send_letter(
        kind=letters.kind_of(template),
        to=to,
        subject=subject,
        text=text,
        language=language,
        user=user,
        now=now,
    )


def deliver(*, letter_id: int, now: datetime) -> bool:
    """Send one letter now; True when it is (or was) sent, False when it waits for another attempt.

    One transaction that holds the letter's row: two workers never send it at once. At least once: a worker
    killed between the mail server's yes and the commit sends it again. Safe to repeat.
    """
    with transaction.atomic():
        letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=letter_id).first()
        if letter is None:
            return False
        if letter.sent_at is not None or letter.next_attempt_at is None:
            return letter.sent_at is not None
        error = _send(letter)
        letter.attempts += 1
        if error is None:
            _mark_sent(letter, now)
        else:
            _mark_failed(letter, error, now)
        letter.save(update_fields=["attempts", "sent_at", "next_attempt_at", "last_error", "text"])
    return error is None


def queue_waiting(*, now: datetime) -> int:
    """Queue every letter whose time has come: retries, and those whose task was lost. Safe to repeat."""
    due = Letter.objects.filter(sent_at=None, next_attempt_at__lte=now).order_by("next_attempt_at")
    ids = list(due.values_list("pk", flat=True)[:1000])
    for letter_id in ids:
        _queue(letter_id)
    return len(ids)


def forget_old_letters(*, now: datetime) -> int:
    """Delete letters older than 90 days. Safe to repeat."""
    return Letter.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS)).delete()[0]


def _check_mailbox(to: str) -> None:
    try:
        validate_email(to)
    except ValidationError as error:
        raise NotAMailbox(to) from error


_LETTER = """
WITH recent AS (
    SELECT count(*) >= %(limit)s AS full
      FROM notices_letter
     WHERE upper("to") = upper(%(to)s) AND created_at > %(since)s
       AND (sent_at IS NOT NULL OR next_attempt_at IS NOT NULL)
)
INSERT INTO notices_letter (kind, "to", user_id, language, subject, text, created_at, attempts,
                            next_attempt_at, last_error)
SELECT %(kind)s, %(to)s, %(user)s, %(language)s, %(subject)s, CASE WHEN recent.full THEN '' ELSE %(text)s END,
       %(now)s, 0, CASE WHEN recent.full THEN NULL ELSE %(now)s END,
       CASE WHEN recent.full THEN 'over the limit of a mailbox' ELSE '' END
  FROM recent
RETURNING id, text, next_attempt_at, last_error
"""


def _write(letter: Letter, text: str) -> bool:
    """Write the row; False when the mailbox has had its letters of the day.

    Counted under a lock of the mailbox, so that letters at the same moment count each other: the lock comes
    before the count's snapshot.
    """
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mailbox:{letter.to.lower()}"]
        )
        cursor.execute(
            _LETTER,
            {
                "limit": LETTERS_A_DAY,
                "since": letter.created_at - timedelta(days=1),
                "kind": letter.kind,
                "to": letter.to,
                "user": letter.user_id,
                "language": letter.language,
                "subject": letter.subject,
                "text": text,
                "now": letter.created_at,
            },
        )
        letter.pk, letter.text, letter.next_attempt_at, letter.last_error = cursor.fetchone()
    letter._state.adding = False
    return letter.next_attempt_at is not None


def _deliver_task(letter_id: int) -> JobDeferrer:
    return app.configure_task("notices.deliver_letter", queueing_lock=f"letter:{letter_id}")


def _queue(letter_id: int) -> None:
    """Defer the delivery in the caller's transaction; a letter that is queued already is not queued again."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        _deliver_task(letter_id).defer(letter_id=letter_id)


def _send(letter: Letter) -> str | None:
    """None when the mail server took it, else the reason it did not."""
    message = EmailMessage(
        letter.subject,
        letter.text,
        settings.DEFAULT_FROM_EMAIL,
        [letter.to],
        headers={
            "Message-ID": f"<letter-{letter.pk}-{letter.created_at:%Y%m%d%H%M%S}@{portal().code}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
        },
    )
    try:
        message.send()
    except Exception as error:  # a mail server fails in more ways than it has exceptions
        log.warning("letter %s was not sent: %s", letter.pk, type(error).__name__)
        return f"{type(error).__name__}: {error}"
    return None


def _mark_sent(letter: Letter, now: datetime) -> None:
    letter.sent_at, letter.next_attempt_at, letter.last_error = now, None, ""
    if not settings.LETTERS_KEPT:
        letter.text = ""  # it may hold a secret link, and nobody needs it any more


def _mark_failed(letter: Letter, error: str, now: datetime) -> None:
    wait = min(FIRST_WAIT * 2 ** (letter.attempts - 1), timedelta(hours=12))
    letter.next_attempt_at = now + wait if letter.attempts < ATTEMPTS else None
    letter.last_error = letters.one_line(error)
    if letter.next_attempt_at is None and not settings.LETTERS_KEPT:
        letter.text = ""
