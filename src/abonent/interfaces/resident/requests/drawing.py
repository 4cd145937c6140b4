"""A kind's questions as fields of a page. The domain judges them: the errors are given."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext_lazy as _

from abonent.interfaces.ui.environment import local
from abonent.interfaces.ui.fields import control
from abonent.portal.profile_requests import RequestField
from abonent.service_requests.queries import RequestForm
from abonent.service_requests.typed import AskedField

#: What a file dialogue offers; what is taken is decided by content.
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"


class QuestionsForm(forms.Form):
    """Fields of an asked form with what was typed, and the problems that the domain found."""

    def __init__(self, values: Mapping[str, str], problems: Mapping[str, str]) -> None:
        super().__init__(data=dict(values))
        self._found = problems

    def summary(self) -> list[tuple[str, str]]:
        """Each problem with its question, for the summary above the form: alone many would say the same."""
        shown = [(control(self[name]), words) for name, words in self._found.items() if name in self.fields]
        mine = [(one.target, f"{one.label.rstrip('?:')}: {words}") for one, words in shown]
        others = [(name, words) for name, words in self._found.items() if name not in self.fields]
        return mine + [("id_files" if name == "files" else "", words) for name, words in others]

    def full_clean(self) -> None:
        """Nothing is judged here."""
        self.cleaned_data: dict[str, Any] = {}
        found = {name: ErrorList([words]) for name, words in self._found.items() if name in self.fields}
        self._errors = ErrorDict(found)


def questions(asked: RequestForm, values: Mapping[str, str], problems: Mapping[str, str]) -> QuestionsForm:
    """The fields of the kind in its order, then what may be said besides."""
    form = QuestionsForm(_only_options(asked) | dict(values), problems)
    for one in asked.fields:
        form.fields[f"answer-{one.field.code}"] = _field(one, _bounds(one.field, asked))
    types = {one.field.type for one in asked.fields}
    if "long_text" not in types:
        form.fields["text"] = _comment(required=not asked.fields)
    if "phone" not in types:
        form.fields["phone"] = _phone()
    return form


def _only_options(asked: RequestForm) -> dict[str, str]:
    """What must be chosen and is the only one: a flat's one meter."""
    return {
        f"answer-{one.field.code}": one.options[0].value
        for one in asked.fields
        if one.field.required and len(one.options) == 1
    }


def _comment(*, required: bool) -> forms.Field:
    label = _("Message") if required else _("Anything else?")
    return forms.CharField(label=label, required=required, widget=_area())


def _area() -> forms.Widget:
    return forms.Textarea(attrs={"rows": 4})


def _phone() -> forms.Field:
    hint = _("If something must be asked at once. You may leave it empty.")
    return forms.CharField(label=_("Phone"), required=False, help_text=hint, widget=_input("tel", "tel"))


def _input(kind: str, autocomplete: str = "", **attrs: object) -> forms.Widget:
    more = {"autocomplete": autocomplete} if autocomplete else {}
    return forms.TextInput(attrs={"type": kind, **more, **attrs})


def _field(one: AskedField, bounds: dict[str, str]) -> forms.Field:
    field = one.field
    words: dict[str, Any] = {
        "label": local(field.label),
        "help_text": local(field.hint),
        "required": field.required,
    }
    if one.options:
        choices = [(option.value, local(option.label)) for option in one.options]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **words)
    if field.type == "yes":
        return forms.BooleanField(widget=forms.CheckboxInput, **words)
    return forms.CharField(widget=_widget(field, bounds), **words)


def _widget(field: RequestField, bounds: dict[str, str]) -> forms.Widget:
    if field.type == "long_text":
        return _area()
    if field.type == "date":
        return _input("date", **bounds)
    if field.type == "number":
        return _input("text", "off", inputmode="numeric")
    if field.type == "phone":
        return _input("tel", "tel")
    if field.type == "email":
        return _input("email", "email", inputmode="email")
    return _input("text")


def _bounds(field: RequestField, asked: RequestForm) -> dict[str, str]:
    """What a browser's calendar lets choose; the domain has the last word."""
    if field.days == "future":
        return {"min": asked.first_day.isoformat()}
    return {"max": asked.today.isoformat()} if field.days == "past" else {}
