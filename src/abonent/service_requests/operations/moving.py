"""Another kind, team or deadline, with a reason that the customer reads."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from abonent.portal.current import portal
from abonent.service_requests import letters
from abonent.service_requests.models import RequestEvent, ServiceRequest
from abonent.service_requests.operations.errors import BadDeadline, NoSuchTeam
from abonent.service_requests.operations.events import add_event, record, said
from abonent.service_requests.operations.staff import check_possible, locked
from abonent.service_requests.organisation_days import day_of
from abonent.service_requests.queries import NoSuchKind
from abonent.service_requests.working_days import calendar
from abonent.users.models import StaffMembership

FARTHEST = timedelta(days=366)


@transaction.atomic
def move(
    *,
    staff: StaffMembership,
    public_id: str,
    kind: str | None = None,
    team: str | None = None,
    due_on: date | None = None,
    reason: str,
    address: str | None,
    now: datetime,
) -> ServiceRequest:
    """Change what is given and differs; another kind brings its team along, never a deadline. The customer
    reads the reason, and gets a letter when the deadline moved.

    Safe to repeat: what is so already changes nothing and leaves no line. Raises MayNot, NoSuchRequest,
    NotPossible, NothingSaid (no reason), TooLong, NoSuchKind, NoSuchTeam, BadDeadline.
    """
    request = locked(staff, public_id)
    check_possible(request, "move")
    reason = said(reason)
    details: dict[str, Any] = {}
    _to_kind(request, kind, details)
    _to_team(request, team, details)
    _to_day(request, due_on, day_of(now, request.organisation), details)
    if not details:
        return request
    request.save()
    add_event(
        request, RequestEvent.Kind.MOVED, by=staff.user, by_staff=True, now=now, text=reason, details=details
    )
    record("request_moved", request, by=staff.user, address=address, now=now, reason=reason, **details)
    if "due_on" in details:
        letters.tell_moved(request, reason=reason, now=now)
    return request


def _to_kind(request: ServiceRequest, code: str | None, details: dict[str, Any]) -> None:
    if not code or code == request.kind:
        return
    found = portal().requests.kind(code)
    if found is None or found.leads_to or not found.offered:
        raise NoSuchKind(code)
    details["kind"], details["kind_label"] = code, dict(found.label)
    details["kind_before"] = request.kind
    request.kind, request.kind_label = code, dict(found.label)
    if found.team and found.team != request.team:
        details["team"], details["team_before"] = found.team, request.team
        request.team = found.team


def _to_team(request: ServiceRequest, code: str | None, details: dict[str, Any]) -> None:
    if not code or code == request.team:
        return
    if portal().requests.team(code) is None:
        raise NoSuchTeam(code)
    details.setdefault("team_before", request.team)
    details["team"] = request.team = code


def _to_day(request: ServiceRequest, day: date | None, today: date, details: dict[str, Any]) -> None:
    if day is None or day == request.due_on:
        return
    if not today <= day <= today + FARTHEST or not calendar().is_working(day):
        raise BadDeadline(day.isoformat())
    details["due_before"], details["due_on"] = request.due_on.isoformat(), day.isoformat()
    request.due_on = day
