"""Seeing an account as its customer does: asked for with a reason, ended by a button above every page."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from abonent.accounts.operations import NoSuchAccount
from abonent.accounts.operations.looks import LASTS, LEAST_REASON, NoReason, end_look, may_look, open_look
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.ui.language import typed_initial
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right


class ReasonForm(forms.Form):
    """Why the customer's pages are looked at: it stands in the trail beside every page."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you look?"),
        min_length=LEAST_REASON,
        max_length=300,
        error_messages={
            "required": gettext_lazy("Say why in a few words: at least ten letters."),
            "min_length": gettext_lazy("Say why in a few words: at least ten letters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.FIND)
def look_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """Ask for the reason, then open the customer's first page."""
    if not may_look(staff=staff, public_id=public_id):
        raise Http404
    form = ReasonForm(request.POST or None, initial=typed_initial(request))
    if request.method == "POST" and form.is_valid():
        try:
            open_look(
                staff=staff,
                public_id=public_id,
                reason=form.cleaned_data["reason"],
                address=address(request),
                now=timezone.now(),
            )
        except NoSuchAccount as error:
            raise Http404 from error
        except NoReason:
            form.add_error("reason", form.fields["reason"].error_messages["min_length"])
        else:
            return redirect("account", public_id)
    minutes = int(LASTS.total_seconds() // 60)
    values = context(staff, "office_find", form=form, public_id=public_id, minutes=minutes)
    return render(request, "office/look.html", values)


@require_POST
@staff_may(Right.FIND)
def end_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """End the look and come back to the account in the office."""
    public_id = end_look(staff=staff, address=address(request), now=timezone.now())
    messages.success(request, _("You no longer see the customer's pages."))
    return redirect("office_account", public_id) if public_id else redirect("office_find")
