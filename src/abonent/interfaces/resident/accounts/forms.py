"""The form that proves an account: the number, and the facts that this portal's profile asks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from captcha.fields import CaptchaField
from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from abonent.accounts.proofs import readable
from abonent.interfaces.resident.labels import label
from abonent.interfaces.ui.environment import local
from abonent.interfaces.ui.formatting import month_name
from abonent.portal.current import portal

#: How far back the picker's years go: an account that nobody paid for longer is linked by a code.
YEARS = 10


def _months() -> list[tuple[str, str]]:
    language = (get_language() or portal().language)[:2]
    return [("", "—"), *((f"{number:02d}", month_name(number, language)) for number in range(1, 13))]


def _years(today: date) -> list[tuple[str, str]]:
    return [("", "—"), *((str(year), str(year)) for year in range(today.year, today.year - YEARS, -1))]


def _days() -> list[tuple[str, str]]:
    return [("", "—"), *((f"{day:02d}", str(day)) for day in range(1, 32))]


def _text(label: Any, hint: Any = "", longest: int = 60, **attrs: str) -> forms.Field:
    return forms.CharField(
        label=label, help_text=hint, max_length=longest, required=False, widget=forms.TextInput(attrs=attrs)
    )


def _choice(label: Any, choices: list[tuple[str, str]]) -> forms.Field:
    return forms.ChoiceField(label=label, choices=choices, required=False)


def fact_fields(today: date) -> dict[str, forms.Field]:
    """The fields of the profile's facts, in its order. A picker is two lists, so that it works without a
    script."""
    made: dict[str, dict[str, forms.Field]] = {
        "last_payment_month": {
            "payment_month": _choice(_("Month of the last payment"), _months()),
            "payment_year": _choice(_("Year of the last payment"), _years(today)),
        },
        "last_payment_month_and_day": {
            "payment_month": _choice(_("Month of the last payment"), _months()),
            "payment_day": _choice(_("Day of the last payment"), _days()),
        },
        "last_payment_date": {
            "payment_date": _text(
                label("last_payment_date", _("Date of the last payment")),
                _("DD.MM.YYYY"),
                inputmode="numeric",
            )
        },
        "last_payment_amount": {
            "payment_amount": _text(
                label("last_payment_amount", _("Amount of the last payment")),
                _("Exactly as on the receipt: 1234,56"),
                inputmode="decimal",
            )
        },
        "surname": {"surname": _text(_("Surname"), _("As on the bill"), autocomplete="family-name")},
        "flat": {"flat": _text(_("Flat number"), _("As on the bill"), longest=20)},
    }
    asked = {name: field for fact in portal().linking.facts for name, field in made[fact].items()}
    for name, field in asked.items():
        field.error_messages["required"] = _UNREADABLE[name]
    return asked


#: The fields of each fact, and what its text is made of.
_FIELDS: dict[str, tuple[str, ...]] = {
    "last_payment_month": ("payment_year", "payment_month"),
    "last_payment_month_and_day": ("payment_month", "payment_day"),
    "last_payment_date": ("payment_date",),
    "last_payment_amount": ("payment_amount",),
    "surname": ("surname",),
    "flat": ("flat",),
}
_UNREADABLE = {
    "payment_month": _("Choose the month of the last payment."),
    "payment_year": _("Choose the year of the last payment."),
    "payment_day": _("Choose the day of the last payment."),
    "payment_date": _("Enter the date of the last payment as 31.10.2026."),
    "payment_amount": _("Enter the amount of the last payment, more than zero, as 1234,56."),
    "surname": _("Enter the surname."),
    "flat": _("Enter the flat number."),
}


def facts_of(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """The facts as the domain reads them, from a form's cleaned fields."""
    return {
        fact: "-".join(str(cleaned.get(name) or "") for name in _FIELDS[fact])
        for fact in portal().linking.facts
    }


def unreadable_facts(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """Field -> message for every fact that cannot be an answer at all. Says nothing about what is right."""
    found: dict[str, str] = {}
    for fact, text in facts_of(cleaned).items():
        if not readable(fact, text):
            wrong = [name for name in _FIELDS[fact] if not cleaned.get(name)] or [_FIELDS[fact][-1]]
            found |= {name: str(_UNREADABLE[name]) for name in wrong}
    return found


def code_field(*, required: bool) -> forms.Field:
    """The code from a bill. Its name keeps it out of what a switch of language carries over."""
    return forms.CharField(
        label=_("Code from the bill"),
        help_text=_("8 letters and digits; dashes and spaces do not matter"),
        max_length=20,
        required=required,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the code from the bill.")},
    )


class CodeForm(forms.Form):
    """The code from a bill, alone."""

    code = code_field(required=True)


def require_facts(form: forms.Form, *, unless: bool = False) -> None:
    """Every fact must be given, and is marked so, unless a code stands for them."""
    for fact in portal().linking.facts:
        for name in _FIELDS[fact]:
            form.fields[name].required = not unless


class AddAccountForm(forms.Form):
    """The number, the facts, or instead of them the code from a bill; the captcha where this address
    needs one."""

    number = forms.CharField(max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, today: date, captcha: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        linking = portal().linking
        self.fields["number"].label = local(linking.number_label)
        self.fields["number"].help_text = local(linking.number_hint)
        self.fields["number"].error_messages["required"] = gettext("Enter the number.")
        facts = fact_fields(today)
        self.fact_names = list(facts)
        self.fields.update(facts)
        require_facts(self, unless=str(self.data.get("code", "")).strip() != "")
        self.fields["code"] = code_field(required=False)
        if captcha:
            self.fields["captcha"] = CaptchaField(label=_("Enter the characters from the picture"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("code"):
            for name, message in unreadable_facts(cleaned).items():
                if name not in self.errors:
                    self.add_error(name, message)
        return cleaned

    @property
    def facts(self) -> dict[str, str]:
        return facts_of(self.cleaned_data)
