"""«Подписаться на электронную квитанцию»: asked for in the cabinet, confirmed and ended by letters' links."""

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from abonent.accounts.queries import HeldAccount
from abonent.bills.operations import (
    EmailNotConfirmed,
    LinkIsLimited,
    SubscriptionOver,
    check_open,
    confirm,
    subscribe,
    unsubscribe,
    unsubscribe_by_letter,
)
from abonent.bills.subscription_links import NoSuchSubscriptionLink, Purpose, find
from abonent.bills.subscription_states import State
from abonent.interfaces.resident.cabinet import account_or_404, address, context, subscriptions_of
from abonent.metering.reading_links import number_ending
from abonent.portal.current import portal
from abonent.users.models import User

#: As with the link of a reminder (reading_link/views.py): kept nowhere, listed nowhere, told to nobody.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def subscription_page(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """How the subscription stands, and what can be done: asks, then has a letter ask again, or ends it; an
    address that is not confirmed is sent to be confirmed."""
    if not portal().electronic_receipt:
        raise Http404
    account = account_or_404(request, public_id)
    if request.method == "POST":
        return _change(request, cast(User, request.user), account)
    held = subscriptions_of(request).get(account.id)
    values: dict[str, Any] = {
        "held": account,
        "state": held.state if held else State.NONE,
        "subscription": held,
        "email": cast(User, request.user).email,
    }
    page = context(request, section="receipts", account=account, **values)
    if values["state"] == State.REFUSED:  # this page says it itself, and more
        page["cabinet"] = replace(page["cabinet"], reminder=None)
    return render(request, "resident/receipts/subscription.html", page)


def _change(request: HttpRequest, person: User, account: HeldAccount) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("wanted") == "no":
        unsubscribe(user=person, account=account, now=now)
        messages.success(request, _("The receipts of this account will not be sent by e-mail any more."))
        return redirect(address("receipts", account))
    try:
        waits = subscribe(user=person, account=account, now=now)
    except EmailNotConfirmed:
        messages.warning(request, _("Your e-mail address is not confirmed! Confirm it to do this."))
        return redirect("settings")
    except LinkIsLimited:
        page = context(request, section="receipts", account=account, held=account)
        return render(request, "resident/services/no_paper.html", page, status=403)
    if waits:
        said = _("A letter has been sent to %(email)s.")
        messages.success(request, said % {"email": person.email})
        return redirect(address("receipt_subscription", account))
    messages.success(request, _("You are subscribed to the electronic receipt of this account."))
    return redirect(address("receipts", account))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the letter that asks: looking changes nothing (mail programs look too), the button does.

    404 for what is no link of ours, 410 for one that was; the same words for both.
    """
    now = timezone.now()
    try:
        if request.method == "POST":
            confirm(token=token, now=now)
            return _page(request, "confirm", token, done=True)
        check_open(find(token, "confirm"), now=now)
    except NoSuchSubscriptionLink:
        return _over(request, 404)
    except SubscriptionOver:
        return _over(request, 410)
    return _page(request, "confirm", token, done=False)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every receipt's letter. A mail program posts without asking (RFC 8058: no cookie, no
    redirect); a person sees a button. The signed token is what makes it nobody else's."""
    try:
        if request.method == "POST":
            unsubscribe_by_letter(token=token, now=timezone.now())
            return _page(request, "unsubscribe", token, done=True)
        ended = find(token, "unsubscribe").ended_at is not None
    except NoSuchSubscriptionLink:
        return _over(request, 404)
    return _page(request, "unsubscribe", token, done=ended)


def _page(request: HttpRequest, purpose: Purpose, token: str, *, done: bool) -> HttpResponse:
    """Nothing of the person: a letter may be passed on."""
    ending = number_ending(find(token, purpose).account.number)
    values = {"purpose": purpose, "done": done, "ending": ending}
    return _drawn(request, "by_letter", values, 200)


def _over(request: HttpRequest, status: int) -> HttpResponse:
    return _drawn(request, "link_over", {}, status)


def _drawn(request: HttpRequest, name: str, values: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, f"resident/receipts/{name}.html", values, status=status)
    for header, value in HEADERS.items():
        response[header] = value
    return response
