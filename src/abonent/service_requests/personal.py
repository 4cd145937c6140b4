"""What this room knows of a person, and how it forgets them (docs/domain/requests.md, «Forgetting»)."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from abonent.base.forgetting import let_forget
from abonent.service_requests.models import RequestDraftFile, RequestEvent, RequestFile, ServiceRequest
from abonent.service_requests.words import EVENTS, STATES
from abonent.users.models import User

WORDS: Mapping[str, Any] = {
    "requests": _("Requests"),
    "number": pgettext_lazy("request", "Number"),
    "account": _("Account"),
    "kind": _("Kind of request"),
    "filed_at": pgettext_lazy("request", "Filed"),
    "due_on": _("Deadline"),
    "closed_at": pgettext_lazy("request", "Closed"),
    "state": _("State"),
    "answers": _("Answers"),
    "question": pgettext_lazy("request", "Question"),
    "answer": pgettext_lazy("request", "Answer"),
    "text": pgettext_lazy("request", "Text"),
    "phone": _("Phone"),
    "bill_line": _("Line of a bill"),
    "rating": _("Rating"),
    "rating_text": _("Words to the rating"),
    "history": _("History"),
    "at": _("When"),
    "what": pgettext_lazy("request", "What"),
    "by_you": _("By you"),
    "files": _("Files"),
    "name": pgettext_lazy("request", "Name"),
    "media_type": _("Type of file"),
    "size": _("Size"),
    "sent_at": pgettext_lazy("request", "Sent"),
    "request_drafts": _("Files of requests that were not sent"),
    **{f"state={code}": word for code, word in STATES.items()},
    **{f"what={code}": word for code, word in EVENTS.items()},
}
TOLD = {
    "service_requests.ServiceRequest.user": "requests",
    "service_requests.RequestDraftFile.user": "request_drafts",
}
LEFT_OUT = {
    "service_requests.ServiceRequest.assigned_to": "a member of the staff at work, not a customer",
    "service_requests.RequestEvent.by": "one's own events stand with the requests; the staff's are work",
}
Row = dict[str, Any]
_BLANK = "…"


def facts_about(user_id: int) -> dict[str, list[Row]]:
    """The person's own requests with their history, and files that were not sent. Four queries.

    Without the staff's notes and names, and without the words of others who see the account.
    """
    requests = list(ServiceRequest.objects.filter(user_id=user_id).select_related("account").order_by("pk"))
    told = RequestEvent.objects.filter(request__in=[one.pk for one in requests]).order_by("pk")
    events: dict[int, list[RequestEvent]] = {}
    for event in told.exclude(kind=RequestEvent.Kind.NOTE):
        if event.by_staff or event.by_id == user_id:
            events.setdefault(event.request_id, []).append(event)
    files = _files([one.pk for group in events.values() for one in group])
    drafts = RequestDraftFile.objects.filter(user_id=user_id).defer("content").order_by("pk")
    return {
        "requests": [_request(one, events.get(one.pk, []), files) for one in requests],
        "request_drafts": [_file(one, one.created_at) for one in drafts],
    }


def _files(events: Iterable[int]) -> dict[int, list[RequestFile]]:
    found: dict[int, list[RequestFile]] = {}
    kept = RequestFile.objects.filter(event__in=events).select_related("event").defer("content")
    for one in kept.order_by("pk"):
        found.setdefault(one.event_id, []).append(one)
    return found


def _request(one: ServiceRequest, events: list[RequestEvent], files: dict[int, list[RequestFile]]) -> Row:
    return {
        "number": one.number,
        "account": one.account.number,
        "kind": _first(one.kind_label),
        "filed_at": one.created_at.isoformat(),
        "due_on": one.due_on.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "state": one.state,
        "answers": [
            {"question": _first(answer["label"]), "answer": _first(answer["shown"])} for answer in one.answers
        ],
        "text": one.text,
        "phone": one.phone,
        "bill_line": _first(one.bill_line["name"]) if one.bill_line else None,
        "rating": one.rating,
        "rating_text": one.rating_text,
        "history": [_event(event, files.get(event.pk, [])) for event in events],
    }


def _event(event: RequestEvent, files: list[RequestFile]) -> Row:
    return {
        "at": event.at.isoformat(),
        "what": event.kind,
        "by_you": not event.by_staff,
        "text": event.text,
        "files": [_file(one, event.at) for one in files],
    }


def _file(one: RequestFile | RequestDraftFile, sent_at: datetime) -> Row:
    return {"name": one.name, "media_type": one.media_type, "size": one.size, "sent_at": sent_at.isoformat()}


def _first(texts: Mapping[str, str]) -> str:
    return next(iter(texts.values()), "")


@transaction.atomic
def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Draft files go. Requests stay, as the organisation's record of what was asked and done, without the
    person: no phone, no files they sent, and where their words name them (name, e-mail, phone, sign-in name)
    these are blanked. Open requests are cancelled: nobody is there to be answered.

    In the caller's transaction, safe to repeat; called while the person's row still has its names.
    """
    let_forget()
    person = User.objects.get(pk=user_id)
    drafts = RequestDraftFile.objects.filter(user_id=user_id).delete()[0]
    requests = list(ServiceRequest.objects.select_for_update().filter(user_id=user_id).order_by("pk"))
    naming = _naming(person, requests)
    for one in requests:
        _forget_request(one, naming, now)
    events = RequestEvent.objects.filter(request__in=[one.pk for one in requests])
    own = RequestEvent.objects.filter(by_id=user_id, by_staff=False)
    for event in (events | own).distinct():
        _forget_event(event, naming)
    sent = RequestFile.objects.filter(event__by_id=user_id, event__by_staff=False, forgotten_at=None)
    files = _forget_contents(sent, now)
    return {"drafts": drafts, "requests": len(requests), "files": files}


def _naming(person: User, requests: Iterable[ServiceRequest]) -> re.Pattern[str] | None:
    """What names the person, in any case: their names, whole and by parts, and contacts given to requests."""
    known = {person.full_name, person.email, person.phone, person.login, *(one.phone for one in requests)}
    known |= {_digits(person.phone), *(_digits(one.phone) for one in requests)}
    for one in requests:
        known |= {answer["value"] for answer in one.answers if answer["type"] in ("phone", "email")}
    words = [re.escape(word) for word in sorted(known, key=len, reverse=True) if len(word) > 2]
    words += [_declined(part) for part in person.full_name.split() if len(part) > 1]
    return re.compile("|".join(words), re.IGNORECASE) if words else None


def _declined(name: str) -> str:
    """A name in any of its cases («Алисы», «Айгүлге»); a short one as it is written, for words begin so
    too."""
    if len(name) < 4:
        return rf"(?-i:\b{re.escape(name)}\b)"
    stem = name[:-1] if len(name) > 4 else name
    return rf"\b{re.escape(stem)}\w*"


def _digits(phone: str) -> str:
    """The last ten: `+7`, `8` and blanks are written in many ways."""
    return re.sub(r"\D", "", phone)[-10:]


def _blanked(text: str, naming: re.Pattern[str] | None) -> str:
    return naming.sub(_BLANK, text) if naming else text


def _blanked_answer(answer: Row, naming: re.Pattern[str] | None) -> Row:
    shown = {language: _blanked(text, naming) for language, text in answer["shown"].items()}
    return {**answer, "value": _blanked(answer["value"], naming), "shown": shown}


def _forget_request(one: ServiceRequest, naming: re.Pattern[str] | None, now: datetime) -> None:
    one.answers = [_blanked_answer(answer, naming) for answer in one.answers]
    one.text = _blanked(one.text, naming)
    one.phone, one.rating_text = "", _blanked(one.rating_text, naming)
    one.user = None
    if one.is_open:
        one.state, one.closed_at, one.waiting_since = ServiceRequest.State.CANCELLED, now, None
        RequestEvent.objects.create(
            request=one, at=now, kind=RequestEvent.Kind.CANCELLED, state=one.state, by_staff=False
        )
    one.save()


def _forget_event(event: RequestEvent, naming: re.Pattern[str] | None) -> None:
    if (text := _blanked(event.text, naming)) != event.text:
        RequestEvent.objects.filter(pk=event.pk).update(text=text)
    for one in RequestFile.objects.filter(event=event).defer("content"):
        if (name := _blanked(one.name, naming)) != one.name:
            RequestFile.objects.filter(pk=one.pk).update(name=name)


def _forget_contents(files: Any, now: datetime) -> int:
    """Empty them; that there was a file, its name and size stay in the history."""
    return int(RequestFile.objects.filter(pk__in=list(files.values_list("pk", flat=True))).update(
        content=b"", forgotten_at=now
    ))  # fmt: skip


@transaction.atomic
def forget_files(*, closed_before: datetime, limit: int, now: datetime) -> int:
    """Empty the files of requests that were closed before a moment, oldest first, at most `limit`. One
    transaction, safe to repeat: returns how many, nought when none are left."""
    let_forget()
    old = RequestFile.objects.filter(event__request__closed_at__lt=closed_before, forgotten_at=None)
    oldest = old.order_by("event__request__closed_at", "pk").values_list("pk", flat=True)[:limit]
    return RequestFile.objects.filter(pk__in=list(oldest)).update(content=b"", forgotten_at=now)
