"""Who else sees an account, confirming a limited link, and the «not me» page of a letter."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from abonent.accounts import not_me
from abonent.accounts.link_queries import PersonLinked, people_of_account
from abonent.accounts.operations import (
    DoesNotMatch,
    NoSuchLink,
    confirm_limited_link,
    end_link,
    object_to_link,
)
from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.accounts.forms import CodeForm
from abonent.interfaces.resident.cabinet import account_or_404, context
from abonent.users.client import address
from abonent.users.models import User


def _unlimited_or_404(request: HttpRequest, public_id: str) -> HeldAccount:
    """A person whose link is limited sees no other people."""
    account = account_or_404(request, public_id)
    if account.limited:
        raise Http404
    return account


@require_safe
@login_required
def people_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everybody who sees this account: masked e-mail, since when, by which proof."""
    account = _unlimited_or_404(request, public_id)
    people = people_of_account(account_id=account.id, user_id=cast(User, request.user).pk, now=timezone.now())
    values = context(request, section="accounts", account=account, one=account, people=people)
    return render(request, "resident/accounts/people.html", values)


def _person_or_404(request: HttpRequest, account: HeldAccount, link: str) -> PersonLinked:
    people = people_of_account(account_id=account.id, user_id=cast(User, request.user).pk, now=timezone.now())
    found = next((person for person in people if person.link == link and not person.you), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end_page(request: HttpRequest, public_id: str, link: str) -> HttpResponse:
    """Ask, then end somebody's link of this account. They get a letter."""
    account = _unlimited_or_404(request, public_id)
    linked = _person_or_404(request, account, link)
    if request.method == "POST":
        try:
            end_link(
                link=linked.link, by=cast(User, request.user), address=address(request), now=timezone.now()
            )
        except NoSuchLink as error:
            raise Http404 from error
        messages.success(request, _("That person no longer sees the account."))
        return redirect("account_people", public_id=public_id)
    values = context(request, section="accounts", account=account, one=account, person=linked)
    return render(request, "resident/accounts/end.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def confirm_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lift the limits of one's own link with the code from a bill; 404 when it is not limited."""
    person = cast(User, request.user)
    account = account_or_404(request, public_id)
    if not account.limited:
        raise Http404
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _confirm(request, person, account, form):
        messages.success(request, _("The account is confirmed: you now see everything."))
        return redirect("account", public_id=public_id)
    values = context(request, section="accounts", account=account, one=account, form=form)
    return render(request, "resident/accounts/confirm.html", values)


def _confirm(request: HttpRequest, user: User, account: HeldAccount, form: CodeForm) -> bool:
    try:
        confirm_limited_link(
            link=account.link_public_id,
            user=user,
            code=form.cleaned_data["code"],
            address=address(request),
            now=timezone.now(),
        )
    except DoesNotMatch:
        form.add_error(
            "code", _("This code does not fit. Take it from the latest bill; each code works once.")
        )
    except NoSuchLink as error:
        raise Http404 from error
    return not form.errors


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def not_me_page(request: HttpRequest, token: str) -> HttpResponse:
    """The letter's link: asks, then ends the new link. Works signed out; a mail program that opens it
    ends nothing."""
    try:
        if request.method == "POST":
            object_to_link(token=token, address=address(request), now=timezone.now())
        else:
            not_me.read(token, now=timezone.now())
    except not_me.BadNotMeLinkError:
        return render(request, "resident/accounts/not_me.html", {"state": "bad"}, status=404)
    return render(
        request, "resident/accounts/not_me.html", {"state": "done" if request.method == "POST" else "ask"}
    )
