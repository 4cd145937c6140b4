"""The accounts a person sees: the list, adding with a proof, taking off the list."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from abonent.accounts.limits import captcha_needed
from abonent.accounts.operations import AlreadyLinked, DoesNotMatch, link_account, unlink_account
from abonent.interfaces.resident.accounts.forms import AddAccountForm
from abonent.interfaces.resident.cabinet import (
    account_or_404,
    accounts_of,
    context,
    outages,
    pay_url,
    pay_word,
)
from abonent.interfaces.ui.environment import local
from abonent.interfaces.ui.language import typed_initial
from abonent.portal.current import portal
from abonent.users.client import address
from abonent.users.models import User


@require_safe
@login_required
def accounts_page(request: HttpRequest) -> HttpResponse:
    """«Доступные лицевые счета»: every account this person sees."""
    held = accounts_of(request)
    values = context(
        request,
        section="accounts",
        accounts=held,
        outages=outages(request),
        to_pay={one.public_id: pay_url(one) for one in held},
        pay_word=pay_word(),
    )
    return render(request, "resident/accounts/list.html", values)


def _form(request: HttpRequest, captcha: bool) -> AddAccountForm:
    today = timezone.localdate()
    if request.method == "POST":
        return AddAccountForm(request.POST, today=today, captcha=captcha)
    return AddAccountForm(initial=typed_initial(request), today=today, captcha=captcha)


def _link(request: HttpRequest, user: User, form: AddAccountForm, captcha: bool) -> bool:
    """True when the account is linked; otherwise the form says why, in one way for every failure."""
    try:
        link_account(
            user=user,
            number=form.cleaned_data["number"],
            facts=form.facts,
            code=form.cleaned_data["code"],
            address=address(request),
            captcha_passed=captcha,
            now=timezone.now(),
        )
    except DoesNotMatch:
        form.add_error(
            None,
            _(
                "The account was not added: what you entered does not match our data. "
                "Check it against your bill. The code from the bill is always accepted."
            ),
        )
    except AlreadyLinked:
        form.add_error("number", _("This account is in your list already."))
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add_page(request: HttpRequest) -> HttpResponse:
    """«Добавить новый лицевой счёт»: number and facts, or the code from a bill."""
    person = cast(User, request.user)
    captcha = captcha_needed(address=address(request), now=timezone.now())
    form = _form(request, captcha)
    first = not accounts_of(request)
    if request.method == "POST" and form.is_valid() and _link(request, person, form, captcha):
        messages.success(request, local(portal().linking.added))
        asks_contacts = first and portal().sign_up.contact_details_after_link
        return redirect("contact_details" if asks_contacts else "accounts")
    values = context(request, section="accounts", form=form, code_first=bool(form["code"].value()))
    return render(request, "resident/accounts/add.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks first («ОК»/«Отмена», «Иә»/«Жоқ») on a page of its own; 404 for an account that is not one's
    own."""
    person = cast(User, request.user)
    account = account_or_404(request, public_id)
    if request.method == "POST":
        unlink_account(link=account.link_public_id, user=person, address=address(request), now=timezone.now())
        messages.success(request, _("The account was removed from your list."))
        return redirect("accounts")
    values = context(request, section="accounts", account=account, one=account)
    return render(request, "resident/accounts/delete.html", values)
