"""Payments that name no account, of all registries: whose they may be, booked or set aside.

For the portal's own staff: a row without an account belongs to no organisation yet.
"""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import page_asked
from abonent.interfaces.ui.environment import language
from abonent.payments.operations.registries import AlreadyResolved, NoSuchAccount, resolve_row, set_aside
from abonent.payments.operations.registries.unmatched import read_unmatched
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

PAGE = 20
_CARD = re.compile(r"row-[0-9]{1,18}")

WHY = {
    "in_purpose": gettext_lazy("the purpose names it"),
    "in_number": gettext_lazy("the number contains it"),
    "one_digit": gettext_lazy("one digit differs"),
    "payer": gettext_lazy("the payer's name"),
    "surname": gettext_lazy("the surname"),
    "amount": gettext_lazy("exactly what its bill asks for"),
}


class ResolveForm(forms.Form):
    """A row, and whose money it is (what is typed counts more than what is chosen) or why it is nobody's."""

    row = forms.IntegerField(min_value=1, max_value=2**62)
    number = forms.CharField(required=False, max_length=30)
    choice = forms.CharField(required=False, max_length=30)
    note = forms.CharField(required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["number"] = cleaned.get("number") or cleaned.get("choice")
        if "aside" in self.data and not cleaned.get("note"):
            raise forms.ValidationError(
                _("Say why it is no customer's payment: the next colleague will read it.")
            )
        if "aside" not in self.data and not cleaned["number"]:
            raise forms.ValidationError(_("Choose an account, or enter the one that the payment is for."))
        return cleaned


@require_safe
@staff_may(Right.UNMATCHED)
def unmatched_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The oldest first, each with the accounts it may be for; that they were read is in the trail."""
    page = page_asked(request)
    rows, more = read_unmatched(
        staff=staff,
        language=language(),
        limit=PAGE,
        offset=(page - 1) * PAGE,
        address=address(request),
        now=timezone.now(),
    )
    ids = [f"row-{one.row.pk}" for one in rows]
    values = {
        "rows": list(zip(rows, ids, [*ids[1:], ""], strict=False)),
        "why": WHY,
        "page": page,
        "more_pages": more,
    }
    return render(request, "office/unmatched.html", context(staff, "office_unmatched", **values))


@require_POST
@staff_may(Right.UNMATCHED)
def resolve_unmatched(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Book a row to an account, or set it aside, and go on with the next one."""
    form = ResolveForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return _back(request, stay=True)
    try:
        _resolve(request, staff, form.cleaned_data)
    except NoSuchAccount:
        messages.error(request, _("There is no account with this number."))
        return _back(request, stay=True)
    except AlreadyResolved:
        messages.warning(request, _("Somebody has resolved this row meanwhile."))
    return _back(request)


def _resolve(request: HttpRequest, staff: StaffMembership, asked: dict[str, Any]) -> None:
    now = timezone.now()
    if "aside" in request.POST:
        set_aside(row_id=asked["row"], note=asked["note"], staff=staff.user, now=now)
        messages.success(request, _("The row is set aside."))
        return
    resolve_row(row_id=asked["row"], number=asked["number"], staff=staff.user, now=now)
    messages.success(request, _("The payment is booked to the account."))


def _back(request: HttpRequest, *, stay: bool = False) -> HttpResponseRedirect:
    """The same page of the queue, at the row that follows (with `stay`: at the same one)."""
    card = request.POST.get("card" if stay else "next", "")
    page = request.POST.get("page", "1")
    query = f"?page={page}" if page.isascii() and page.isdigit() and page != "1" and len(page) < 6 else ""
    anchor = f"#{card}" if _CARD.fullmatch(card) else ""
    return HttpResponseRedirect(reverse("office_unmatched") + query + anchor)
