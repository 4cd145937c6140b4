"""What a customer reads of requests. Constant numbers of queries; others' requests are not there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, F, Q, When

from abonent.accounts.queries import HeldAccount
from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.portal.current import portal
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests.bill_lines import BillLineAsked, bill_line
from abonent.service_requests.circumstances import circumstances, refusal_of
from abonent.service_requests.forms import asked_fields, check
from abonent.service_requests.masking import masked_events, masked_request, names_in
from abonent.service_requests.models import RequestDraftFile, RequestEvent, RequestFile, ServiceRequest
from abonent.service_requests.organisation_days import day_of, is_late, zone_of
from abonent.service_requests.problems import Problem
from abonent.service_requests.reach import of_customer, seen_by
from abonent.service_requests.reading import EventLine, FileLine, KeptFile, event_lines
from abonent.service_requests.states import may_be_reopened, may_of_customer, reopened_until
from abonent.service_requests.typed import AskedField, Checked, TypedRequest

PAGE = 20


class NoSuchKind(DomainError):  # noqa: N818 - named after what is so
    """The profile has no such kind."""


@dataclass(frozen=True, slots=True)
class KindOffered:
    """A kind in the list of what may be asked for."""

    kind: RequestKind
    refusal: str | None
    """Why this account may not file it (`problems.REFUSALS`); `section`: it is done in another section."""


@dataclass(frozen=True, slots=True)
class RequestForm:
    """One kind's form for one account."""

    kind: RequestKind
    fields: tuple[AskedField, ...]
    files: tuple[FileLine, ...]
    """Kept for this form already."""
    line: BillLineAsked | None
    refusal: str | None
    deadline: date
    """By when it would be done, filed today."""
    today: date
    first_day: date
    """The first working day from today on: what a wished day may be at the earliest."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in the customer's list."""

    public_id: str
    number: str
    kind: str
    kind_label: Mapping[str, str]
    state: str
    created_at: datetime
    due_on: date
    closed_at: datetime | None
    late: bool
    unread: bool
    rating: int | None
    by_you: bool


@dataclass(frozen=True, slots=True)
class RequestList:
    rows: tuple[RequestRow, ...]
    page: int
    pages: int
    open: int
    closed: int


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request with its history, as its customer reads it."""

    request: ServiceRequest
    number: str
    late: bool
    events: tuple[EventLine, ...]
    may: frozenset[str]
    """Of `message`, `cancel`, `reopen`, `rate`."""
    reopen_until: date | None
    by_you: bool


def kinds_for(account: HeldAccount, *, now: datetime) -> tuple[KindOffered, ...]:
    """The kinds that are offered, in the profile's order, each with why this account may not file it. No
    query."""
    today = day_of(now, None)
    return tuple(KindOffered(kind, refusal_of(kind, account, today)) for kind in portal().requests.offered)


def form_of(
    account: HeldAccount,
    kind_code: str,
    *,
    user_id: int,
    form_key: str,
    bill: tuple[Month, int] | None = None,
    now: datetime,
) -> RequestForm:
    """What the form of a kind asks. Four queries at most. Raises NoSuchKind."""
    kind = portal().requests.kind(kind_code)
    if kind is None:
        raise NoSuchKind(kind_code)
    around = circumstances(account, kind, now=now)
    days, today = around.days, around.today
    return RequestForm(
        kind=kind,
        fields=asked_fields(kind, around),
        files=draft_files(user_id, form_key),
        line=bill_line(account, *bill) if bill and kind.about_bill_line else None,
        refusal=refusal_of(kind, account, today),
        deadline=days.after(today, kind.working_days),
        today=today,
        first_day=today if days.is_working(today) else days.after(today, 1),
    )


def check_request(account: HeldAccount, typed: TypedRequest, *, user_id: int, now: datetime) -> Checked:
    """The answers as they would be kept, and what is wrong: exactly what filing would say. Three queries at
    most. Raises NoSuchKind."""
    kind = portal().requests.kind(typed.kind)
    if kind is None:
        raise NoSuchKind(typed.kind)
    checked = check(kind, typed, circumstances(account, kind, now=now))
    problem = _problem_of_files(kind, len(draft_files(user_id, typed.form_key)))
    problems = {**checked.problems, "files": problem} if problem else checked.problems
    return Checked(checked.answers, checked.text, checked.phone, problems)


def _problem_of_files(kind: RequestKind, count: int) -> Problem | None:
    most = portal().requests.most_files
    if kind.files == "required" and not count:
        return Problem("files_required")
    return Problem("too_many_files", {"most": most}) if kind.files != "none" and count > most else None


_WAITING_FIRST = Case(When(state=ServiceRequest.State.WAITING, then=0), default=1)


def requests_of(
    account: HeldAccount, *, user_id: int, closed: bool, page: int = 1, now: datetime
) -> RequestList:
    """The open ones by deadline, before them what waits for the customer, or the closed ones, newest first,
    twenty a page. Three queries. Staff who look see those of everybody at the account."""
    seen = seen_by(account, user_id)
    counted = seen.aggregate(
        open=Count("pk", filter=Q(closed_at=None)), closed=Count("pk", filter=Q(closed_at__isnull=False))
    )
    total = counted["closed" if closed else "open"]
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = seen.filter(closed_at__isnull=not closed).select_related("organisation")
    found = found.order_by(*(("-closed_at", "-pk") if closed else (_WAITING_FIRST, "due_on", "pk")))
    rows = found[(page - 1) * PAGE : page * PAGE]
    return RequestList(
        tuple(_row(one, user_id, now) for one in rows), page, pages, counted["open"], counted["closed"]
    )


def _row(request: ServiceRequest, user_id: int, now: datetime) -> RequestRow:
    return RequestRow(
        public_id=request.public_id,
        number=request.number,
        kind=request.kind,
        kind_label=request.kind_label,
        state=request.state,
        created_at=request.created_at,
        due_on=request.due_on,
        closed_at=request.closed_at,
        late=_late(request, now),
        unread=_unread(request, user_id),
        rating=request.rating,
        by_you=request.user_id == user_id,
    )


def _late(request: ServiceRequest, now: datetime) -> bool:
    zone = zone_of(request.organisation)
    closed_on = request.closed_at.astimezone(zone).date() if request.closed_at else None
    today = now.astimezone(zone).date()
    return is_late(state=request.state, due_on=request.due_on, closed_on=closed_on, today=today)


def _unread(request: ServiceRequest, user_id: int) -> bool:
    """The staff have written since the one who filed it last looked."""
    if request.user_id != user_id or request.answered_at is None:
        return False
    return request.seen_by_customer_at is None or request.seen_by_customer_at < request.answered_at


def unread_count(account: HeldAccount, *, user_id: int) -> int:
    """How many of one's own requests have something new of the staff. One query."""
    new = Q(seen_by_customer_at=None) | Q(seen_by_customer_at__lt=F("answered_at"))
    mine = ServiceRequest.objects.filter(account_id=account.id, user_id=user_id, answered_at__isnull=False)
    return mine.filter(new).count()


def request_of(account: HeldAccount, public_id: str, *, user_id: int, now: datetime) -> RequestPage | None:
    """A request with its history, without the staff's notes and names; None for others. Three queries.

    To staff who look it is masked (service_requests.masking), and nothing may be done about it.
    """
    about = ("organisation", "account", "user") if account.looking else ("organisation",)
    request = seen_by(account, user_id).select_related(*about).filter(public_id=public_id).first()
    if request is None:
        return None
    return _looked_at(request, now) if account.looking else _read(account, request, user_id, now)


_NOBODY = 0
"""Whoever looks has written nothing of it."""


def _looked_at(request: ServiceRequest, now: datetime) -> RequestPage:
    events = event_lines(request, reader=_NOBODY, names=False)
    return RequestPage(
        request=masked_request(request),
        number=request.number,
        late=_late(request, now),
        events=masked_events(events, names_in(request)),
        may=frozenset(),
        reopen_until=None,
        by_you=False,
    )


def _read(account: HeldAccount, request: ServiceRequest, user_id: int, now: datetime) -> RequestPage:
    today = day_of(now, request.organisation)
    reopens = may_be_reopened(request, today) and not (account.closed_on and account.closed_on <= today)
    return RequestPage(
        request=request,
        number=request.number,
        late=_late(request, now),
        events=event_lines(request, reader=user_id, names=False),
        may=may_of_customer(request) | ({"reopen"} if reopens else frozenset()),
        reopen_until=reopened_until(request) if reopens else None,
        by_you=request.user_id == user_id,
    )


def file_for_customer(
    account: HeldAccount, request_public_id: str, public_id: str, *, user_id: int
) -> KeptFile | None:
    """A file of a request that this person may see, not of a note. One query."""
    seen = of_customer(account, user_id).filter(public_id=request_public_id)
    found = RequestFile.objects.filter(public_id=public_id, event__request__in=seen, forgotten_at=None)
    return _kept(found.exclude(event__kind=RequestEvent.Kind.NOTE).first())


def draft_files(user_id: int, form_key: str) -> tuple[FileLine, ...]:
    """What is kept for this person's form, oldest first. One query."""
    found = RequestDraftFile.objects.filter(user_id=user_id, form_key=form_key).order_by("pk")
    return tuple(FileLine(*line) for line in found.values_list("public_id", "name", "media_type", "size"))


def draft_file(user_id: int, public_id: str) -> KeptFile | None:
    """One's own file that was not sent yet. One query."""
    return _kept(RequestDraftFile.objects.filter(user_id=user_id, public_id=public_id).first())


def _kept(file: RequestFile | RequestDraftFile | None) -> KeptFile | None:
    return KeptFile(file.name, file.media_type, bytes(file.content)) if file else None
