"""An account as staff see it: who pays, who is linked, a printed code, links confirmed and ended."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.accounts import operations
from abonent.accounts.codes import shown
from abonent.accounts.operations import AccountFile, NoSuchAccount, NoSuchLink
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right


class FindForm(forms.Form):
    """The number is posted: it never stands in an address."""

    number = forms.CharField(
        max_length=30,
        error_messages={"required": gettext_lazy("Enter the number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["number"].label = local(portal().linking.number_label)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.FIND)
def find_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Find an account of one's own organisation by its number."""
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            found = operations.find_account(
                staff=staff, number=number, address=address(request), now=timezone.now()
            )
        except NoSuchAccount:
            form.add_error("number", _("There is no such account among those you serve."))
        else:
            return redirect("office_account", found)
    return render(request, "office/find.html", context(staff, "office_home", form=form))


def _file(request: HttpRequest, staff: StaffMembership, public_id: str) -> AccountFile:
    try:
        return operations.read_account(
            staff=staff, public_id=public_id, address=address(request), now=timezone.now()
        )
    except NoSuchAccount as error:
        raise Http404 from error


@require_safe
@staff_may(Right.FIND)
def account_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """Payer, address and links; reading it is written into the audit trail."""
    file = _file(request, staff, public_id)
    values = context(staff, "office_home", account=file.account, links=file.links, now=timezone.now())
    return render(request, "office/account.html", values)


@require_POST
@staff_may(Right.LINKS)
def code_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """A one-time code on a page that prints well. It is shown this once: it is not kept."""
    try:
        issued = operations.issue_printed_code(
            staff=staff, public_id=public_id, address=address(request), now=timezone.now()
        )
    except NoSuchAccount as error:
        raise Http404 from error
    values = context(staff, "office_home", account=issued.account, code=shown(issued.code), issued=issued)
    return render(request, "office/code.html", values)


@require_POST
@staff_may(Right.LINKS)
def confirm_link(request: HttpRequest, staff: StaffMembership, link: str) -> HttpResponse:
    """Lift the limits of a link after the person showed who they are."""
    try:
        public_id = operations.confirm_link(
            staff=staff, link=link, address=address(request), now=timezone.now()
        )
    except NoSuchLink as error:
        raise Http404 from error
    messages.success(request, _("The link is confirmed."))
    return redirect("office_account", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.LINKS)
def end_page(request: HttpRequest, staff: StaffMembership, public_id: str, link: str) -> HttpResponse:
    """Ask, then end a person's link."""
    if request.method == "POST":
        try:
            operations.end_link_by_staff(staff=staff, link=link, address=address(request), now=timezone.now())
        except NoSuchLink as error:
            raise Http404 from error
        messages.success(request, _("The link has been ended; the person gets a letter."))
        return redirect("office_account", public_id)
    file = _file(request, staff, public_id)
    found = next((one for one in file.links if one.public_id == link), None)
    if found is None:
        raise Http404
    return render(request, "office/end.html", context(staff, "office_home", account=file.account, link=found))
