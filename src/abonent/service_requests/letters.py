"""What the one who filed a request is told, in their language. Outbox rows of the caller's transaction."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.urls import reverse

from abonent.accounts.models import AccountLink
from abonent.notices.addresses import absolute
from abonent.notices.operations import NotAMailbox, write_letter
from abonent.portal.current import portal
from abonent.portal.profile_parts import Text
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.states import reopened_until
from abonent.users.models import User


def _reader(request: ServiceRequest) -> User | None:
    """A confirmed mailbox of a person who sees the account today."""
    user = request.user
    if user is None or not (user.email and user.email_confirmed and user.is_active):
        return None
    linked = AccountLink.objects.filter(account_id=request.account_id, user=user, ended_at=None)
    return user if linked.exists() else None


def _write(kind: str, request: ServiceRequest, now: datetime, **context: Any) -> None:
    user = _reader(request)
    if user is None:
        return
    language = user.language or request.language or portal().language
    page = reverse("service_request", args=[request.account.public_id, request.public_id])
    with suppress(NotAMailbox):
        write_letter(
            template=f"service_requests/letters/request_{kind}.txt",
            to=user.email,
            user=user,
            language=language,
            now=now,
            context={
                "number": request.number,
                "account": request.account.number,
                "kind": Text(request.kind_label).in_language(language),
                "due_on": f"{request.due_on:%d.%m.%Y}",
                "page": absolute(page),
                **{name: _words(value, language) for name, value in context.items()},
            },
        )


def _words(value: Any, language: str) -> Any:
    return Text(value).in_language(language) if isinstance(value, dict) else value


def tell_filed(request: ServiceRequest, kind: RequestKind, *, now: datetime) -> None:
    """Number, deadline, and what happens next in the profile's words."""
    _write("filed", request, now, next=dict(kind.filed) if kind.filed else "")


def tell_answered(request: ServiceRequest, *, text: str, files: int, now: datetime) -> None:
    _write("answered", request, now, text=text, files=files)


def tell_asked(request: ServiceRequest, *, text: str, files: int, now: datetime) -> None:
    """The deadline stands still until the answer."""
    _write("asked", request, now, text=text, files=files)


def tell_finished(request: ServiceRequest, *, text: str, files: int, now: datetime) -> None:
    until = reopened_until(request)
    told = f"{until:%d.%m.%Y}" if until else ""
    _write("finished", request, now, state=request.state, text=text, files=files, until=told)


def tell_reopened(request: ServiceRequest, *, now: datetime) -> None:
    _write("reopened", request, now)


def tell_moved(request: ServiceRequest, *, reason: str, now: datetime) -> None:
    """Another deadline, and why."""
    _write("moved", request, now, reason=reason)
