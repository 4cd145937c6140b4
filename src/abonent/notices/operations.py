"""Putting letters into the outbox, in the caller's transaction; their delivery follows (delivery.py)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from abonent.base.errors import DomainError
from abonent.base.prepared import prepared_cursor
from abonent.notices import letters
from abonent.notices.attachments import Attachment
from abonent.notices.delivery import deliver, deliver_task, queue_waiting
from abonent.notices.models import Letter
from abonent.users.models import User

__all__ = [
    "HEADERS",
    "NotAMailbox",
    "deliver",
    "queue_waiting",
    "send_letter",
    "write_letter",
]

LETTERS_A_DAY = 10
"""To one mailbox (docs/domain/people.md): nobody's mailbox is flooded through the portal."""
HEADERS = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post"})
"""What a room may add: the others are this room's."""


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
    attachment: Attachment | None = None,
    headers: Mapping[str, str] | None = None,
    now: datetime,
) -> Letter:
    """Put one plain-text letter into the outbox, its delivery into the queue, in the caller's transaction.

    Not safe to repeat: each call is a letter. The eleventh letter to a mailbox within 24 hours is written
    down but not sent (`last_error` says so), and the caller goes on. `attachment` is drawn when the letter
    is delivered; `headers` are some of `HEADERS`. Raises `NotAMailbox`.
    """
    check_mailbox(to)
    letter = Letter(
        kind=kind,
        to=to,
        user=user,
        language=language,
        subject=letters.one_line(subject),
        attachment=attachment and attachment.as_json(),
        headers=checked_headers(headers),
        created_at=now,
    )
    with transaction.atomic(savepoint=False):
        if _write(letter, text):
            deliver_task(letter.pk).defer(letter_id=letter.pk)
    return letter


def write_letter(
    *,
    template: str,
    to: str,
    user: User | None,
    language: str,
    now: datetime,
    context: dict[str, Any],
    attachment: Attachment | None = None,
    headers: Mapping[str, str] | None = None,
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
        attachment=attachment,
        headers=headers,
        now=now,
    )


def check_mailbox(to: str) -> None:
    """Raises `NotAMailbox`."""
    try:
        validate_email(to)
    except ValidationError as error:
        raise NotAMailbox(to) from error


def checked_headers(headers: Mapping[str, str] | None) -> dict[str, str] | None:
    """Raises ValueError: a header that is not offered is a mistake in the code."""
    if not headers:
        return None
    if unknown := set(headers) - HEADERS:
        raise ValueError(f"not a header of a room's own: {', '.join(sorted(unknown))}")
    return dict(headers)


_LETTER = """
WITH recent AS (
    SELECT count(*) >= %(limit)s AS full
      FROM notices_letter
     WHERE upper("to") = upper(%(to)s) AND created_at > %(since)s AND NOT subscribed
       AND (sent_at IS NOT NULL OR next_attempt_at IS NOT NULL)
)
INSERT INTO notices_letter (kind, "to", user_id, language, subject, text, attachment, headers, created_at,
                            attempts, next_attempt_at, last_error)
SELECT %(kind)s, %(to)s, %(user)s, %(language)s, %(subject)s,
       CASE WHEN recent.full THEN '' ELSE %(text)s END, %(attachment)s::jsonb, %(headers)s::jsonb, %(now)s, 0,
       CASE WHEN recent.full THEN NULL ELSE %(now)s END,
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
                "attachment": _json(letter.attachment),
                "headers": _json(letter.headers),
                "now": letter.created_at,
            },
        )
        letter.pk, letter.text, letter.next_attempt_at, letter.last_error = cursor.fetchone()
    letter._state.adding = False
    return letter.next_attempt_at is not None


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
