"""What the staff read of requests: the queue, its counts, one request. Constant numbers of queries; what is
not in reach is not there. A page reads a request through `operations.read_request`, which writes that
down."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from abonent.accounts.models import Account
from abonent.base.identifiers import account_key
from abonent.base.numbering import id_of
from abonent.service_requests.models import RequestFile, ServiceRequest
from abonent.service_requests.organisation_days import day_of, is_late, zone_of
from abonent.service_requests.reach import MayNot, NoSuchRequest, in_reach
from abonent.service_requests.reading import EventLine, KeptFile, event_lines
from abonent.service_requests.states import may_of_staff
from abonent.service_requests.working_days import WorkingDays, calendar
from abonent.users.models import StaffMembership
from abonent.users.rights import RIGHTS, Right, may

PAGE = 30
#: Further back nobody pages: they look for a number, or choose a filter.
LAST_PAGE = 100
STATES: Mapping[str, tuple[str, ...]] = {
    "todo": ("received", "in_work"),
    "waiting": ("waiting",),
    "open": ("received", "in_work", "waiting"),
    "closed": ("done", "refused", "cancelled"),
}
UNANSWERED = Q(answered_at=None) | Q(answered_at__lt=F("last_customer_event_at"))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to; `find`, a request's or an account's number, is looked for in all
    states."""

    state: str = "todo"
    team: str = ""
    mine: bool = False
    overdue: bool = False
    unanswered: bool = False
    kind: str = ""
    find: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class QueueRow:
    public_id: str
    number: str
    kind: str
    kind_label: Mapping[str, str]
    account_number: str
    address: str
    state: str
    team: str
    assigned_to: str
    mine: bool
    created_at: datetime
    due_on: date
    closed_at: datetime | None
    late: bool
    working_days_left: int | None
    """Of an open one whose deadline does not stand still; negative when it is late."""
    unanswered: bool
    files: int


@dataclass(frozen=True, slots=True)
class Queue:
    rows: tuple[QueueRow, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Of what is in reach; all but `mine` of everybody's."""

    open: int
    todo: int
    waiting: int
    overdue: int
    due_today: int
    unanswered: int
    mine: int


@dataclass(frozen=True, slots=True)
class Colleague:
    user_id: int
    name: str
    team: str


@dataclass(frozen=True, slots=True)
class StaffRequestFile:
    """All that staff read of a request."""

    request: ServiceRequest
    number: str
    late: bool
    working_days_left: int | None
    events: tuple[EventLine, ...]
    colleagues: tuple[Colleague, ...]
    """Whom it may be given to; not the one who has it."""
    may: frozenset[str]
    others: int
    """Other open requests of the account."""


def queue(staff: StaffMembership, filters: Filters, *, now: datetime) -> Queue:
    """Thirty a page, by deadline, the latest first of all; closed ones by when they were closed. Three
    queries. Raises MayNot."""
    today = day_of(now, staff.organisation)
    page = min(max(filters.page, 1), LAST_PAGE)
    found = _filtered(in_reach(staff), staff, filters, today)
    closed = filters.state == "closed" and not filters.find
    found = found.order_by(*(("-closed_at", "-pk") if closed else ("due_on", "pk")))
    start = (page - 1) * PAGE
    rows = list(
        found.select_related("account", "assigned_to", "organisation").defer("answers", "text")[
            start : start + PAGE + 1
        ]
    )
    files = _files([one.pk for one in rows[:PAGE]])
    days = calendar()
    lines = tuple(_row(one, staff, files.get(one.pk, 0), days, now) for one in rows[:PAGE])
    return Queue(lines, page, len(rows) > PAGE and page < LAST_PAGE)


def _filtered(
    found: QuerySet[ServiceRequest], staff: StaffMembership, filters: Filters, today: date
) -> QuerySet[ServiceRequest]:
    if filters.find.strip():
        return found.filter(_named(filters.find))
    found = found.filter(state__in=STATES.get(filters.state, STATES["todo"]))
    # What an index is for says so too: the planner does not prove it from the states.
    found = found.filter(closed_at__isnull=filters.state != "closed")
    if filters.team:
        found = found.filter(team=filters.team)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.mine:
        found = found.filter(assigned_to=staff.user_id)
    if filters.overdue:
        found = found.filter(due_on__lt=today).exclude(state="waiting")
    return found.filter(UNANSWERED) if filters.unanswered else found


def _named(text: str) -> Q:
    """A request's number or an account's; both go by unique keys."""
    accounts = Account.objects.filter(key=account_key(text)).values_list("pk", flat=True)
    named = Q(account_id__in=list(accounts[:1]))
    number = id_of(text)
    return named if number is None else named | Q(pk=number)


def _files(requests: Collection[int]) -> dict[int, int]:
    found = RequestFile.objects.filter(event__request__in=requests).values_list("event__request")
    return dict(found.annotate(count=Count("pk")).order_by())


def _row(
    one: ServiceRequest, staff: StaffMembership, files: int, days: WorkingDays, now: datetime
) -> QueueRow:
    return QueueRow(
        public_id=one.public_id,
        number=one.number,
        kind=one.kind,
        kind_label=one.kind_label,
        account_number=one.account.number,
        address=one.account.full_address,
        state=one.state,
        team=one.team,
        assigned_to=one.assigned_to.shown_name if one.assigned_to else "",
        mine=one.assigned_to_id == staff.user_id,
        created_at=one.created_at,
        due_on=one.due_on,
        closed_at=one.closed_at,
        late=late(one, now),
        working_days_left=_left(one, days, now),
        unanswered=one.is_open and (one.answered_at is None or one.answered_at < one.last_customer_event_at),
        files=files,
    )


def late(request: ServiceRequest, now: datetime) -> bool:
    """Not done by its day, in its organisation's zone."""
    zone = zone_of(request.organisation)
    closed_on = request.closed_at.astimezone(zone).date() if request.closed_at else None
    today = now.astimezone(zone).date()
    return is_late(state=request.state, due_on=request.due_on, closed_on=closed_on, today=today)


def _left(request: ServiceRequest, days: WorkingDays, now: datetime) -> int | None:
    if request.state not in STATES["todo"]:
        return None
    return days.between(day_of(now, request.organisation), request.due_on)


_COUNTS = """
SELECT count(*), count(*) FILTER (WHERE state <> 'waiting'), count(*) FILTER (WHERE state = 'waiting'),
       count(*) FILTER (WHERE state <> 'waiting' AND due_on < %(today)s),
       count(*) FILTER (WHERE state <> 'waiting' AND due_on = %(today)s),
       count(*) FILTER (WHERE answered_at IS NULL OR answered_at < last_customer_event_at),
       count(*) FILTER (WHERE assigned_to_id = %(me)s)
  FROM service_requests_servicerequest
 WHERE state IN ('received', 'in_work', 'waiting')
   AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
"""


def counts(staff: StaffMembership, *, now: datetime) -> Counts:
    """Of the open requests in reach. One query over them alone. Raises MayNot."""
    if not may(staff, Right.REQUESTS):
        raise MayNot
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS,
            {
                "today": day_of(now, staff.organisation),
                "me": staff.user_id,
                "organisation": staff.organisation_id,
            },
        )
        return Counts(*cursor.fetchone())


def those_who_may(request: ServiceRequest) -> tuple[Colleague, ...]:
    """Active staff with the right to requests who reach this one, by name. One query."""
    roles = [role for role, rights in RIGHTS.items() if Right.REQUESTS in rights]
    near = Q(organisation=None) | Q(organisation=request.organisation_id)
    found = StaffMembership.objects.filter(near, role__in=roles, user__is_active=True).select_related("user")
    people = (Colleague(one.user_id, one.user.shown_name, one.team) for one in found)
    return tuple(sorted(people, key=lambda person: person.name.lower()))


def staff_request_file(staff: StaffMembership, public_id: str, *, now: datetime) -> StaffRequestFile:
    """One request as the office shows it; called by `operations.read_request`. Six queries. Raises MayNot,
    NoSuchRequest."""
    found = in_reach(staff).select_related("account", "organisation", "user", "assigned_to", "bill_service")
    request = found.filter(public_id=public_id).first()
    if request is None:
        raise NoSuchRequest
    others = ServiceRequest.objects.filter(account=request.account_id, closed_at=None).exclude(pk=request.pk)
    return StaffRequestFile(
        request=request,
        number=request.number,
        late=late(request, now),
        working_days_left=_left(request, calendar(), now),
        events=event_lines(request, reader=staff.user_id, names=True),
        colleagues=tuple(one for one in those_who_may(request) if one.user_id != request.assigned_to_id),
        may=may_of_staff(request),
        others=others.count(),
    )


def file_for_staff(staff: StaffMembership, request_public_id: str, public_id: str) -> KeptFile | None:
    """A file of a request in reach; called by `operations.read_request_file`. One query. Raises MayNot."""
    seen = in_reach(staff).filter(public_id=request_public_id)
    found = RequestFile.objects.filter(
        public_id=public_id, event__request__in=seen, forgotten_at=None
    ).first()
    return KeptFile(found.name, found.media_type, bytes(found.content)) if found else None
