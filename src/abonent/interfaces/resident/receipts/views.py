"""«Квитанции / Түбіртектер»: the newest bill, a row a month, a bill whole, the PDF and its back, the wish to
get it by mail."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.bills.bill import bill
from abonent.bills.receipts import back_pdf, receipt_pdf
from abonent.interfaces.resident.bodies import drawn
from abonent.interfaces.resident.cabinet import account_or_404, address, context, section_label
from abonent.interfaces.resident.entrance.limited import may_draw, too_many
from abonent.interfaces.resident.receipts.bill_page import bill_values
from abonent.interfaces.ui.environment import language


@require_safe
@login_required
def receipts_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The newest bill, and every month that was charged; 404 for whoever is not linked to the account."""
    account, today = account_or_404(request, public_id), timezone.localdate()
    body = drawn("resident/receipts/body.html", account, lambda: _values(account, None, today), today)
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


@require_safe
@login_required
def bill_page(request: HttpRequest, public_id: str, month: str) -> HttpResponse:
    """The bill of `2026-10` and what changed in it; 404 for a month without charges."""
    account, asked, today = account_or_404(request, public_id), _month_or_404(month), timezone.localdate()

    def values() -> dict[str, Any]:
        found = _values(account, asked, today)
        if found["bill"] is None:
            raise Http404
        return found

    body = drawn("resident/receipts/bill.html", account, values, asked, today)
    return render(
        request,
        "resident/receipts/bill_page.html",
        context(
            request,
            section="receipts",
            account=account,
            body=body,
            receipts_url=address("receipts", account),
            section_title=section_label("receipts"),
            month=asked,
        ),
    )


def _values(account: HeldAccount, month: Month | None, today: date) -> dict[str, Any]:
    found = bill(account, month, language=language(), today=today)
    return bill_values(account, found) if found else {"bill": None}


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
