"""A login for whoever has none: what people sign in by here, and a password."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from abonent.interfaces.resident.entrance.forms import DIFFERENT, PASSWORD_HINT, login_field, password_field
from abonent.portal.current import portal


class NewLoginForm(forms.Form):
    """The address is the letter's, the name the administrator's."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if portal().sign_up.sign_in_by == "login":
            self.fields["login"] = login_field(portal())
        self.fields["password"] = password_field(_("Password"), "new-password", PASSWORD_HINT)
        self.fields["password_again"] = password_field(_("Password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, again = cleaned.get("password"), cleaned.get("password_again")
        if first and again and first != again:
            self.add_error("password_again", DIFFERENT)
        return cleaned
