"""allauth speaks to the portal through this adapter: letters, limits, words and the audit trail are ours."""

from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from abonent.portal.current import portal
from abonent.users import client, documents, limits
from abonent.users.audit import name_typed, record
from abonent.users.models import User
from abonent.users.operations import AddressTaken, confirm_email, set_password
from abonent.users.permissions import staff_of
from abonent.users.post import absolute, post

WRONG = _("The name or the password is wrong.")
TOO_MANY = _(
    "Too many wrong sign-ins. Wait 15 minutes, or set a new password by “Forgotten your password?”: "
    "if you need help, call the contact centre."
)
#: allauth's messages that we show, in our words; the others are not shown.
MESSAGES = {
    "account/messages/logged_out.txt": _("You have signed out."),
    "mfa/messages/totp_activated.txt": _("The authenticator app is on."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is off."),
    "mfa/messages/recovery_codes_generated.txt": _(
        "New recovery codes are ready; the old ones no longer work."
    ),
    "mfa/messages/webauthn_added.txt": _("The passkey has been added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey has been removed."),
}
#: What a letter tells when the second factor changes.
SECOND_FACTOR = {
    "mfa/email/totp_activated": _("An authenticator app was set up for your cabinet."),
    "mfa/email/totp_deactivated": _("The authenticator app of your cabinet was switched off."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made for your cabinet."),
    "mfa/email/webauthn_added": _("A passkey was added to your cabinet."),
    "mfa/email/webauthn_removed": _("A passkey of your cabinet was removed."),
}


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's flows with the portal's letters, limits and words."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This cabinet is closed. Call the contact centre."),
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": _("The password is wrong."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "invalid_password_reset": _("The link is wrong or has expired. Ask for a new one."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        found = client.address(request)
        if found is None:
            raise PermissionDenied("no client address")
        return found

    def format_email_subject(self, subject: str) -> str:
        return subject

    # Signing in

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count before comparing: allauth's 5 in 15 minutes, then 100 in a row for the name."""
        name, now = _name(credentials), timezone.now()
        try:
            super().pre_authenticate(request, **credentials)
        except Exception:
            self._refused(request, "sign_in_limited", name, now)
            raise
        if not limits.count_try(name=name, now=now):
            self._refused(request, "sign_in_limited", name, now)
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The five tries are counted by name and address: a stranger elsewhere shuts nobody out."""
        return f"{name_typed(_name(credentials))}:{client.address(request)}"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            limits.forget(_name(credentials))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._refused(request, "sign_in_refused", _name(credentials), timezone.now())

    def _refused(self, request: HttpRequest, action: str, name: str, now: datetime) -> None:
        record(action=action, actor=None, subject=name_typed(name), address=client.address(request), now=now)

    def login(self, request: HttpRequest, user: User) -> None:
        """A new key at every sign-in, also when the same person signs in again: Django keeps it then."""
        before = request.session.session_key
        super().login(request, user)
        if before is not None and request.session.session_key == before:
            request.session.cycle_key()

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        record(
            action="sign_in",
            actor=user,
            subject=f"user:{user.pk}",
            address=client.address(request),
            now=timezone.now(),
        )
        if documents.missing(user.agreed_to) and staff_of(user) is None:
            request.session[documents.MUST_AGREE] = True
        response: HttpResponse = super().post_login(request, user, **facts)
        return response

    def logout(self, request: HttpRequest) -> None:
        user, now = request.user, timezone.now()
        if isinstance(user, User) or user.is_authenticated:
            record(
                action="sign_out",
                actor=user,
                subject=f"user:{user.pk}",
                address=client.address(request),
                now=now,
            )
        super().logout(request)

    # Passwords and addresses

    def set_password(self, user: User, password: str) -> None:
        set_password(user=user, new=password, address=client.address(context.request), now=timezone.now())
        for name in (user.login, user.email):
            self._delete_login_attempts_cached_email(context.request, username=name)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return absolute("account_reset_password_from_key", *key.split("-", 1))

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        try:
            confirm_email(email_address=email_address, address=client.address(request), now=timezone.now())
        except AddressTaken:
            return False
        email_address.verified = True
        return True

    # Letters and words

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every letter of allauth's goes through the outbox; one we do not know is a mistake of ours."""
        user = context.get("user")
        language = (user.language if user else "") or get_language() or portal().language
        template, facts = _letter(template_prefix, context)
        post(template, to=email, user=user, language=language, now=timezone.now(), person=user, **facts)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        what = SECOND_FACTOR.get(template_prefix)
        if what is None:
            return  # passwords and addresses: users/operations writes those letters, in its own transaction
        now, request = timezone.now(), self.request
        address = client.address(request) if request else None
        record(
            action=template_prefix.rpartition("/")[2],
            actor=user,
            subject=f"user:{user.pk}",
            address=address,
            now=now,
        )
        post(
            "second_factor_changed",
            to=user.email,
            user=user,
            language=user.language,
            now=now,
            person=user,
            what=what,
            at=now,
        )

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or MESSAGES.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)


class PortalSecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second factors under the portal's name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.email if portal().sign_up.sign_in_by == "email" else user.login

    def get_totp_issuer(self) -> str:
        return portal().brand.short_name.in_language(get_language())  # type: ignore[attr-defined,no-any-return]


def _name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "").strip().lower()


def _letter(template_prefix: str, context: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if template_prefix == "account/email/password_reset_key":
        return "password_reset", {"link": context["password_reset_url"]}
    if template_prefix == "account/email/unknown_account":
        return "unknown_address", {"sign_up_link": absolute("account_signup")}
    raise LookupError(f"no letter of ours for {template_prefix}")
