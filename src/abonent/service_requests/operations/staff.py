"""What the staff do with requests. Each takes the person's `StaffMembership`, needs Right.REQUESTS (MayNot)
and reaches the organisation's requests only (NoSuchRequest); each is one transaction and stands in the
trail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from abonent.service_requests import letters
from abonent.service_requests.models import RequestEvent, ServiceRequest
from abonent.service_requests.office_queries import (
    StaffRequestFile,
    file_for_staff,
    staff_request_file,
    those_who_may,
)
from abonent.service_requests.operations.errors import NoSuchPerson, NotPossible, TakenBy
from abonent.service_requests.operations.events import (
    add_event,
    add_files,
    prepared,
    record,
    said,
    sent_before,
    take_drafts,
)
from abonent.service_requests.organisation_days import day_of
from abonent.service_requests.reach import NoSuchRequest, in_reach
from abonent.service_requests.reading import KeptFile
from abonent.service_requests.states import STAFF
from abonent.service_requests.typed import SentFile
from abonent.users.models import StaffMembership

State, Kind = ServiceRequest.State, RequestEvent.Kind


def locked(staff: StaffMembership, public_id: str) -> ServiceRequest:
    """Raises MayNot, NoSuchRequest."""
    found = in_reach(staff).select_related("organisation", "account", "user").filter(public_id=public_id)
    request = found.select_for_update(of=("self",)).first()
    if request is None:
        raise NoSuchRequest
    return request


def check_possible(request: ServiceRequest, action: str) -> None:
    """Raises NotPossible."""
    if request.state not in STAFF[action]:
        raise NotPossible(action, request.state)


@transaction.atomic
def read_request(
    *, staff: StaffMembership, public_id: str, address: str | None, now: datetime
) -> StaffRequestFile:
    """All that is known of a request; that it was read is written down. Raises MayNot, NoSuchRequest."""
    found = staff_request_file(staff, public_id, now=now)
    record("request_read", found.request, by=staff.user, address=address, now=now)
    return found


@transaction.atomic
def read_request_file(
    *, staff: StaffMembership, public_id: str, file: str, address: str | None, now: datetime
) -> KeptFile:
    """A file of a request; that it was read is written down. Raises MayNot, NoSuchRequest."""
    request = in_reach(staff).filter(public_id=public_id).first()
    found = file_for_staff(staff, public_id, file)
    if request is None or found is None:
        raise NoSuchRequest
    record("request_file_read", request, by=staff.user, address=address, now=now, file=found.name)
    return found


@transaction.atomic
def take(*, staff: StaffMembership, public_id: str, address: str | None, now: datetime) -> ServiceRequest:
    """Into one's own hands. Safe to repeat. Raises MayNot, NoSuchRequest, NotPossible, TakenBy: who wants
    another's request is given it (`give`)."""
    request = locked(staff, public_id)
    if request.is_open and request.assigned_to_id == staff.user_id:
        return request
    check_possible(request, "take")
    if request.assigned_to:
        raise TakenBy(request.assigned_to.shown_name)
    request.assigned_to = staff.user
    if request.state == State.RECEIVED:
        request.state = State.IN_WORK
    request.save()
    add_event(request, Kind.TAKEN, by=staff.user, by_staff=True, now=now)
    record("request_taken", request, by=staff.user, address=address, now=now)
    return request


@transaction.atomic
def give(
    *,
    staff: StaffMembership,
    public_id: str,
    to: int | None,
    text: str = "",
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """To another person of the staff (their user's id), or back to the queue (None). `text` is for the staff:
    a note. Raises MayNot, NoSuchRequest, NotPossible, NoSuchPerson, TooLong."""
    request = locked(staff, public_id)
    check_possible(request, "give")
    text = said(text, required=False)
    if to is not None and to not in {one.user_id for one in those_who_may(request)}:
        raise NoSuchPerson
    if request.assigned_to_id == to:
        return request
    request.assigned_to_id = to
    if request.state != State.WAITING:
        request.state = State.RECEIVED if to is None else State.IN_WORK
    request.save()
    kind = Kind.MOVED if to is None else Kind.TAKEN
    add_event(request, kind, by=staff.user, by_staff=True, now=now, details={"to": to})
    if text:
        add_event(request, Kind.NOTE, by=staff.user, by_staff=True, now=now, text=text)
    record("request_given", request, by=staff.user, address=address, now=now, to=to)
    return request


def answer(
    *,
    staff: StaffMembership,
    public_id: str,
    text: str,
    form_key: str,
    files: Sequence[SentFile] = (),
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """Write to the customer; they get a letter. One transaction; safe to repeat by `form_key`. Raises MayNot,
    NoSuchRequest, NotPossible, NothingSaid, TooLong, BadFile."""
    return _say("answer", staff, public_id, text, form_key, files, address, now)


def ask(
    *,
    staff: StaffMembership,
    public_id: str,
    text: str,
    form_key: str,
    files: Sequence[SentFile] = (),
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """Ask the customer: the request waits, its deadline stands still; they get a letter. One transaction;
    safe to repeat by `form_key`. Raises MayNot, NoSuchRequest, NotPossible, NothingSaid, TooLong, BadFile."""
    return _say("ask", staff, public_id, text, form_key, files, address, now)


def finish(
    *,
    staff: StaffMembership,
    public_id: str,
    how: str,
    text: str,
    form_key: str,
    files: Sequence[SentFile] = (),
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """`done` or `refused`, with what was done or why not; the customer gets a letter. One transaction; safe
    to repeat by `form_key`. Raises MayNot, NoSuchRequest, NotPossible, NothingSaid, TooLong, BadFile."""
    if how not in (State.DONE, State.REFUSED):
        raise ValueError(how)
    return _say(how, staff, public_id, text, form_key, files, address, now)


@dataclass(frozen=True, slots=True)
class _Way:
    """Of saying something to the customer."""

    action: str
    event: str
    audited: str
    tell: Callable[..., None]


_WAYS = {
    "answer": _Way("answer", Kind.MESSAGE, "request_answered", letters.tell_answered),
    "ask": _Way("ask", Kind.ASKED, "request_asked", letters.tell_asked),
    "done": _Way("finish", Kind.DONE, "request_done", letters.tell_finished),
    "refused": _Way("finish", Kind.REFUSED, "request_refused", letters.tell_finished),
}


def _say(
    how: str,
    staff: StaffMembership,
    public_id: str,
    text: str,
    form_key: str,
    files: Sequence[SentFile],
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    way, text = _WAYS[how], said(text)
    in_reach(staff)  # nobody without the right has files read
    sent = prepared(files)
    with transaction.atomic():
        request = locked(staff, public_id)
        if sent_before(request, form_key):
            return request
        check_possible(request, way.action)
        _move_state(request, how, staff, now)
        request.answered_at = now
        request.save()
        came = [*sent, *take_drafts(staff.user, form_key)]
        event = add_event(
            request, way.event, by=staff.user, by_staff=True, now=now, text=text, form_key=form_key
        )
        add_files(event, came)
        record(way.audited, request, by=staff.user, address=address, now=now)
        way.tell(request, text=text, files=len(came), now=now)
        return request


def _move_state(request: ServiceRequest, how: str, staff: StaffMembership, now: datetime) -> None:
    if how == "ask":
        request.state, request.waiting_since = State.WAITING, day_of(now, request.organisation)
    elif how != "answer":
        request.state, request.closed_at, request.waiting_since = State(how), now, None
        request.assigned_to = request.assigned_to or staff.user


@transaction.atomic
def note(
    *, staff: StaffMembership, public_id: str, text: str, address: str | None, now: datetime
) -> ServiceRequest:
    """For the staff alone, in any state. Each call is a note. Raises MayNot, NoSuchRequest, NothingSaid,
    TooLong."""
    request = locked(staff, public_id)
    add_event(request, Kind.NOTE, by=staff.user, by_staff=True, now=now, text=said(text))
    record("request_noted", request, by=staff.user, address=address, now=now)
    return request
