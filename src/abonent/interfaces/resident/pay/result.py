"""The way to the bank, and what has become of a payment: its page in every state, its receipt.

A payment is the person's who made it: for everybody else it does not exist.
"""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from abonent.interfaces.resident.cabinet import accounts_of, context, section_label
from abonent.interfaces.resident.entrance.limited import may_draw, too_many
from abonent.interfaces.resident.pay.outcome import Outcome, outcome, timeline
from abonent.interfaces.ui.environment import language
from abonent.payments.operations.moving import label_of
from abonent.payments.operations.settling import came_back, stop
from abonent.payments.queries import PaymentFacts, payment_facts
from abonent.payments.receipt_paper import payment_pdf

#: Seconds until a page that waits asks again by itself: close together at first, then further apart.
PAUSES = (2, 4, 6, 10, 15, 20, 30)
#: After so many looks it stops: whoever is still there presses the link.
LOOKS = 40
TO_THE_BANK = 1
"""Seconds until the bank's page opens by itself."""


@require_safe
@login_required
def go_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """A page of ours between the form and the bank: forms may not lead elsewhere (CSP), links may."""
    facts = payment_facts(public_id, cast(int, request.user.pk))
    if facts is None:
        raise Http404
    to = bank_address(facts, timezone.now())
    if to is None:
        return redirect("payment", public_id=public_id)
    page = context(request, section="pay", facts=facts, to=to, method=label_of(facts.method, language()))
    response = render(request, "resident/pay/go.html", page)
    response["Refresh"] = f"{TO_THE_BANK}; url={to}"
    return response


def bank_address(facts: PaymentFacts, now: datetime) -> str | None:
    """Where it can be paid now; None when it cannot, or not any more."""
    to = facts.confirmation_url
    if facts.state != "sent" or not to or now >= facts.expires_at:
        return None
    return to


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def payment_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What happened and what to do. The gateway leads back here; what it adds to the address is not believed.
    Posted: «I have not paid»."""
    person, now = cast(int, request.user.pk), timezone.now()
    if request.method == "POST":
        if stop(public_id=public_id, user_id=person, now=now) is None:
            raise Http404
        return redirect("payment", public_id=public_id)
    facts = came_back(public_id=public_id, user_id=person, now=now)
    if facts is None:
        raise Http404
    found = outcome(facts, to_bank=bank_address(facts, now) is not None, now=now)
    response = render(request, "resident/pay/payment.html", _context(request, facts, found, now))
    _look_again(request, response, facts)
    return response


def _context(request: HttpRequest, facts: PaymentFacts, found: Outcome, now: datetime) -> dict[str, Any]:
    page: dict[str, Any] = {
        "facts": facts,
        "outcome": found,
        "to_bank": bank_address(facts, now) is not None,
        "over": facts.waiting and now >= facts.expires_at,
        "steps": timeline(facts),
        "method": label_of(facts.method, language()),
        "rows": [
            [part.account_number, part.service or _("To the account"), part.amount] for part in facts.parts
        ],
        "back_to": _back_to(request, facts),
        "payments_word": section_label("payments"),
    }
    return context(request, section="pay", **page)


def _back_to(request: HttpRequest, facts: PaymentFacts) -> str | None:
    """The first account of the payment that the person still holds."""
    held = {one.public_id for one in accounts_of(request)}
    return next((part.account_public_id for part in facts.parts if part.account_public_id in held), None)


def _look_again(request: HttpRequest, response: HttpResponse, facts: PaymentFacts) -> None:
    """While it waits, the page asks again by itself, without a script."""
    text = request.GET.get("look", "")
    look = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if facts.waiting and look < LOOKS:
        again = f"{reverse('payment', args=[facts.public_id])}?look={look + 1}"
        response["Refresh"] = f"{PAUSES[min(look, len(PAUSES) - 1)]}; url={again}"


@require_safe
@login_required
def payment_pdf_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The receipt of a booked payment; 404 for anything else."""
    if not may_draw(request):
        return too_many(request)
    pdf = payment_pdf(public_id, language=language(), user_id=cast(int, request.user.pk))
    if pdf is None:
        raise Http404
    shown = {"Content-Disposition": 'inline; filename="payment.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=shown)
