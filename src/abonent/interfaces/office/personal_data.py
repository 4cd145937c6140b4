"""At a customer's written wish: all data for the person, or the end of the cabinet; and how old data go."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.words import RETENTION
from abonent.personal_data import operations
from abonent.personal_data.operations import NoSuchPerson
from abonent.personal_data.queries import retention_states
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right


class WishForm(forms.Form):
    """Why: the wish on paper, by its date and number. It stands in the trail for good, so it names nobody."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "The written wish: its date and number. No names: the trail is kept for good."
        ),
        max_length=300,
        error_messages={"required": gettext_lazy("Say why.")},
    )


@require_safe
@staff_may(Right.PERSONAL_DATA)
def person_page(request: HttpRequest, staff: StaffMembership, public_id: str, link: str) -> HttpResponse:
    """The person of a link: what runs, and what can be begun. Reading it is written into the trail."""
    return _page(request, staff, public_id, link, {})


def _page(
    request: HttpRequest,
    staff: StaffMembership,
    public_id: str,
    link: str,
    sent: dict[str, WishForm],
    *,
    status: int = 200,
) -> HttpResponse:
    try:
        file = operations.read_person(
            staff=staff, account=public_id, link=link, address=address(request), now=timezone.now()
        )
    except NoSuchPerson as error:
        raise Http404 from error
    wishes = {what: sent.get(what) or WishForm(auto_id=f"{what}-%s") for what in ("export", "deletion")}
    days = operations.THINK_AGAIN.days
    values = context(staff, "office_find", file=file, days=days, sent=list(sent.values()), **wishes)
    return render(request, "office/person.html", values, status=status)


def _do(
    request: HttpRequest,
    staff: StaffMembership,
    public_id: str,
    link: str,
    wish: Callable[..., None],
    done: str,
) -> HttpResponse:
    """One wish of the person's, with its reason; what refuses it is said on the page."""
    what = "export" if wish is operations.ask_export_for else "deletion"
    form = WishForm(request.POST, auto_id=f"{what}-%s")
    if not form.is_valid():
        return _page(request, staff, public_id, link, {what: form}, status=422)
    asked: dict[str, Any] = {"staff": staff, "account": public_id, "link": link, **form.cleaned_data}
    try:
        wish(**asked, address=address(request), now=timezone.now())
    except NoSuchPerson as error:
        raise Http404 from error
    except operations.TooManyExports:
        messages.info(request, _("Three were made today already: the person can fetch them."))
    except operations.StaffFirst:
        messages.error(request, _("The person has a place among the staff: take it away first."))
    except operations.NothingToCancel:
        messages.info(request, _("There is nothing to take back."))
    else:
        messages.success(request, done)
    return redirect("office_person", public_id, link)


@require_POST
@staff_may(Right.PERSONAL_DATA)
def person_export(request: HttpRequest, staff: StaffMembership, public_id: str, link: str) -> HttpResponse:
    """Have all data of the person made: the person gets the letter and fetches them, nobody else."""
    done = _("The files are being made; the person gets a letter.")
    return _do(request, staff, public_id, link, operations.ask_export_for, done)


@require_POST
@staff_may(Right.PERSONAL_DATA)
def person_deletion(request: HttpRequest, staff: StaffMembership, public_id: str, link: str) -> HttpResponse:
    """Begin the thirty days for the person, who gets the letter."""
    done = _("The thirty days have begun; the person gets a letter.")
    return _do(request, staff, public_id, link, operations.ask_deletion_for, done)


@require_POST
@staff_may(Right.PERSONAL_DATA)
def person_deletion_cancel(
    request: HttpRequest, staff: StaffMembership, public_id: str, link: str
) -> HttpResponse:
    """Take the deletion back for the person."""
    done = _("The cabinet will not be deleted; the person gets a letter.")
    return _do(request, staff, public_id, link, operations.cancel_deletion_for, done)


@require_safe
@staff_may(Right.PERSONAL_DATA)
def retention_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """What is kept how long, and how the forgetting of it went last."""
    states = retention_states(now=timezone.now())
    values = context(staff, "office_retention", states=states, words=RETENTION)
    return render(request, "office/retention.html", values)
