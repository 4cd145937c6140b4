"""The entrance: signing in, up and out, and forgotten passwords. allauth's views with our forms and pages."""

from typing import Any

from allauth.account.views import (
    ConfirmEmailView,
    LoginView,
    PasswordResetFromKeyView,
    PasswordResetView,
    logout,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from abonent.accounts.operations import AlreadyLinked, DoesNotMatch
from abonent.interfaces.resident.entrance.forms import SignUpForm
from abonent.interfaces.resident.entrance.limited import allowed, too_many
from abonent.interfaces.resident.entrance.sign_up import register
from abonent.interfaces.ui.language import KeepsTyped, typed_initial
from abonent.users import documents
from abonent.users.audit import record
from abonent.users.client import address
from abonent.users.operations import LoginTaken, PasswordRefused


class SignInView(KeepsTyped, LoginView):  # type: ignore[misc]
    """«Войти»."""


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """«Выход»: allauth's view. The browser forgets what pages have kept in it: meters, and readings typed
    without a network (the page's script has sent those before)."""
    response: HttpResponseBase = logout(request)
    if not request.user.is_authenticated:
        response["Clear-Site-Data"] = '"storage"'
    return response


class ConfirmAddressView(ConfirmEmailView):  # type: ignore[misc]
    """The page of the letter's link: a button, then what came of it."""

    def get_redirect_url(self) -> str:
        return ""


class ForgottenPasswordView(KeepsTyped, PasswordResetView):  # type: ignore[misc]
    """The address to which the link goes."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        action = "password_reset_limited" if response.status_code == 429 else "password_reset_asked"
        record(action=action, actor=None, address=address(self.request), now=timezone.now())
        return response


class NewPasswordView(PasswordResetFromKeyView):  # type: ignore[misc]
    """The page of the letter's link. It is opened once: the link dies with the old password."""

    def get_context_data(self, **extra: Any) -> dict[str, Any]:
        extra.setdefault("token_fail", False)
        if extra["token_fail"]:
            extra["form"] = None
        found: dict[str, Any] = super().get_context_data(**extra)
        return found


@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request: HttpRequest) -> HttpResponseBase:
    """«Регистрация»: what the profile asks. The answer tells nothing about addresses the portal knows."""
    if request.user.is_authenticated:
        return redirect("home")
    if request.method != "POST":
        return _form_page(request, SignUpForm(initial=typed_initial(request), today=timezone.localdate()))
    form = SignUpForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return _form_page(request, form)
    if not allowed(request, "signup"):
        record(action="sign_up_limited", actor=None, address=address(request), now=timezone.now())
        return too_many(request)
    if _registered(request, form):
        return redirect("account_signup_done")
    if "login" in form.errors and not allowed(request, "login_taken"):
        return too_many(request)
    return _form_page(request, form)


def _registered(request: HttpRequest, form: SignUpForm) -> bool:
    try:
        register(request, form, now=timezone.now())
    except LoginTaken:
        form.add_error("login", _("This login is taken. Choose another one."))
    except PasswordRefused as error:
        form.add_error("password", error.messages)
    except (DoesNotMatch, AlreadyLinked):
        form.add_error(
            None,
            _("The account number and the amount do not match our data. Check them against your receipt."),
        )
    return not form.errors


def _form_page(request: HttpRequest, form: SignUpForm) -> HttpResponse:
    return render(request, "account/signup.html", {"form": form})


@never_cache
@require_safe
def signed_up_page(request: HttpRequest) -> HttpResponse:
    """What the person reads after signing up: the profile's words, on a page of its own."""
    return render(request, "account/signup_done.html")


@require_safe
def agreement_page(request: HttpRequest) -> HttpResponse:
    """The texts one agrees to; there are none where the profile has none."""
    if not documents.required():
        raise Http404
    return render(request, "entrance/agreement.html", {"documents": documents.required()})
