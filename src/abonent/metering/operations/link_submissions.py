"""Submitting by a reminder's signed link, without signing in (docs/domain/readings.md)."""

from datetime import datetime, timedelta

from django.db import transaction

from abonent.metering import reading_links
from abonent.metering.models import ReadingLink, Submission
from abonent.metering.operations.submissions import WindowClosed, submit
from abonent.metering.rules import rules_of_organisation
from abonent.metering.typed_form import TypedForm
from abonent.metering.windows import window_state

LATE = timedelta(hours=1)
"""What is sent so soon after the window closed is kept for the person, as on the page of the cabinet."""


def submit_by_link(
    *,
    token: str,
    typed: TypedForm,
    now: datetime,
    address: str | None = None,
) -> Submission:
    """`submit` for whoever holds the letter's link, in the name of the person it was written to.

    One transaction that holds the link's row: of two that come at once one submits, and it is used up with
    the submission or not at all. Safe to repeat: the same `typed.key` gives the same submission. Raises what
    `submit` raises (the link is not used then), `NoSuchReadingLink` and `ReadingLinkOver`.
    """
    with transaction.atomic():
        link = reading_links.find(token, locked=True)
        before = _sent_before(link, typed.key)
        if before is not None:
            return before
        _check(link, now)
        try:
            submission = submit(
                account_id=link.account_id,
                user=link.user,
                way=Submission.Way.LINK,
                typed=typed,
                now=now,
                address=address,
            )
        except WindowClosed as error:
            closed = error  # raised below, or what it kept would be taken back with this transaction
        else:
            ReadingLink.objects.filter(pk=link.pk).update(used_at=now)
            return submission
    raise closed


def _sent_before(link: ReadingLink, key: str) -> Submission | None:
    """What this very form has sent by this link: a double click, or the page loaded again."""
    if link.used_at is None:
        return None
    sent = Submission.objects.filter(account_id=link.account_id, user_id=link.user_id, key=key)
    return sent.filter(way=Submission.Way.LINK, submitted_at=link.used_at).first()


def _check(link: ReadingLink, now: datetime) -> None:
    """Past its window a link submits nothing; for an hour it still keeps what was typed before."""
    if link.expires_at <= now < link.expires_at + LATE and not _is_open(link, now):
        now = link.created_at
    reading_links.check(link, now)


def _is_open(link: ReadingLink, now: datetime) -> bool:
    return window_state(rules_of_organisation(link.account.organisation), now).is_open
