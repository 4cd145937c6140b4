"""Find a customer: one field for whatever is known of them."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from abonent.finding.hits import Distance, Found, Hit, Kind, Reason
from abonent.finding.operations import TooShort, find_customers
from abonent.finding.typed import LONGEST
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.ui.environment import language
from abonent.portal.queries import organisation_names
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

KINDS = {
    Kind.NUMBER: gettext_lazy("account number"),
    Kind.SERIAL: gettext_lazy("serial number of a meter"),
    Kind.PHONE: gettext_lazy("phone"),
    Kind.EMAIL: gettext_lazy("e-mail"),
    Kind.NAME: gettext_lazy("name"),
    Kind.ADDRESS: gettext_lazy("address"),
    Kind.PERSON: gettext_lazy("contact of a linked person"),
    Kind.PERSON_NAME: gettext_lazy("name of a linked person"),
}
DISTANCES = {
    Distance.SAME: "",
    Distance.PART: gettext_lazy("a part of it"),
    Distance.NEAR: gettext_lazy("one mistake"),
    Distance.FAR: gettext_lazy("alike"),
}


class FindForm(forms.Form):
    """The words are posted: what is known of a customer never stands in an address."""

    words = forms.CharField(
        label=gettext_lazy("Account, name, address, phone, e-mail or meter"),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Type what is known of the customer.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.FIND)
def find_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The field, and beneath it the accounts found, with why; a number typed rightly opens its account."""
    form = FindForm(request.POST or None)
    found: Found | None = None
    if request.method == "POST" and form.is_valid():
        found = _found(request, staff, form)
        if found and found.only:
            return redirect("office_account", found.only.public_id)
    names = {} if staff.organisation_id else organisation_names(language())
    values = {"form": form, "found": found, "hits": _drawn(found), "organisations": names}
    return render(request, "office/find.html", context(staff, "office_find", **values))


def _found(request: HttpRequest, staff: StaffMembership, form: FindForm) -> Found | None:
    try:
        return find_customers(
            staff=staff, words=form.cleaned_data["words"], address=address(request), now=timezone.now()
        )
    except TooShort:
        form.add_error("words", _("Type at least three letters or digits."))
        return None


def _drawn(found: Found | None) -> list[tuple[Hit, list[str]]]:
    return [(hit, [_reason(one) for one in hit.reasons]) for hit in found.hits] if found else []


def _reason(reason: Reason) -> str:
    """«Фамилия и имя», «Телефон (одна опечатка)»."""
    says = DISTANCES[reason.distance]
    return f"{KINDS[reason.kind]} ({says})" if says else str(KINDS[reason.kind])
