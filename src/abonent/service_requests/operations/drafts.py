"""Files of a form that is not sent yet."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from abonent.portal.current import portal
from abonent.service_requests.files import BadFile, prepare
from abonent.service_requests.models import RequestDraftFile
from abonent.service_requests.operations.errors import MayNotFile
from abonent.service_requests.operations.events import LONGEST_KEY
from abonent.service_requests.problems import Problem
from abonent.service_requests.reading import FileLine
from abonent.service_requests.typed import SentFile
from abonent.users.models import User

KEPT = timedelta(days=1)
#: Of one person, all forms together.
MOST_BYTES, MOST_FILES = 64 * 1024 * 1024, 60
FORGOTTEN_AT_ONCE = 500


def keep_draft_file(*, user: User, form_key: str, name: str, content: bytes, now: datetime) -> FileLine:
    """Keep a file for the form `form_key` of this person for a day: drawn or written anew, as it will go
    along.

    One transaction; each call keeps a file. Raises BadFile (`problem.message` says what to do) and MayNotFile
    for a form without a key.
    """
    if not 0 < len(form_key) <= LONGEST_KEY:
        raise MayNotFile("form")
    rules = portal().requests
    _check_room(user, form_key, len(content))
    file = prepare(SentFile(name, content), megabytes=rules.most_megabytes)
    with transaction.atomic():
        with connection.cursor() as cursor:  # two tabs count each other's
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"drafts:{user.pk}"])
        _check_room(user, form_key, len(file.content))
        kept = RequestDraftFile.objects.create(
            user=user,
            form_key=form_key,
            name=file.name,
            media_type=file.media_type,
            size=len(file.content),
            checksum=file.checksum,
            content=file.content,
            created_at=now,
        )
    return FileLine(kept.public_id, kept.name, kept.media_type, kept.size)


def _check_room(user: User, form_key: str, size: int) -> None:
    most = portal().requests.most_files
    held = RequestDraftFile.objects.filter(user=user).aggregate(
        files=Count("pk"), size=Sum("size", default=0), here=Count("pk", filter=Q(form_key=form_key))
    )
    if held["here"] >= most:
        raise BadFile(Problem("too_many_files", {"most": most}))
    if held["files"] >= MOST_FILES or held["size"] + size > MOST_BYTES:
        raise BadFile(Problem("drafts_full"))


def drop_draft_file(*, user: User, form_key: str, public_id: str) -> None:
    """Take a file off the form. Safe to repeat; another's file is not there."""
    RequestDraftFile.objects.filter(user=user, form_key=form_key, public_id=public_id).delete()


def forget_drafts(*, created_before: datetime, limit: int = FORGOTTEN_AT_ONCE) -> int:
    """Delete drafts that were never sent, oldest first, at most `limit`. One transaction, safe to repeat."""
    old = RequestDraftFile.objects.filter(created_at__lt=created_before).order_by("created_at")
    return RequestDraftFile.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def forget_old_drafts(*, now: datetime) -> int:
    """All that are older than a day, in transactions of 500. Safe to repeat, resumable."""
    forgotten = 0
    while gone := forget_drafts(created_before=now - KEPT):
        forgotten += gone
    return forgotten
