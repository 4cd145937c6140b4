"""Letters that come back: the mail server's reports, from `abonent letters bounced`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from abonent.notices import letters, mailboxes
from abonent.notices.delivery_reports import read_report
from abonent.notices.message_ids import letters_named
from abonent.notices.models import Letter

Outcome = Literal["mailbox", "letter", "moment", "no report", "not ours"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a report was about (docs/domain/people.md) and which letter it names, if it is one of ours."""

    outcome: Outcome
    letter_id: int | None = None


@transaction.atomic
def take_report(raw: bytes, *, now: datetime) -> Taken:
    """Read a mail that came back, and write its refusal on the letter it names; where nobody reads that
    mailbox, what was subscribed to there ends.

    One transaction, safe to repeat. What names no letter of ours with our signature changes nothing,
    whatever it says; neither does a refusal for the moment.
    """
    report = read_report(raw)
    if report is None:
        return Taken("no report")
    letter = _letter(report.names)
    if letter is None:
        return Taken("not ours")
    if report.about != "moment":
        reason = letters.one_line(report.reason)
        mailboxes.refuse(letter, reason=reason, mailbox=report.about == "mailbox", now=now)
    return Taken(report.about, letter.pk)


def _letter(names: str) -> Letter | None:
    """The first of ours that was sent: what still lies in the outbox cannot have come back."""
    sent = Letter.objects.select_for_update().filter(pk__in=list(letters_named(names)), attempts__gt=0)
    return sent.order_by("pk").first()
