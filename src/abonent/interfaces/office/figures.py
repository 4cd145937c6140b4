"""Figures: customers, readings, payments, requests; each a picture, a table, and a file for a spreadsheet."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from abonent.base.months import Month
from abonent.base.spreadsheets import csv_file
from abonent.figures.kept import Shown, shown_figures
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.figure_sheets import sheets
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

_YEARS = 5


def _asked(request: HttpRequest) -> Month:
    """`?month=2026-10`; this month for anything else, and for a month to come or long ago."""
    this = Month.of(timezone.localdate())
    try:
        return min(max(Month.parse(request.GET.get("month", "")), this - 12 * _YEARS), this)
    except ValueError:
        return this


def _figures(staff: StaffMembership, month: Month) -> Shown:
    return shown_figures(organisation_id=staff.organisation_id, month=month, now=timezone.now())


@require_safe
@staff_may(Right.FIGURES)
def figures_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Of the customers in reach; sums only, nobody's own data."""
    month, this = _asked(request), Month.of(timezone.localdate())
    found = _figures(staff, month)
    values = context(
        staff,
        "office_figures",
        counted=found,
        figures=found.figures,
        sheets=sheets(found.figures),
        month=month,
        latest=this,
        earliest=this - 12 * _YEARS,
    )
    return render(request, "office/figures.html", values)


@require_safe
@staff_may(Right.FIGURES)
def figures_csv(request: HttpRequest, staff: StaffMembership, sheet: str) -> HttpResponse:
    """One sheet, in the language of the page, of the same figures; its name says the moment they are of."""
    month = _asked(request)
    found = _figures(staff, month)
    asked = sheets(found.figures).get(sheet)
    if asked is None:
        raise Http404
    moment = f"{timezone.localtime(found.counted_at):%Y-%m-%d-%H%M}"
    return HttpResponse(
        csv_file(asked.lines()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{sheet}-{month}-as-of-{moment}.csv"'},
    )
