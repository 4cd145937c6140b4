"""The delivery of what lies in the outbox: one letter at a time, under its row's lock."""

import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer

from abonent.notices import attachments, letters, mail_server, mailboxes
from abonent.notices.message_ids import message_id
from abonent.notices.models import Letter
from abonent.notices.refusals import about, enhanced

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
ATTEMPTS = 12
"""1, 2, 4 … minutes and at most 12 hours between them: about three days of an unreachable server."""
BEHIND = -10
"""Of letters that come by the hundred thousand: a new password does not wait for them."""
URGENT = -8
"""Of those among them that are worth nothing tomorrow."""
_CHANGED = (
    "attempts", "sent_at", "next_attempt_at", "last_error", "text", "headers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed. `final`: asking again changes nothing; `mailbox`: nobody reads there."""

    error: str
    final: bool = False
    mailbox: bool = False


def deliver(*, letter_id: int, now: datetime) -> bool:
    """Send one letter now; True when it is (or was) sent, False when it waits for another attempt or is
    given up.

    One transaction that holds the letter's row: two workers never send it at once. At least once: a worker
    killed between the mail server's yes and the commit sends it again. Safe to repeat.
    """
    with transaction.atomic():
        letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=letter_id).first()
        if letter is None:
            return False
        if letter.sent_at is not None or letter.next_attempt_at is None:
            return letter.sent_at is not None
        failure = _send(letter, now)
        letter.attempts += 1
        if failure is None:
            _mark_sent(letter, now)
        else:
            _mark_failed(letter, failure, now)
        letter.save(update_fields=_CHANGED)
        if failure and failure.mailbox:
            mailboxes.refuse(letter, reason=letter.last_error, mailbox=True, now=now)
    return failure is None


_LOOKED_AT = 5_000
# Of a town's hundred thousands only the oldest are looked at: those behind them come up as these go.
_WAITING = """
WITH due AS (
    (SELECT id, subscribed, next_attempt_at FROM notices_letter
      WHERE subscribed = false AND sent_at IS NULL AND next_attempt_at <= %(now)s
      ORDER BY next_attempt_at LIMIT %(looked_at)s)
    UNION ALL
    (SELECT id, subscribed, next_attempt_at FROM notices_letter
      WHERE subscribed = true AND sent_at IS NULL AND next_attempt_at <= %(now)s
      ORDER BY next_attempt_at LIMIT %(looked_at)s)
)
SELECT id FROM due
 WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs
                    WHERE queueing_lock = 'letter:' || due.id AND status = 'todo')
 ORDER BY subscribed, next_attempt_at
 LIMIT 1000
"""


def queue_waiting(*, now: datetime) -> int:
    """Queue every letter whose time has come and that is not queued: retries, and those whose task was
    lost; at most a thousand, those that were subscribed to last. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"now": now, "looked_at": _LOOKED_AT})
        ids = [row[0] for row in cursor.fetchall()]
    for letter_id in ids:
        with suppress(AlreadyEnqueued), transaction.atomic():
            deliver_task(letter_id).defer(letter_id=letter_id)
    return len(ids)


def deliver_task(letter_id: int, *, priority: int = 0) -> JobDeferrer:
    """The task that delivers a letter, once in the queue; below zero behind whatever else waits there."""
    lock = f"letter:{letter_id}"
    return app.configure_task("notices.deliver_letter", queueing_lock=lock, priority=priority)


def _send(letter: Letter, now: datetime) -> Failure | None:
    """None when the mail server took it, else why it did not."""
    try:
        mail_server.send(_message(letter, now))
    except attachments.NothingToSend as nothing:
        return Failure(f"not sent: {nothing}", final=True)
    except smtplib.SMTPRecipientsRefused as refused:
        return _refused(*next(iter(refused.recipients.values())))
    except smtplib.SMTPDataError as refused:
        return _refused(refused.smtp_code, refused.smtp_error, after_the_text=True)
    except Exception as error:  # a mail server fails in more ways than it has exceptions
        log.warning("letter %s was not sent: %s", letter.pk, type(error).__name__)
        return Failure(f"{type(error).__name__}: {error}")
    return None


def _message(letter: Letter, now: datetime) -> EmailMessage:
    message = EmailMessage(
        letter.subject,
        letter.text,
        settings.LETTERS_BOUNCE_TO or settings.DEFAULT_FROM_EMAIL,
        [letter.to],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": message_id(letter),
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
            **(letter.headers or {}),
        },
    )
    if letter.attachment:
        with transaction.atomic():  # a maker's failed query spoils only its own
            made = attachments.make(letter.attachment, now=now)
        message.attach(made.name, made.content, made.media_type)
    return message


def _refused(code: int, answer: bytes | str, *, after_the_text: bool = False) -> Failure:
    """The server took us, and not the letter. Some say only after its text that there is no such mailbox; a
    bare number is about the text then."""
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    status = enhanced(said)
    gone = about(code, status) == "mailbox" and (status not in ("", "5.0.0") or not after_the_text)
    return Failure(f"{code} {said}", final=gone, mailbox=gone)


def _mark_sent(letter: Letter, now: datetime) -> None:
    letter.sent_at, letter.next_attempt_at, letter.last_error = now, None, ""
    _blank(letter)


def _mark_failed(letter: Letter, failure: Failure, now: datetime) -> None:
    wait = min(FIRST_WAIT * 2 ** (letter.attempts - 1), timedelta(hours=12))
    over = failure.final or letter.attempts >= ATTEMPTS
    letter.next_attempt_at = None if over else now + wait
    letter.last_error = letters.one_line(failure.error)
    if over:
        _blank(letter)


def _blank(letter: Letter) -> None:
    """Text and headers may hold a secret link, and nobody needs them any more."""
    if not settings.LETTERS_KEPT:
        letter.text, letter.headers = "", None
