"""Publishing a month's receipts by mail: who would get them, the button, how far it is.

For those who may write to many (users.rights). Those of an organisation publish its own accounts' receipts.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from abonent.base.months import Month
from abonent.bills.publishing import NothingCharged, publish_by_worker
from abonent.bills.publishing_overview import Overview, overview
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.ui.environment import language
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

_LOOK_AGAIN = "3"
"""Seconds between two looks at a publication that is under way."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.TEXTS)
def publish_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """`?month=2026-10&organisation=7`: who would get that month's receipts; posted, the worker begins."""
    asked = request.POST if request.method == "POST" else request.GET
    found = overview(
        month=_month(asked.get("month", "")),
        organisation_id=_number(asked.get("organisation", "")),
        own=staff.organisation_id,
        now=timezone.now(),
    )
    if request.method == "POST":
        return _begin(request, staff, found)
    response = render(request, "office/publish.html", context(staff, "office_publish", **_values(found)))
    if any(run.finished_at is None for run in found.runs):
        response["Refresh"] = _LOOK_AGAIN
    return response


def _begin(request: HttpRequest, staff: StaffMembership, found: Overview) -> HttpResponse:
    """What was asked for must be what is offered: nothing is chosen for whoever posts nonsense."""
    organisation = _number(request.POST.get("organisation", ""))
    if organisation is not None and organisation != (found.organisation.pk if found.organisation else None):
        raise Http404
    month = _month(request.POST.get("month", ""))
    try:
        if month is None:
            raise NothingCharged
        publish_by_worker(month=month, organisation=found.organisation, by=staff.user, now=timezone.now())
    except NothingCharged:
        messages.error(request, _("Choose a month with charges."))
        values = context(staff, "office_publish", **_values(found))
        return render(request, "office/publish.html", values, status=422)
    messages.success(request, _("The receipts are being written; the worker sends them."))
    scope = f"&organisation={found.organisation.pk}" if found.organisation else ""
    return redirect(f"{reverse('office_publish')}?month={month}{scope}")


def _values(found: Overview) -> dict[str, object]:
    names = {
        one.pk: one.name(language()) for one in (*found.organisations, *filter(None, [found.organisation]))
    }
    return {"found": found, "names": names}


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
