"""What this room knows of a person, and how it forgets: called by personal_data alone."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.base.facts import Facts, told
from abonent.notices.models import Letter
from abonent.users.models import User

TOLD: Mapping[str, str] = {"notices.Letter.user": "letters"}
LEFT_OUT: Mapping[str, str | Promise] = {}
WORDS: Mapping[str, str | Promise] = {
    "letters": _("Letters"),
    "to": _("Mailbox"),
    "subject": _("Subject"),
    "created_at": _("Written"),
    "sent_at": _("Sent"),
    "language": _("Language"),
}
LAST_WORD = "deletion_done"
"""The kind of the letter that says it is done: it goes as soon as it was sent (`forget_last_words`)."""


def facts_about(user_id: int) -> Facts:
    """The letters of the last months; a text is blanked once it is sent. One query."""
    letters = Letter.objects.filter(user_id=user_id).order_by("created_at", "pk")
    keys = {"created_at": "created_at", "to": "to", "subject": "subject", "sent_at": "sent_at"}
    return {"letters": told(letters, keys)}


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Letters to the person go, sent or not, and those to the mailbox that name nobody. In the caller's
    transaction, safe to repeat."""
    person = User.objects.get(pk=user_id)
    gone = Letter.objects.filter(user_id=user_id).delete()[0]
    if person.email and person.email_confirmed:
        nobodys = Letter.objects.annotate(mailbox=Upper("to")).filter(mailbox=person.email.upper(), user=None)
        gone += nobodys.delete()[0]
    return {"letters": gone}


def forget_letters(*, before: datetime, limit: int) -> int:
    """Delete the oldest letters, at most `limit`. They are numbered as they are written."""
    rows = Letter.objects.order_by("pk").values_list("pk", "created_at")[:limit]
    old = [pk for pk, created_at in rows if created_at < before]
    return Letter.objects.filter(pk__in=old).delete()[0]


def forget_last_words(*, before: datetime, limit: int) -> int:
    """Delete letters that told somebody of their deletion, once sent or given up: the last trace of an
    address."""
    over = Q(sent_at__lt=before) | Q(next_attempt_at=None, sent_at=None, created_at__lt=before)
    old = Letter.objects.filter(over, kind=LAST_WORD, user=None).order_by("pk")
    return Letter.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
