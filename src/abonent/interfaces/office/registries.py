"""Registries of banks: what became of their rows, and rows that nobody's account fits.

For the portal's own staff: a row without an account belongs to no organisation yet.
"""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.figure_words import method_name
from abonent.interfaces.office.paging import PAGE, page_asked
from abonent.interfaces.office.payment_words import ROW_STATES
from abonent.payments.office_queries import registry_file, registry_lines
from abonent.payments.operations.registries import AlreadyResolved, NoSuchAccount, resolve_row, set_aside
from abonent.users.models import StaffMembership
from abonent.users.rights import Right


class ResolveForm(forms.Form):
    """Whose money a row is, or why it is nobody's."""

    row = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.CharField(required=False, max_length=30)
    note = forms.CharField(required=False, max_length=300)

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        wanted = "number" if "book" in self.data else "note"
        if not cleaned.get(wanted):
            raise forms.ValidationError(_SAY[wanted])
        return cleaned


_SAY = {
    "number": gettext_lazy("Enter the account that the payment is for."),
    "note": gettext_lazy("Say why it is no customer's payment: the next colleague will read it."),
}


def source_name(source: str) -> str:
    """`registry:kaspi`, `statement:card`: the profile's word for the bank or the way to pay."""
    return method_name("", source.partition(":")[2])


@require_safe
@staff_may(Right.UNMATCHED)
def registries_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Every registry, newest first, with what waits for a decision."""
    page = page_asked(request)
    lines = registry_lines(limit=PAGE + 1, offset=(page - 1) * PAGE)
    values = {
        "lines": lines[:PAGE],
        "page": page,
        "source_name": source_name,
        "more_pages": len(lines) > PAGE,
    }
    return render(request, "office/registries.html", context(staff, "office_registries", **values))


@require_safe
@staff_may(Right.UNMATCHED, reads="registry")
def registry_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """One registry: sums by what became of the rows, and the rows to resolve."""
    found = registry_file(number)
    if found is None:
        raise Http404
    values = {"file": found, "states": ROW_STATES}
    return render(request, "office/registry.html", context(staff, "office_registries", **values))


@require_POST
@staff_may(Right.UNMATCHED)
def resolve_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Book an unmatched row to an account, or set it aside."""
    form = ResolveForm(request.POST)
    back = redirect("office_registry", number)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return back
    row, now = form.cleaned_data["row"], timezone.now()
    try:
        if "book" in request.POST:
            resolve_row(row_id=row, number=form.cleaned_data["number"], staff=staff.user, now=now)
            messages.success(request, _("The payment is booked to the account."))
        else:
            set_aside(row_id=row, note=form.cleaned_data["note"], staff=staff.user, now=now)
            messages.success(request, _("The row is set aside."))
    except NoSuchAccount:
        messages.error(request, _("There is no account with this number."))
    except AlreadyResolved:
        messages.warning(request, _("Somebody has resolved this row meanwhile."))
    return back
