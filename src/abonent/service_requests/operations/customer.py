"""What a customer does with a request that was filed. Another's request does not exist (NoSuchRequest)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from abonent.accounts.queries import HeldAccount
from abonent.portal.current import portal
from abonent.service_requests import letters
from abonent.service_requests.models import RequestEvent, ServiceRequest
from abonent.service_requests.operations.errors import (
    BadRating,
    MayNotFile,
    NothingSaid,
    NotPossible,
    Often,
)
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
from abonent.service_requests.reach import NoSuchRequest, of_customer
from abonent.service_requests.states import may_be_reopened, may_of_customer
from abonent.service_requests.typed import SentFile
from abonent.service_requests.working_days import calendar
from abonent.users.models import User

State, Kind = ServiceRequest.State, RequestEvent.Kind
MESSAGES_A_DAY = 50
"""Of one person, to all requests."""
LONGEST_RATING_TEXT = 1000


def _locked(account: HeldAccount, user: User, public_id: str) -> ServiceRequest:
    found = of_customer(account, user.pk).select_related("organisation").filter(public_id=public_id)
    request = found.select_for_update(of=("self",)).first()
    if request is None:
        raise NoSuchRequest
    return request


def _check(request: ServiceRequest, action: str) -> None:
    if action not in may_of_customer(request):
        raise NotPossible(action, request.state)


def add_message(
    *,
    user: User,
    account: HeldAccount,
    public_id: str,
    text: str,
    form_key: str,
    files: Sequence[SentFile] = (),
    address: str | None,
    now: datetime,
) -> RequestEvent:
    """Write into an open request, with files and those kept for this form. An answer to a question sets the
    deadline going again, later by the working days that were waited.

    One transaction; safe to repeat: the same `form_key` is the same message. Raises NoSuchRequest,
    NotPossible, NothingSaid, TooLong, BadFile, Often.
    """
    text = said(text, required=False)
    sent = prepared(files)
    with transaction.atomic():
        request = _locked(account, user, public_id)
        if known := sent_before(request, form_key):
            return known
        _check(request, "message")
        _check_often(user, now)
        came = [*sent, *take_drafts(user, form_key)]
        if not text and not came:
            raise NothingSaid
        details = _go_on(request, now)
        request.last_customer_event_at = now
        request.save()
        event = add_event(
            request,
            Kind.MESSAGE,
            by=user,
            by_staff=False,
            now=now,
            text=text,
            form_key=form_key,
            details=details,
        )
        add_files(event, came)
        record("request_message", request, by=user, address=address, now=now)
        return event


def _check_often(user: User, now: datetime) -> None:
    lately = RequestEvent.objects.filter(by=user, by_staff=False, at__gt=now - timedelta(days=1))
    if lately.filter(kind=Kind.MESSAGE).count() >= MESSAGES_A_DAY:
        raise Often


def _go_on(request: ServiceRequest, now: datetime) -> dict[str, str]:
    """A request that waited for its customer goes on; the deadline moves by the working days that passed."""
    if request.state != State.WAITING:
        return {}
    assert request.waiting_since  # noqa: S101 - a constraint of the database
    days, before = calendar(), request.due_on
    waited = days.between(request.waiting_since, day_of(now, request.organisation))
    request.state = State.IN_WORK if request.assigned_to_id else State.RECEIVED
    request.due_on, request.waiting_since = days.after(before, waited), None
    return {"due_on": request.due_on.isoformat(), "due_before": before.isoformat()}


@transaction.atomic
def cancel(
    *,
    user: User,
    account: HeldAccount,
    public_id: str,
    text: str = "",
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """The customer wants it no more. Safe to repeat. Raises NoSuchRequest, NotPossible (it is closed),
    TooLong."""
    request = _locked(account, user, public_id)
    if request.state == State.CANCELLED:
        return request
    _check(request, "cancel")
    text = said(text, required=False)
    request.state, request.closed_at, request.waiting_since = State.CANCELLED, now, None
    request.last_customer_event_at = now
    request.save()
    add_event(request, Kind.CANCELLED, by=user, by_staff=False, now=now, text=text)
    record("request_cancelled", request, by=user, address=address, now=now)
    return request


@transaction.atomic
def reopen(
    *,
    user: User,
    account: HeldAccount,
    public_id: str,
    text: str,
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """Not content with what was done or refused: it goes back to the queue with a new deadline, counted as
    for a new request, and its rating is asked anew. Raises NoSuchRequest, NothingSaid, TooLong, NotPossible:
    it is open, cancelled, the account is closed, or more than `requests.reopened_within_days` have passed."""
    request = _locked(account, user, public_id)
    today = day_of(now, request.organisation)
    if not may_be_reopened(request, today) or (account.closed_on and account.closed_on <= today):
        raise NotPossible("reopen", request.state)
    text = said(text)
    kind = portal().requests.kind(request.kind)
    if account.limited and kind and kind.changes_account:
        raise MayNotFile("limited")
    request.state, request.closed_at, request.assigned_to = State.RECEIVED, None, None
    request.due_on = calendar().after(today, kind.working_days if kind else 10)
    request.reopened += 1
    request.rating, request.rating_text = None, ""
    request.last_customer_event_at = now
    request.save()
    details = {"due_on": request.due_on.isoformat()}
    add_event(request, Kind.REOPENED, by=user, by_staff=False, now=now, text=text, details=details)
    record("request_reopened", request, by=user, address=address, now=now)
    letters.tell_reopened(request, now=now)
    return request


@transaction.atomic
def rate(
    *,
    user: User,
    account: HeldAccount,
    public_id: str,
    rating: int,
    text: str = "",
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """1 to 5 for what was done or refused, once; after it was reopened and closed, once more. The same rating
    sent twice is one. Raises NoSuchRequest, NotPossible, BadRating, TooLong."""
    request = _locked(account, user, public_id)
    if rating not in range(1, 6):
        raise BadRating
    text = said(text, required=False, most=LONGEST_RATING_TEXT)
    if (request.rating, request.rating_text) == (rating, text):
        return request
    _check(request, "rate")
    request.rating, request.rating_text = rating, text
    request.save()
    add_event(request, Kind.RATED, by=user, by_staff=False, now=now, text=text, details={"rating": rating})
    record("request_rated", request, by=user, address=address, now=now, rating=rating)
    return request


def seen(*, user: User, account: HeldAccount, public_id: str, now: datetime) -> None:
    """The one who filed it has read what the staff wrote so far. One statement, safe to repeat."""
    mine = ServiceRequest.objects.filter(user=user, account_id=account.id, public_id=public_id)
    mine.update(seen_by_customer_at=now)
