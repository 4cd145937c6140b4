"""Changing and setting passwords. A letter tells that it changed, never the password itself (ADR 0006)."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from abonent.base.errors import DomainError
from abonent.users import limits
from abonent.users.audit import record
from abonent.users.models import User
from abonent.users.operations.sessions import end_other_sessions
from abonent.users.post import post


class WrongPassword(DomainError):  # noqa: N818 - named after the rule it states
    """The current password is not this."""


class PasswordRefused(DomainError):  # noqa: N818
    """The new password may not be used; `messages` say why, in the current language."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(*messages)
        self.messages = messages


def check_new_password(password: str, user: User) -> None:
    """Raises `PasswordRefused`. The rules: users/passwords.py and settings.AUTH_PASSWORD_VALIDATORS."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordRefused(error.messages) from error


def change_password(
    *, user: User, current: str, new: str, keep_session: str | None, address: str | None, now: datetime
) -> None:
    """The person changes their password; every session but `keep_session` (a session key) ends.

    One transaction; repeating it fails with `WrongPassword`. Raises `WrongPassword`, `PasswordRefused`.
    The caller keeps its own session alive with `update_session_auth_hash`.
    """
    if not user.check_password(current):
        record(
            action="password_change_refused", actor=user, subject=f"user:{user.pk}", address=address, now=now
        )
        raise WrongPassword
    check_new_password(new, user)
    _set(user, new, keep_session=keep_session, action="password_changed", address=address, now=now)


def set_password(*, user: User, new: str, address: str | None, now: datetime) -> None:
    """Set a password whose old one was forgotten; every session ends, tries to sign in begin at nought.

    One transaction, safe to repeat. Raises `PasswordRefused`. It signs nobody in: a second factor stays.
    """
    check_new_password(new, user)
    _set(user, new, keep_session=None, action="password_reset", address=address, now=now)
    limits.forget(user.login, user.email)


def _set(
    user: User, new: str, *, keep_session: str | None, action: str, address: str | None, now: datetime
) -> None:
    user.set_password(new)
    with transaction.atomic():
        user.save(update_fields=["password"])
        end_other_sessions(user=user, keep=keep_session, now=now, why=action)
        record(action=action, actor=user, subject=f"user:{user.pk}", address=address, now=now)
        post(
            "password_changed", to=user.email, user=user, language=user.language, now=now, person=user, at=now
        )
