"""Do gateway, portal and billing agree? Days in three columns, and every difference with its owner and age.

Staff of one organisation see the differences about their own accounts; the columns are the portal's.
"""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import PAGE, page_asked
from abonent.interfaces.ui.environment import language
from abonent.payments.difference_words import KINDS, OWNERS
from abonent.payments.differences import days, open_differences
from abonent.payments.operations import differences
from abonent.payments.operations.differences import NoSuchDifference, NoteNeeded, SettlesItself
from abonent.payments.operations.reconciling import reconcile
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

SHOWN = timedelta(days=13)
"""Two weeks of days."""
EARLIEST = date(2000, 1, 1)
"""Nothing was paid here before."""


class DayForm(forms.Form):
    """Which day to look at, and to compare anew."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a day."), "invalid": gettext_lazy("Choose a day.")},
    )


def _days_until(request: HttpRequest) -> date:
    """`?until=2026-11-20`; yesterday for anything else: today is not over."""
    yesterday = timezone.localdate() - timedelta(days=1)
    try:
        asked = date.fromisoformat(request.GET.get("until", ""))
        return min(max(asked, EARLIEST), timezone.localdate())
    except ValueError:
        return yesterday


@require_safe
@staff_may(Right.PAYMENTS, reads="reconciliation")
def reconciliation_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Two weeks of days in three columns, and what is open, the oldest first."""
    until, page = _days_until(request), page_asked(request)
    of_portal = staff.organisation_id is None
    totals = days(first=until - SHOWN, last=until) if of_portal else []
    found = open_differences(
        now=timezone.now(), organisation_id=staff.organisation_id, limit=PAGE + 1, offset=(page - 1) * PAGE
    )
    values = {
        "until": until,
        "totals": [(one, one.name(language())) for one in totals],
        "found": [(one, one.name(language())) for one in found[:PAGE]],
        "kinds": KINDS,
        "owners": OWNERS,
        "of_portal": of_portal,
        "day_form": DayForm(initial={"day": until}),
        "page": page,
        "more_pages": len(found) > PAGE,
    }
    return render(request, "office/reconciliation.html", context(staff, "office_reconciliation", **values))


@require_POST
@staff_may(Right.COMPARE)
def reconcile_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Compare a day now instead of at night."""
    form = DayForm(request.POST)
    if not form.is_valid() or not EARLIEST <= form.cleaned_data["day"] <= timezone.localdate():
        messages.error(request, _("Choose a day that has begun."))
        return redirect("office_reconciliation")
    done = reconcile(day=form.cleaned_data["day"], now=timezone.now())
    said = _("Compared: %(open)s differences are open, %(new)s of them new; %(settled)s were settled.")
    messages.success(request, said % {"open": len(done.open), "new": done.new, "settled": done.settled})
    return redirect(f"{reverse('office_reconciliation')}?until={done.day.isoformat()}")


@require_POST
@staff_may(Right.RECONCILE)
def difference_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Take a difference over with a note, or say that it is settled."""
    text = request.POST.get("note", "").replace("\0", "")
    act, said = (
        (differences.settle, _("Settled."))
        if "settle" in request.POST
        else (differences.take_over, _("It is yours now."))
    )
    try:
        act(
            difference_id=number,
            text=text,
            staff=staff.user,
            organisation_id=staff.organisation_id,
            now=timezone.now(),
        )
        messages.success(request, said)
    except NoSuchDifference as error:
        raise Http404 from error
    except SettlesItself:
        messages.warning(request, _("It settles itself when the figures agree."))
    except NoteNeeded:
        messages.error(request, _("Say what was found out: the next colleague will read it."))
    return redirect("office_reconciliation")
