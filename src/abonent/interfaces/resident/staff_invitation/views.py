"""The letter's link that offers a place among the staff: accepted by the mailbox's reader, as themselves."""

from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from abonent.accounts.masking import masked_email
from abonent.interfaces.resident.entrance.limited import allowed, too_many
from abonent.interfaces.resident.reading_link.views import HEADERS
from abonent.interfaces.resident.staff_invitation.forms import NewLoginForm
from abonent.interfaces.ui.environment import language, local
from abonent.interfaces.ui.language import typed_initial
from abonent.portal.current import portal
from abonent.users import operations
from abonent.users.client import address
from abonent.users.invitation_links import NoSuchInvitation
from abonent.users.models import StaffInvitation, User
from abonent.users.operations.invitations import (
    AlreadyStaff,
    InvitationOver,
    NotForYou,
    accept_invitation,
    accept_with_new_login,
    check_for,
    open_invitation,
)


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """Looking changes nothing (mail programs look too), the button does. 404 for what is no link of ours, 410
    for one that was; the same words for both."""
    try:
        response = _answer(request, token)
    except NoSuchInvitation:
        response = render(request, "resident/staff_invitation/over.html", status=404)
    except InvitationOver:
        response = render(request, "resident/staff_invitation/over.html", status=410)
    for name, value in HEADERS.items():
        response[name] = value
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponseBase:
    found = open_invitation(token, now=timezone.now())
    if not request.user.is_authenticated:
        return _for_a_visitor(request, token, found)
    try:
        check_for(found, request.user)
    except NotForYou:
        return _page(request, found, why="not_for_you")
    except AlreadyStaff:
        return _page(request, found, why="already_staff")
    if request.method != "POST":
        return _page(request, found, why="")
    response: HttpResponseBase = _accept(request, token)
    return response


def _page(request: HttpRequest, found: StaffInvitation, **extra: Any) -> HttpResponse:
    """To those who are not signed in nothing of the person is told: a letter may be passed on."""
    where = found.organisation.name(language()) if found.organisation else local(portal().brand.name)
    values = {"where": where, "role": found.role, "sent_to": masked_email(found.email), "form": None, **extra}
    return render(request, "resident/staff_invitation/page.html", values)


@reauthentication_required(allow_get=False)  # type: ignore[untyped-decorator]
def _accept(request: HttpRequest, token: str) -> HttpResponse:
    accept_invitation(
        token=token,
        user=cast(User, request.user),
        keep=request.session.session_key,
        address=address(request),
        now=timezone.now(),
    )
    messages.success(request, _("Welcome to the staff. Your cabinet as a customer is where it was."))
    return redirect("office_home")


def _for_a_visitor(request: HttpRequest, token: str, found: StaffInvitation) -> HttpResponse:
    form = NewLoginForm(request.POST or None, initial=typed_initial(request))
    if request.method == "POST":
        if not allowed(request, "signup"):
            return too_many(request)
        if form.is_valid() and _made(request, token, form):
            messages.success(request, _("The login is made. Sign in by it."))
            return redirect("account_login")
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    return _page(request, found, why="visitor", form=form, sign_in_url=sign_in)


def _made(request: HttpRequest, token: str, form: NewLoginForm) -> bool:
    try:
        accept_with_new_login(
            token=token,
            login=form.cleaned_data.get("login", ""),
            password=form.cleaned_data["password"],
            language=language(),
            address=address(request),
            now=timezone.now(),
        )
    except operations.LoginTaken:
        form.add_error("login", _("This login is taken."))
    except operations.PasswordRefused as error:
        form.add_error("password", error.messages)
    except operations.AddressTaken:
        form.add_error(None, _("There is a login with the address of this letter already: sign in by it."))
    return not form.errors
