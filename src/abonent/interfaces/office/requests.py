"""Requests at the counter's other side: the queue by deadline, one request, and what is done with it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import page_asked
from abonent.interfaces.office.request_actions import act
from abonent.interfaces.office.request_forms import forms_for
from abonent.interfaces.office.request_words import EVENTS, STATES, team_name
from abonent.interfaces.ui.downloads import attachment
from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.service_requests import operations
from abonent.service_requests.office_queries import Filters, StaffRequestFile, queue
from abonent.service_requests.operations import NoSuchRequest
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

SHOWN = ("todo", "waiting", "open", "closed")
_ONLY = ("mine", "overdue", "unanswered")


def _filters(asked: QueryDict, staff: StaffMembership, page: int, find: str = "") -> Filters:
    """Whoever belongs to a team sees its requests until he chooses otherwise."""
    state, kind = asked.get("state", ""), asked.get("kind", "")
    team = asked.get("team", staff.team)
    return Filters(
        state=state if state in SHOWN else "todo",
        team=team if portal().requests.team(team) else "",
        kind=kind if portal().requests.kind(kind) else "",
        find=find,
        page=page,
        **{name: asked.get(name) == "yes" for name in _ONLY},
    )


def _query(filters: Filters, **other: str) -> str:
    """The filters as an address says them; `other` changes some."""
    said = {"state": filters.state, "team": filters.team, "kind": filters.kind}
    said |= {name: "yes" for name in _ONLY if getattr(filters, name)}
    return urlencode({name: value for name, value in (said | other).items() if value or name == "team"})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.REQUESTS, reads="requests")
def requests_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Open requests in reach, the most urgent first; a number to find is posted."""
    find = request.POST.get("find", "").replace("\0", "").strip()[:40]
    filters = _filters(request.GET, staff, page_asked(request), find)
    found = queue(staff, filters, now=timezone.now())
    values = {
        "queue": found,
        "filters": filters,
        "query": lambda **other: _query(filters, **other),
        "states": STATES,
        "tabs": dict(
            zip(SHOWN, (_("To do"), _("Waiting for customers"), _("All open"), _("Closed ones")), strict=True)
        ),
        "teams": [("", _("All teams")), *((one.code, local(one.name)) for one in portal().requests.teams)],
        "kinds": [("", _("All kinds")), *((one.code, local(one.label)) for one in portal().requests.kinds)],
        "team_name": team_name,
    }
    return render(request, "office/requests.html", context(staff, "office_requests", **values))


def _file(request: HttpRequest, staff: StaffMembership, public_id: str) -> StaffRequestFile:
    try:
        return operations.read_request(
            staff=staff, public_id=public_id, address=address(request), now=timezone.now()
        )
    except NoSuchRequest as error:
        raise Http404 from error


def _way_back(asked: Mapping[str, Any]) -> dict[str, str]:
    """Whence one came: the queue's filters, and the request that follows there."""
    return {name: str(asked.get(name, ""))[:300] for name in ("queue", "next")}


def _page(
    request: HttpRequest, staff: StaffMembership, public_id: str, wrong: tuple[str, Any] | None = None
) -> HttpResponse:
    file = _file(request, staff, public_id)
    values = {
        "file": file,
        "forms": forms_for(file, wrong),
        "wrong": wrong[0] if wrong else "",
        "states": STATES,
        "events": EVENTS,
        "team_name": team_name,
        "way_back": _way_back(request.POST if request.method == "POST" else request.GET),
    }
    return render(
        request,
        "office/request.html",
        context(staff, "office_requests", **values),
        status=422 if wrong else 200,
    )


@require_safe
@staff_may(Right.REQUESTS)
def request_page(request: HttpRequest, staff: StaffMembership, request_id: str) -> HttpResponse:
    """One request with its history. That it was read is written down."""
    return _page(request, staff, request_id)


@require_POST
@staff_may(Right.REQUESTS)
def request_act(request: HttpRequest, staff: StaffMembership, request_id: str, action: str) -> HttpResponse:
    """`take`, or one of the page's forms; mistakes come back on the page with what was typed."""
    done = act(request, staff, request_id, action)
    if done.form is not None:
        return _page(request, staff, request_id, (action, done.form))
    if done.refusal:
        messages.error(request, done.refusal)
    else:
        messages.success(request, done.says)
    back = _way_back(request.POST)
    if done.leaves and not done.refusal:
        anchor = f"#request-{back['next']}" if back["next"] else ""
        return redirect(f"{reverse('office_requests')}?{back['queue']}{anchor}")
    return redirect(f"{reverse('office_request', args=[request_id])}?{urlencode(back)}")


@require_safe
@staff_may(Right.REQUESTS)
def request_file(request: HttpRequest, staff: StaffMembership, request_id: str, file_id: str) -> HttpResponse:
    """A file of a request in reach, to save and not to open here."""
    try:
        kept = operations.read_request_file(
            staff=staff, public_id=request_id, file=file_id, address=address(request), now=timezone.now()
        )
    except NoSuchRequest as error:
        raise Http404 from error
    return attachment(kept.name, kept.media_type, kept.content)
