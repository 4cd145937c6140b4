"""Texts and notices: written, looked at, let go, called back, and what became of their letters.

Operators tell of outages; notices are for those who may write to many (users.rights). The staff of an
organisation speak to its own customers.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.announcements import operations
from abonent.announcements.models import Announcement
from abonent.announcements.queries import announcement, announcements
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.announcement_forms import AnnouncementForm, initial_of
from abonent.interfaces.office.announcement_page import SCHEDULING, drawn_page, refused
from abonent.interfaces.office.announcement_words import AUDIENCES, KINDS, STATES
from abonent.interfaces.office.paging import PAGE, page_asked
from abonent.interfaces.ui.language import typed_initial
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may

any_method = require_http_methods(["GET", "HEAD", "POST"])
CURRENT = "office_announcements"


@require_safe
@staff_may(Right.OUTAGES)
def announcements_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """All of them, newest first; what may be written."""
    page = page_asked(request)
    found = announcements(staff, limit=PAGE, offset=(page - 1) * PAGE)
    words = {"kinds": KINDS, "states": STATES, "audiences": AUDIENCES}
    values = context(staff, CURRENT, found=found, page=page, now=timezone.now(), **words)
    return render(request, "office/announcements.html", values)


@any_method
@staff_may(Right.OUTAGES)
def new_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """`?kind=notice`, or `?copy=12`: a correction begins as the announcement it corrects."""
    model = _copied(request, staff)
    kind = model.kind if model else request.POST.get("kind") or request.GET.get("kind") or "outage"
    if kind not in KINDS or (kind == "notice" and not may(staff, Right.TEXTS)):
        raise Http404
    form = _form(request, staff, kind, model)
    if request.method == "POST" and form.is_valid():
        made = _saved(operations.write, form, request, staff)
        return redirect("office_announcement", made.pk)
    return _form_page(request, staff, form, kind)


@any_method
@staff_may(Right.OUTAGES)
def edit_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """A draft, as long as it is one."""
    found = announcement(staff, number)
    if found is None:
        raise Http404
    if found.state != Announcement.State.DRAFT:
        return redirect("office_announcement", number)
    form = _form(request, staff, found.kind, found)
    if request.method == "POST" and form.is_valid():
        try:
            _saved(lambda **facts: operations.edit(number=number, **facts), form, request, staff)
        except operations.NotADraft:
            messages.error(request, _("It has gone out already, and does not change any more."))
        return redirect("office_announcement", number)
    return _form_page(request, staff, form, found.kind, number=number)


@require_safe
@staff_may(Right.OUTAGES)
def announcement_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """How it looks in each language and whom it concerns; once it has gone out, what became of it."""
    return drawn_page(request, staff, number)


@require_POST
@staff_may(Right.OUTAGES)
def schedule_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """«Отправить сейчас», or at a time of the portal's clock."""
    form = SCHEDULING(request.POST)
    if not form.is_valid():
        return drawn_page(request, staff, number, form=form, status=422)
    try:
        made = operations.schedule(
            number=number,
            at=form.cleaned_data.get("at"),
            staff=staff,
            address=address(request),
            now=timezone.now(),
        )
    except operations.NoSuchAnnouncement as error:
        raise Http404 from error
    except REFUSALS as error:
        messages.error(request, refused(error))
        return drawn_page(request, staff, number, form=form, status=422)
    later = made.scheduled_at is not None and made.scheduled_at > timezone.now()
    messages.success(request, _("It will go out at its time.") if later else _("It is going out."))
    return redirect("office_announcement", number)


REFUSALS = (
    operations.NotPossible,
    operations.NobodyThere,
    operations.OverAlready,
    operations.TextMissing,
)


@any_method
@staff_may(Right.OUTAGES)
def cancel_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Asks why, and calls it back."""
    return _asked_why(request, staff, number, "cancel", operations.cancel, _("It was called back."))


@any_method
@staff_may(Right.OUTAGES)
def end_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """«Завершить отключение»: asks, and takes the banner away."""
    said = _("The outage is over: it stands on no page any more.")
    return _asked_why(request, staff, number, "end", operations.end, said)


def _asked_why(
    request: HttpRequest,
    staff: StaffMembership,
    number: int,
    act: str,
    operation: Callable[..., Announcement],
    said: str,
) -> HttpResponse:
    found = announcement(staff, number)
    if found is None:
        raise Http404
    if request.method != "POST":
        values = context(staff, CURRENT, found=found, act=act, kinds=KINDS)
        return render(request, "office/announcement_act.html", values)
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    try:
        operation(number=number, reason=reason, staff=staff, address=address(request), now=timezone.now())
    except operations.NotPossible as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, said)
    return redirect("office_announcement", number)


def _copied(request: HttpRequest, staff: StaffMembership) -> Announcement | None:
    asked = request.POST.get("copy") or request.GET.get("copy") or ""
    if not asked:
        return None
    found = (
        announcement(staff, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    )
    if found is None:
        raise Http404
    return found


def _form(
    request: HttpRequest, staff: StaffMembership, kind: str, model: Announcement | None
) -> AnnouncementForm:
    if request.method == "POST":
        return AnnouncementForm(request.POST, kind=kind, staff=staff)
    initial: dict[str, Any] = {**(initial_of(model) if model else {}), **typed_initial(request)}
    return AnnouncementForm(initial=initial, kind=kind, staff=staff)


def _saved(
    operation: Callable[..., Announcement],
    form: AnnouncementForm,
    request: HttpRequest,
    staff: StaffMembership,
) -> Announcement:
    try:
        return operation(draft=form.draft(), staff=staff, address=address(request), now=timezone.now())
    except (operations.NoSuchAnnouncement, operations.NotYours) as error:
        raise Http404 from error


def _form_page(
    request: HttpRequest,
    staff: StaffMembership,
    form: AnnouncementForm,
    kind: str,
    number: int | None = None,
) -> HttpResponse:
    values = context(staff, CURRENT, form=form, kind=kind, number=number)
    status = 422 if form.is_bound else 200
    return render(request, "office/announcement_form.html", values, status=status)
