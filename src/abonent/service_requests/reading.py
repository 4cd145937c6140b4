"""What a page shows of a request's history. Plain values, filled by both doors' queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from abonent.service_requests.models import RequestEvent, RequestFile, ServiceRequest
from abonent.users.models import User


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file in a list; `forgotten`: its content is no more."""

    public_id: str
    name: str
    media_type: str
    size: int
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file to hand over: always as an attachment."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of the history."""

    id: int
    at: datetime
    kind: str
    state: str
    by_staff: bool
    by_you: bool
    by_name: str
    """Empty for customers: they are answered by the organisation."""
    text: str
    details: Mapping[str, Any]
    files: tuple[FileLine, ...]


def event_lines(request: ServiceRequest, *, reader: int, names: bool) -> tuple[EventLine, ...]:
    """The whole history, oldest first. With `names` as the staff read it, three queries; without, as
    customers do, two: no notes, and not from hand to hand. No file's content is read."""
    events = list(RequestEvent.objects.filter(request=request).order_by("pk"))
    if not names:
        events = _for_customer(events)
    files: dict[int, list[FileLine]] = {}
    found = RequestFile.objects.filter(event__in=[one.pk for one in events]).order_by("pk")
    for one in found.defer("content"):
        line = FileLine(one.public_id, one.name, one.media_type, one.size, one.forgotten_at is not None)
        files.setdefault(one.event_id, []).append(line)
    known = _names(events) if names else {}
    return tuple(_line(one, reader, known, files.get(one.pk, [])) for one in events)


def _for_customer(events: Iterable[RequestEvent]) -> list[RequestEvent]:
    told: list[RequestEvent] = []
    before = ""
    for one in events:
        again = one.kind == RequestEvent.Kind.TAKEN and one.state == before
        back = one.kind == RequestEvent.Kind.MOVED and "to" in one.details
        if not (again or back or one.kind == RequestEvent.Kind.NOTE):
            one.details.pop("to", None)
            told.append(one)
        before = one.state
    return told


def _names(events: Collection[RequestEvent]) -> dict[int, str]:
    asked = {one.by_id for one in events if one.by_id} | {
        one.details["to"] for one in events if one.details.get("to")
    }
    return {person.pk: person.shown_name for person in User.objects.filter(pk__in=asked)}


def _line(
    event: RequestEvent, reader: int, known: Mapping[int, str], files: Collection[FileLine]
) -> EventLine:
    details = dict(event.details)
    if known and details.get("to"):
        details["to_name"] = known.get(details["to"], "")
    return EventLine(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        state=event.state,
        by_staff=event.by_staff,
        by_you=event.by_id == reader,
        by_name=known.get(event.by_id or 0, ""),
        text=event.text,
        details=details,
        files=tuple(files),
    )
