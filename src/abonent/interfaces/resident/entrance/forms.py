"""Forms of the entrance. Sign-up asks what the profile says, in its order."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm, ResetPasswordForm, ResetPasswordKeyForm
from captcha.fields import CaptchaField
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from abonent.interfaces.resident.accounts.forms import fact_fields, facts_of, unreadable_facts
from abonent.interfaces.resident.labels import label
from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.portal.profile import Profile
from abonent.users.models import User

DIFFERENT = _("The passwords are not the same.")
PASSWORD_HINT = _("At least 8 characters. A few words are better than one with digits.")


def password_field(label: Any, autocomplete: str, hint: Any = "") -> forms.CharField:
    """Never cut, never stripped; password managers are told which password it is."""
    return forms.CharField(
        label=label,
        help_text=hint,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": _("Enter the password.")},
    )


class AddressField(forms.EmailField):
    """Kept in small letters, as mail servers compare it."""

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).lower()


def email_field(label: Any = "E-mail") -> AddressField:
    return AddressField(
        label=label,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Enter the e-mail address."),
            "invalid": _("Enter the e-mail address as name@example.kz."),
        },
    )


def full_name_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Full name"),
        max_length=200,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter the full name.")},
    )


class PhoneField(forms.CharField):
    """`+7(XXX)XXXXXXX` as the manual writes it; read in any spelling, kept as `+7XXXXXXXXXX`."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Phone"),
            help_text=_("Format: +7(XXX)XXXXXXX"),
            required=False,
            max_length=30,
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        )

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        digits = re.sub(r"[\s()+.-]", "", text)
        if not text:
            return ""
        if re.fullmatch(r"\d{10}", digits):
            digits = f"7{digits}"
        if not re.fullmatch(r"[78]\d{10}", digits):
            raise ValidationError(_("Enter the phone as +7(XXX)XXXXXXX."))
        return f"+7{digits[1:]}"


def written_phone(phone: str) -> str:
    """`+77012345678` -> `+7(701)2345678`, as the form shows it."""
    found = re.fullmatch(r"\+7(\d{3})(\d{7})", phone)
    return f"+7({found[1]}){found[2]}" if found else phone


def login_field(profile: Profile) -> forms.Field:
    """What may be a login here, in the profile's words."""
    pattern, own = profile.sign_up.login_pattern, local(profile.sign_up.login_label)
    return forms.RegexField(
        regex=re.compile(rf"\A(?:{pattern})\Z"),
        label=own or _("Login"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Enter a login."),
            "invalid": _("The login may hold only letters, digits, “_” and “-”, 3 to 30 of them."),
        },
    )


def _passwords(_profile: Profile) -> dict[str, forms.Field]:
    return {
        "password": password_field(label("password", _("Password")), "new-password", PASSWORD_HINT),
        "password_again": password_field(label("password_again", _("Password again")), "new-password"),
    }


def _agreement(_profile: Profile) -> dict[str, forms.Field]:
    field = forms.BooleanField(
        label=_("I agree with the licence agreement"),
        error_messages={"required": _("Agree with the licence agreement to sign up.")},
    )
    return {"agreement": field}


def _consents(profile: Profile) -> dict[str, forms.Field]:
    """A box for each document: none is ticked by itself, and none goes with another (152-FZ, art. 9)."""
    return {
        f"consent_{one.code}": forms.BooleanField(
            label=local(one.title), error_messages={"required": _("Tick the box to agree.")}
        )
        for one in profile.sign_up.consents
    }


def _captcha(_profile: Profile) -> dict[str, forms.Field]:
    wrong = _("The characters are not those in the picture. Enter the new ones.")
    field = CaptchaField(
        label=_("Enter the characters"), error_messages={"required": wrong, "invalid": wrong}
    )
    return {"captcha": field}


_MAKERS: dict[str, Callable[[Profile], dict[str, forms.Field]]] = {
    "login": lambda profile: {"login": login_field(profile)},
    "email": lambda profile: {"email": email_field(label("email", "E-mail"))},
    "full_name": lambda profile: {"full_name": full_name_field(required=True)},
    "phone": lambda profile: {"phone": PhoneField()},
    "password": _passwords,
    "agreement": _agreement,
    "captcha": _captcha,
}


class SignUpForm(forms.Form):
    """What the profile asks. `for_sign_in` and `for_proof` name the fields of ALSECO's two parts."""

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        profile = portal()
        for name in profile.sign_up.fields:
            if name == "captcha":
                self.fields.update(_consents(profile))
            self.fields.update(_MAKERS[name](profile))
        self.fields.update({} if "captcha" in profile.sign_up.fields else _consents(profile))
        self.for_sign_in = list(self.fields)
        self.for_proof: list[str] = []
        if profile.sign_up.with_account:
            self._ask_for_the_account(profile, today)

    def _ask_for_the_account(self, profile: Profile, today: date) -> None:
        number = forms.CharField(
            label=local(profile.linking.number_label),
            help_text=local(profile.linking.number_hint),
            max_length=30,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": _("Enter the number.")},
        )
        facts = fact_fields(today)
        for field in facts.values():
            field.required = True  # the star; what is missing is said by `unreadable_facts`
        self.fields.update({"number": number, **facts})
        self.for_proof = ["number", *facts]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, again = cleaned.get("password"), cleaned.get("password_again")
        if first and again and first != again:
            self.add_error("password_again", DIFFERENT)
        elif first:
            self._check_password(first, cleaned)
        for name, message in unreadable_facts(cleaned).items() if self.for_proof else ():
            if name not in self.errors:
                self.add_error(name, message)
        return cleaned

    def _check_password(self, password: str, cleaned: dict[str, Any]) -> None:
        facts = {name: cleaned.get(name) or "" for name in ("login", "email", "full_name")}
        try:
            validate_password(password, User(**facts))
        except ValidationError as error:
            self.add_error("password", error)

    @property
    def facts(self) -> dict[str, str]:
        return facts_of(self.cleaned_data)

    @property
    def agreed(self) -> bool:
        """A valid form has every box ticked; where there is none, nothing was agreed to."""
        return any(name == "agreement" or name.startswith("consent_") for name in self.fields)


class SignInForm(LoginForm):  # type: ignore[misc]
    """By login or by e-mail, as the profile says; any text is taken: wrong names are answered alike."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        by_email = portal().sign_up.sign_in_by == "email"
        attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["login"] = forms.CharField(
            label=label("email", "E-mail") if by_email else _("Login"),
            max_length=254,
            widget=forms.TextInput(
                attrs={**attrs, "type": "email", "inputmode": "email"} if by_email else attrs
            ),
            error_messages={
                "required": _("Enter the e-mail address.") if by_email else _("Enter the login.")
            },
        )
        self.fields["password"] = password_field(label("password", _("Password")), "current-password")
        self.order_fields(["login", "password"])

    def user_credentials(self) -> dict[str, str]:
        name = "email" if portal().sign_up.sign_in_by == "email" else "username"
        return {name: self.cleaned_data["login"], "password": self.cleaned_data["password"]}


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """The address to which the link goes; the answer is the same for every address."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"] = email_field()


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password twice, after the link of the letter."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, words, hint in (
            ("password1", _("New password"), PASSWORD_HINT),
            ("password2", _("New password again"), ""),
        ):
            self.fields[name] = password_field(words, "new-password", hint)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = forms.Form.clean(self) or {}
        first, again = cleaned.get("password1"), cleaned.get("password2")
        if first and again and first != again:
            self.add_error("password2", DIFFERENT)
        return cleaned

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        validate_password(password, self.user)
        return password


class ProveYourselfForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password"] = password_field(label("password", _("Password")), "current-password")
