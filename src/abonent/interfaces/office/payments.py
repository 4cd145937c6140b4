"""Online payments as staff see them: what waits, what needs a decision, what is given back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from abonent.base.identifiers import new_public_id
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import PAGE, page_asked
from abonent.interfaces.office.payment_words import (
    CAUSES,
    KIND_NAMES,
    REFUND_STATES,
    STATES,
    not_refundable,
    reason_said,
)
from abonent.interfaces.ui.environment import language
from abonent.payments.office_queries import PaymentFile, find_payment, payment_file, payment_lines
from abonent.payments.operations.moving import label_of
from abonent.payments.operations.refunds import NotRefundable, refund
from abonent.payments.operations.settling import PATIENCE, ask
from abonent.payments.operations.staff import read_payment
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may


class FindPaymentForm(forms.Form):
    """A number of ours or of the gateway's; posted, as every number in the office."""

    number = forms.CharField(
        max_length=64,
        label=gettext_lazy("Number of the payment, ours or the gateway's"),
        error_messages={"required": gettext_lazy("Enter the number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RefundForm(forms.Form):
    """How much goes back, and why: the reason stands in the history."""

    amount = forms.DecimalField(
        label=gettext_lazy("Give back"),
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        localize=True,
        error_messages={
            "required": gettext_lazy("Enter the amount."),
            "invalid": gettext_lazy("Enter an amount like 1234,56."),
            "min_value": gettext_lazy("Enter more than nothing."),
            "max_decimal_places": gettext_lazy("Enter an amount like 1234,56."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say why: the next colleague will read it.")},
    )
    key = forms.CharField(max_length=22, widget=forms.HiddenInput)
    """Pressed twice, it is one refund."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.PAYMENTS, reads="payments")
def payments_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The newest payments of one's own accounts, all or of one kind; find one by its number."""
    form = FindPaymentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        if found := find_payment(number, organisation_id=staff.organisation_id):
            return redirect("office_payment", found)
        form.add_error("number", _("There is no such payment among those you serve."))
    kind, page = request.GET.get("kind", ""), page_asked(request)
    lines = payment_lines(
        organisation_id=staff.organisation_id, kind=kind or None, limit=PAGE + 1, offset=(page - 1) * PAGE
    )
    rows = [[one, label_of(one.method, language()), STATES.get(one.state, one.state)] for one in lines[:PAGE]]
    values = {"form": form, "rows": rows, "kind": kind, "kinds": KIND_NAMES, "page": page}
    shown = context(staff, "office_payments", more_pages=len(lines) > PAGE, **values)
    return render(request, "office/payments.html", shown)


def _file(staff: StaffMembership, public_id: str) -> PaymentFile:
    found = payment_file(public_id, organisation_id=staff.organisation_id)
    if found is None:
        raise Http404
    return found


def _shown(request: HttpRequest, staff: StaffMembership, file: PaymentFile, form: RefundForm) -> HttpResponse:
    may_act = file.whole and may(staff, Right.REFUNDS)
    values: dict[str, Any] = {
        "file": file,
        "method": label_of(file.payment.method, language()),
        "states": STATES,
        "causes": CAUSES,
        "refund_states": REFUND_STATES,
        "reason": reason_said(file.payment.reason),
        "form": form if may_act and file.refundable else None,
        "may_ask": file.payment.state in {"created", "sent", "declined", "expired", "paid"},
    }
    return render(request, "office/payment.html", context(staff, "office_payments", **values))


@require_http_methods(["GET", "HEAD"])
@staff_may(Right.PAYMENTS)
def payment_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """One payment: parts, history, notices, refunds, registries that name it. That it was read is written
    down."""
    file = read_payment(staff=staff, public_id=public_id, address=address(request), now=timezone.now())
    if file is None:
        raise Http404
    return _shown(
        request,
        staff,
        file,
        RefundForm(initial={"amount": localize_input(file.refundable), "key": new_public_id()}),
    )


@require_POST
@staff_may(Right.PAYMENTS)
def ask_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """Ask the gateway now instead of at the planned minute."""
    file = _file(staff, public_id)
    ask(payment_id=file.payment.pk, cause="staff", now=timezone.now(), read_seconds=PATIENCE)
    messages.success(request, _("The gateway has been asked; below is what is known now."))
    return redirect("office_payment", public_id)


@require_POST
@staff_may(Right.REFUNDS)
def refund_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """Give money back, whole or in part."""
    file = _file(staff, public_id)
    form = RefundForm(request.POST)
    if not file.whole or not form.is_valid():
        return _shown(request, staff, file, form)
    try:
        made = refund(
            payment_id=file.payment.pk,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            staff=staff.user,
            address=address(request),
            key=form.cleaned_data["key"],
            now=timezone.now(),
        )
    except NotRefundable as error:
        form.add_error("amount", not_refundable(error.why))
        return _shown(request, staff, file, form)
    if made.state == "failed":
        messages.error(request, _("The gateway refused the refund: %(reason)s") % {"reason": made.reason})
    elif made.state == "done":
        messages.success(request, _("The money is given back."))
    else:
        messages.info(
            request, _("The refund is kept and goes on by itself: the gateway has not decided yet.")
        )
    return redirect("office_payment", public_id)
