"""Forms about oneself: password, e-mail, settings."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from abonent.interfaces.resident.entrance.forms import (
    DIFFERENT,
    PASSWORD_HINT,
    PhoneField,
    email_field,
    full_name_field,
    password_field,
    written_phone,
)
from abonent.portal.current import portal
from abonent.users.models import User

MOST_MONTHS = 60


class ChangePasswordForm(forms.Form):
    """Current, new, again. What the new one may not be is said by the operation."""

    current = password_field(_("Current password"), "current-password")
    new = password_field(_("New password"), "new-password", PASSWORD_HINT)
    again = password_field(_("New password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", DIFFERENT)
        return cleaned


class ChangeEmailForm(forms.Form):
    email = email_field(_("New e-mail"))


class ContactDetailsForm(forms.Form):
    """«Контактные данные», asked once the first account is linked (the housing manager's manual)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["full_name"] = full_name_field(required=True)
        self.fields["phone"] = PhoneField()


class SettingsForm(forms.Form):
    """«Персональные настройки»: what the person may change of themselves."""

    months_shown = forms.IntegerField(
        label=_("Number of months shown by default"),
        min_value=1,
        max_value=MOST_MONTHS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("Enter how many months to show."),
            "invalid": _("Enter a number of months from 1 to 60."),
            "min_value": _("Enter a number of months from 1 to 60."),
            "max_value": _("Enter a number of months from 1 to 60."),
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["full_name"] = full_name_field(required=False)
        if asks_phone():
            self.fields["phone"] = PhoneField()
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
        self.order_fields(["full_name", "phone", "months_shown", "language"])

    def clean_full_name(self) -> str:
        """A name once given is not blanked: receipts and letters go by it."""
        name = str(self.cleaned_data["full_name"]).strip()
        if not name and self.initial.get("full_name") and not self.data.get("full_name", "").strip():
            raise ValidationError(_("Enter the full name."))
        return name


def asks_phone() -> bool:
    sign_up = portal().sign_up
    return "phone" in sign_up.fields or sign_up.contact_details_after_link


def settings_of(user: User, language: str) -> dict[str, Any]:
    """What the form shows before anything is typed."""
    return {
        "full_name": user.full_name,
        "phone": written_phone(user.phone),
        "months_shown": user.months_shown,
        "language": user.language or language,
    }
