"""«Квитанции / Түбіртектер»: a row a month, the PDF and its back, the wish to get it by mail."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.bills.operations import EmailNotConfirmed, subscribe, unsubscribe
from abonent.bills.queries import subscribed_accounts
from abonent.bills.receipts import back_pdf, receipt_pdf
from abonent.interfaces.resident.bodies import drawn
from abonent.interfaces.resident.cabinet import account_or_404, address, context, section_label
from abonent.interfaces.resident.entrance.limited import may_draw, too_many
from abonent.interfaces.ui.environment import language
from abonent.ledger.bill_lines import billed_months
from abonent.portal.current import portal
from abonent.users.models import User


@require_safe
@login_required
def receipts_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every month that was charged, newest first; 404 for whoever is not linked to the account."""
    account = account_or_404(request, public_id)
    body = drawn("resident/receipts/body.html", account, lambda: {"months": billed_months(account.id)})
    return render(
        request,
        "resident/receipts/page.html",
        context(
            request,
            section="receipts",
            account=account,
            body=body,
            section_title=section_label("receipts"),
        ),
    )


def _month_or_404(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Http404 from error


def _paper(
    request: HttpRequest, public_id: str, name: str, draw: Callable[[HeldAccount], bytes | None]
) -> HttpResponse:
    """A PDF of the account's; an explanation for a limited link (403), 404 when there is nothing to draw."""
    account = account_or_404(request, public_id)
    if account.limited:
        page = context(request, section="receipts", account=account, held=account)
        return render(request, "resident/services/no_paper.html", page, status=403)
    if not may_draw(request):
        return too_many(request)
    pdf = draw(account)
    if pdf is None:
        raise Http404
    shown = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=shown)


@require_safe
@login_required
def receipt_pdf_page(request: HttpRequest, public_id: str, month: str) -> HttpResponse:
    """«Просмотр» of the receipt of `2026-10`; 404 for a month without charges."""
    asked, today = _month_or_404(month), timezone.localdate()
    return _paper(
        request,
        public_id,
        f"receipt-{asked}",
        lambda account: receipt_pdf(account, asked, language=language(), today=today),
    )


@require_safe
@login_required
def receipt_back_page(request: HttpRequest, public_id: str, month: str) -> HttpResponse:
    """«Просмотр» of the back of the bill."""
    asked = _month_or_404(month)
    return _paper(request, public_id, f"receipt-{asked}-back", lambda _: back_pdf(asked, language=language()))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def subscription_page(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Asks, then subscribes or unsubscribes; an address that is not confirmed is sent to be confirmed."""
    if not portal().electronic_receipt:
        raise Http404
    account = account_or_404(request, public_id)
    person = cast(User, request.user)
    if request.method == "POST":
        return _change(request, person, account)
    subscribed = account.id in subscribed_accounts(person.pk)
    values: dict[str, Any] = {"held": account, "subscribed": subscribed, "email": person.email}
    return render(
        request,
        "resident/receipts/subscription.html",
        context(request, section="receipts", account=account, **values),
    )


def _change(request: HttpRequest, person: User, account: HeldAccount) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("wanted") == "no":
        unsubscribe(user=person, account=account, now=now)
        messages.success(request, _("The receipts of this account will not be sent by e-mail any more."))
        return redirect(address("receipts", account))
    try:
        subscribe(user=person, account=account, now=now)
    except EmailNotConfirmed:
        messages.warning(request, _("Your e-mail address is not confirmed! Confirm it to do this."))
        return redirect("settings")
    messages.success(request, _("You are subscribed to the electronic receipt of this account."))
    return redirect(address("receipts", account))
