"""Which passwords are refused. No rules of composition, and nothing is cut (NIST SP 800-63B)."""

import re
import unicodedata

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from abonent.portal.current import portal
from abonent.users.models import User

LONGEST = 1000
SHORTEST_WORD = 4


class LongEnough(MinimumLengthValidator):
    """Django's rule in our words, which exist in Kazakh too."""

    def get_error_message(self) -> str:
        return _("The password is too short: at least 8 characters.")


class NotCommon(CommonPasswordValidator):
    """Not one of the twenty thousand that everybody has (Django's list)."""

    def get_error_message(self) -> str:
        return _("This password is known to everybody. Choose another one.")


class NotTooLong:
    """Hashing a megabyte would be a way to keep the portal busy."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                _("The password is too long: 1000 characters at most."), code="password_too_long"
            )

    def get_help_text(self) -> str:
        return ""


class NotTheName:
    """Not the organisation's name, the login, the e-mail or the full name, also with digits or signs."""

    def validate(self, password: str, user: User | None = None) -> None:
        bare = _letters(password)
        if bare and bare in _organisation_words():
            raise ValidationError(
                _("The password must not be the organisation's name."), code="password_is_name"
            )
        if bare and user is not None and bare in _own_words(user):
            raise ValidationError(
                _("The password must not be your login, name or e-mail."), code="password_is_name"
            )

    def get_help_text(self) -> str:
        return _("Not the organisation's name, your login or your e-mail.")


class NotANumberOnPaper:
    """Not an account number, a phone or a date: digits alone, up to fifteen of them."""

    def validate(self, password: str, user: User | None = None) -> None:
        if re.fullmatch(r"[\d\s().+-]{1,20}", password) and sum(ch.isdigit() for ch in password) <= 15:
            raise ValidationError(
                _("The password must not be a number: account and phone numbers are easy to find out."),
                code="password_is_number",
            )

    def get_help_text(self) -> str:
        return _("Not an account or phone number.")


def _letters(text: str) -> str:
    """Letters alone, in one case: «АЛСЕКО-2026!» -> «алсеко»."""
    return "".join(ch for ch in unicodedata.normalize("NFKC", text).casefold() if ch.isalpha())


def _organisation_words() -> set[str]:
    profile = portal()
    texts = [profile.code, *profile.brand.name.values(), *profile.brand.short_name.values()]
    words = [word for text in texts for word in [text, *text.split()]]
    return {_letters(word) for word in words if len(_letters(word)) >= SHORTEST_WORD or word == profile.code}


def _own_words(user: User) -> set[str]:
    texts = [user.login, user.email, user.email.partition("@")[0], user.full_name, *user.full_name.split()]
    return {_letters(text) for text in texts if len(_letters(text)) >= SHORTEST_WORD}
