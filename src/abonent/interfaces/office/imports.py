"""Imports: bundles that came, how far each is, its plan with its alarms, and the undo of the last one
taken."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.exchange.queries import RunPage, run_lines, run_page, run_problems, run_to_undo
from abonent.exchange.runs import (
    AlarmsNotSeenError,
    MovedOnError,
    approve,
    ask_undo,
    discard,
    plan_again,
)
from abonent.exchange.undoing import NotUndoneError
from abonent.exchange.uploads import largest_upload
from abonent.interfaces.office import import_words as words
from abonent.interfaces.office.access import context, note_list, staff_may
from abonent.interfaces.office.paging import PAGE, page_asked
from abonent.interfaces.office.problem_words import problem_words
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

_LOOK_AGAIN = "2"
"""Seconds between two looks at a run that moves."""


@require_safe
@staff_may(Right.IMPORTS)
def imports_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Every run, newest first, and the form that brings another."""
    page = page_asked(request)
    lines = run_lines(limit=PAGE + 1, offset=(page - 1) * PAGE)
    values = {
        "lines": lines[:PAGE],
        "page": page,
        "more_pages": len(lines) > PAGE,
        "largest": largest_upload(),
        "words": words,
    }
    return render(request, "office/imports.html", context(staff, "office_imports", **values))


@require_safe
@staff_may(Right.IMPORTS)
def import_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """One run: while it moves the page looks again by itself. Bad rows name accounts: the trail tells."""
    found = run_page(number)
    if found is None:
        raise Http404
    response = _drawn(request, staff, found)
    if found.moves:
        response["Refresh"] = _LOOK_AGAIN
    return response


def _drawn(
    request: HttpRequest, staff: StaffMembership, found: RunPage, *, missed: bool = False, status: int = 200
) -> HttpResponse:
    values = {
        "found": found,
        "run": found.run,
        "words": words,
        "problem_words": problem_words,
        "missed": missed,
        "ticked": request.POST.getlist("seen"),
    }
    page = render(request, "office/import.html", context(staff, "office_imports", **values), status=status)
    if found.problems and request.method != "HEAD":
        note_list(request, staff, "import_problems")
    return page


@require_safe
@staff_may(Right.IMPORTS, reads="import_problems")
def report_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Every problem of a run as a file for a spreadsheet, with the values that the bundle had."""
    whole = run_problems(number)
    if whole is None:
        raise Http404
    response = HttpResponse(whole, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{number}-problems.csv"'
    return response


@require_POST
@staff_may(Right.IMPORTS)
def apply_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Have a planned run taken, once every alarm is ticked."""
    found = _found(number)
    seen = request.POST.getlist("seen")
    try:
        approve(run_id=number, seen=seen, by=staff.user, address=address(request), now=timezone.now())
    except AlarmsNotSeenError:
        return _drawn(request, staff, found, missed=True, status=422)
    except MovedOnError:
        _moved_on(request)
    return redirect("office_import", number)


@require_POST
@staff_may(Right.IMPORTS)
def again_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Plan a run once more."""
    _found(number)
    try:
        plan_again(run_id=number, by=staff.user, address=address(request), now=timezone.now())
    except MovedOnError:
        _moved_on(request)
    return redirect("office_import", number)


@require_POST
@staff_may(Right.IMPORTS)
def discard_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Do without a run; its upload is deleted."""
    _found(number)
    try:
        discard(run_id=number, by=staff.user, address=address(request), now=timezone.now())
        messages.success(request, _("The bundle is discarded; nothing of it was taken."))
    except MovedOnError:
        _moved_on(request)
        return redirect("office_import", number)
    return redirect("office_imports")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.IMPORTS)
def undo_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """What an undo of the last run would bring back, and the button."""
    if request.method == "POST":
        return _undo(request, staff, number)
    found = run_to_undo(number)
    if found is None:
        raise Http404
    run, undo = found
    values = {"run": run, "undo": undo, "words": words}
    return render(request, "office/import_undo.html", context(staff, "office_imports", **values))


def _undo(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    _found(number)
    try:
        ask_undo(run_id=number, by=staff.user, address=address(request), now=timezone.now())
    except MovedOnError:
        _moved_on(request)
    except NotUndoneError:
        return redirect("office_import_undo", number)
    return redirect("office_import", number)


def _found(number: int) -> RunPage:
    found = run_page(number)
    if found is None:
        raise Http404
    return found


def _moved_on(request: HttpRequest) -> None:
    messages.warning(request, _("This run has moved on meanwhile: look at it again."))
