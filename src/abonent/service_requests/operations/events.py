"""Adding to a request's history: events, their files, the drafts that come along."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.service_requests.files import BadFile, PreparedFile, prepare
from abonent.service_requests.forms import LONGEST_TEXT, clean_text
from abonent.service_requests.models import RequestDraftFile, RequestEvent, RequestFile, ServiceRequest
from abonent.service_requests.operations.errors import NothingSaid, TooLong
from abonent.service_requests.problems import Problem
from abonent.service_requests.typed import SentFile
from abonent.users import audit
from abonent.users.models import User

LONGEST_KEY = 64


def add_event(
    request: ServiceRequest,
    kind: str,
    *,
    by: User | None,
    by_staff: bool,
    now: datetime,
    text: str = "",
    form_key: str = "",
    details: dict[str, Any] | None = None,
) -> RequestEvent:
    """One line of the history, with the state after it, in the caller's transaction."""
    return RequestEvent.objects.create(
        request=request,
        at=now,
        kind=kind,
        state=request.state,
        by=by,
        by_staff=by_staff,
        text=text,
        details=details or {},
        form_key=form_key[:LONGEST_KEY] or None,
    )


def sent_before(request: ServiceRequest, form_key: str) -> RequestEvent | None:
    """What this form has sent already, asked under the request's lock."""
    if not form_key:
        return None
    return RequestEvent.objects.filter(request=request, form_key=form_key[:LONGEST_KEY]).first()


def prepared(files: Sequence[SentFile]) -> list[PreparedFile]:
    """Looked at and drawn anew, before anything is locked. Raises BadFile."""
    rules = portal().requests
    if len(files) > rules.most_files:
        raise BadFile(Problem("too_many_files", {"most": rules.most_files}))
    return [prepare(one, megabytes=rules.most_megabytes) for one in files]


def take_drafts(user: User, form_key: str) -> list[PreparedFile]:
    """The files that were kept for this form; they are drafts no more."""
    if not form_key:
        return []
    drafts = list(RequestDraftFile.objects.filter(user=user, form_key=form_key).order_by("pk"))
    RequestDraftFile.objects.filter(pk__in=[one.pk for one in drafts]).delete()
    return [PreparedFile(one.name, one.media_type, bytes(one.content)) for one in drafts]


def add_files(event: RequestEvent, files: Iterable[PreparedFile]) -> None:
    """Raises BadFile when there are more than one message may carry."""
    kept = [
        RequestFile(
            event=event,
            name=one.name,
            media_type=one.media_type,
            size=len(one.content),
            checksum=one.checksum,
            content=one.content,
        )
        for one in files
    ]
    most = portal().requests.most_files
    if len(kept) > most:
        raise BadFile(Problem("too_many_files", {"most": most}))
    RequestFile.objects.bulk_create(kept)


def said(text: str, *, required: bool = True, most: int = LONGEST_TEXT) -> str:
    """The text as it is kept. Raises NothingSaid, TooLong."""
    text = clean_text(text)
    if required and not text:
        raise NothingSaid
    if len(text) > most:
        raise TooLong(most)
    return text


def record(
    action: str,
    request: ServiceRequest,
    *,
    by: User | None,
    address: str | None,
    now: datetime,
    reason: str = "",
    **details: Any,
) -> None:
    """The trail's line: the account it was about, the request's number."""
    audit.record(
        action=action,
        actor=by,
        subject=f"account:{request.account_id}",
        organisation=Organisation(pk=request.organisation_id),
        address=address,
        reason=reason,
        now=now,
        request=request.number,
        **details,
    )
