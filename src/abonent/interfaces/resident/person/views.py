"""The screens about oneself. One domain call each; what it refuses is said at its field."""

from datetime import datetime

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import activate, get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.interfaces.resident.cabinet import context, section_label
from abonent.interfaces.resident.entrance.limited import allowed, too_many
from abonent.interfaces.resident.person.forms import (
    ChangeEmailForm,
    ChangePasswordForm,
    ContactDetailsForm,
    SettingsForm,
    settings_of,
)
from abonent.interfaces.ui.language import set_language_cookie, typed_initial
from abonent.portal.current import portal
from abonent.users import operations
from abonent.users.client import address
from abonent.users.models import User
from abonent.users.queries import open_sessions, pending_email

any_method = require_http_methods(["GET", "HEAD", "POST"])


def _person(request: HttpRequest) -> User:
    """Who is signed in; every view here stands behind login_required."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


@sensitive_post_parameters("current", "new", "again")
@any_method
@login_required
def password_page(request: HttpRequest) -> HttpResponseBase:
    """«Изменить пароль»: current, new, again. Other sessions end; a letter tells of it."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST":
        if not allowed(request, "change_password"):
            return too_many(request)
        if form.is_valid() and _password_changed(request, form):
            messages.success(request, _("Your password has been changed"))
            return redirect("password")
    return render(request, "person/password.html", context(request, section="password", form=form))


def _password_changed(request: HttpRequest, form: ChangePasswordForm) -> bool:
    user = _person(request)
    try:
        operations.change_password(
            user=user,
            current=form.cleaned_data["current"],
            new=form.cleaned_data["new"],
            keep_session=request.session.session_key,
            address=address(request),
            now=timezone.now(),
        )
    except operations.WrongPassword:
        form.add_error("current", _("The password is wrong."))
    except operations.PasswordRefused as error:
        form.add_error("new", error.messages)
    else:
        update_session_auth_hash(request, user)
    return not form.errors


@any_method
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def email_page(request: HttpRequest) -> HttpResponseBase:
    """«Изменение E-mail»: the new address works once confirmed; the old one is told."""
    form = ChangeEmailForm(request.POST or None, initial=typed_initial(request))
    if request.method == "POST" and form.is_valid():
        if not allowed(request, "manage_email"):
            return too_many(request)
        if _email_asked(request, form):
            messages.success(
                request, _("A letter has been sent to the new address. It will work once you confirm it.")
            )
            return redirect("email")
    values = context(request, section="email", form=form, pending=pending_email(_person(request)))
    return render(request, "person/email.html", values)


def _email_asked(request: HttpRequest, form: ChangeEmailForm) -> bool:
    try:
        operations.change_email(
            user=_person(request),
            email=form.cleaned_data["email"],
            address=address(request),
            now=timezone.now(),
        )
    except operations.SameAddress:
        form.add_error("email", _("This is your address already."))
    return not form.errors


@require_POST
@login_required
def resend_page(request: HttpRequest) -> HttpResponseBase:
    """«Отправить письмо ещё раз»."""
    user = _person(request)
    if allowed(request, "confirm_email", key=f"user:{user.pk}"):
        operations.send_confirmation(user=user, now=timezone.now())
        messages.success(request, _("The letter has been sent. Open the link in it to confirm the address."))
    else:
        messages.info(request, _("A letter was sent a moment ago. Another one can be sent in three minutes."))
    return redirect("settings")


@any_method
@login_required
def settings_page(request: HttpRequest) -> HttpResponseBase:
    """«Персональные настройки», in PES «Профиль»."""
    user, language = _person(request), (get_language() or portal().language)[:2]
    initial = {**settings_of(user, language), **typed_initial(request)}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.update_settings(user=user, now=timezone.now(), **form.cleaned_data)
        return _in_the_chosen_language(request, form.cleaned_data["language"])
    values = context(
        request,
        section="settings",
        form=form,
        heading=section_label("settings"),
        person=user,
        pending=pending_email(user),
    )
    return render(request, "person/settings.html", values)


def _in_the_chosen_language(request: HttpRequest, language: str) -> HttpResponse:
    activate(language)
    messages.success(request, _("The settings have been saved"))
    response = redirect("settings")
    set_language_cookie(response, language)
    return response


@any_method
@login_required
def contact_details_page(request: HttpRequest) -> HttpResponseBase:
    """«Укажите свои контактные данные», after the first account; a person may leave it for later."""
    user = _person(request)
    initial = {**settings_of(user, ""), **typed_initial(request)}
    form = ContactDetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.update_settings(user=user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The settings have been saved"))
        return redirect("accounts")
    return render(request, "person/contact_details.html", context(request, section="settings", form=form))


@require_safe
@login_required
def sessions_page(request: HttpRequest) -> HttpResponseBase:
    """Where one is signed in."""
    now: datetime = timezone.now()
    found = open_sessions(_person(request), current_key=request.session.session_key, now=now)
    return render(request, "person/sessions.html", context(request, section="settings", sessions=found))


@require_POST
@login_required
def end_session_page(request: HttpRequest) -> HttpResponseBase:
    """End one session of one's own; one that ended meanwhile, or is somebody else's, says nothing."""
    try:
        operations.end_session(
            user=_person(request), mark=request.POST.get("session", ""), now=timezone.now()
        )
    except operations.NoSuchSession:
        pass
    else:
        messages.success(request, _("The session has ended."))
    return redirect("sessions")


@require_POST
@login_required
def end_other_sessions_page(request: HttpRequest) -> HttpResponseBase:
    """«Завершить все остальные»."""
    user, now = _person(request), timezone.now()
    operations.end_other_sessions(user=user, keep=request.session.session_key, now=now)
    messages.success(request, _("All other sessions have ended."))
    return redirect("sessions")
