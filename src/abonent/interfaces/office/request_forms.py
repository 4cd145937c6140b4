"""What staff type about a request: a form for each thing that may be done with it."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.service_requests.office_queries import StaffRequestFile

_LONGEST = 5000


class _Text(forms.Form):
    """A text and a mark of its own, so that a double click says it once."""

    form_key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    text = forms.CharField(
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something: an empty message says nothing.")},
    )

    def __init__(self, *args: Any, file: StaffRequestFile, label: Any = "", **options: Any) -> None:
        options.setdefault("auto_id", f"{self.__class__.__name__.lower()}_%s")
        super().__init__(*args, **options)
        if label:
            self.fields["text"].label = label
        self.initial.setdefault("form_key", uuid4().hex)


class AnswerForm(_Text):
    """To the customer, with files."""


class AskForm(_Text):
    """A question: the deadline stands still until the customer answers."""


class DoneForm(_Text):
    pass


class RefusedForm(_Text):
    pass


class NoteForm(_Text):
    """For the staff only."""


class GiveForm(forms.Form):
    """To a colleague, or back to the queue."""

    to = forms.ChoiceField(label=_("To whom"))
    text = forms.CharField(label=_("Note for the staff"), required=False, max_length=300)

    def __init__(self, *args: Any, file: StaffRequestFile, **options: Any) -> None:
        options.setdefault("auto_id", "giveform_%s")
        super().__init__(*args, **options)
        people = [(str(one.user_id), one.name) for one in file.colleagues]
        field: Any = self.fields["to"]
        field.choices = [("", _("Back to the queue")), *people]
        field.required = False

    @property
    def person(self) -> int | None:
        chosen = self.cleaned_data["to"]
        return int(chosen) if chosen else None


class MoveForm(forms.Form):
    """Another kind, team or deadline; the customer reads why."""

    kind = forms.ChoiceField(label=_("Kind"))
    team = forms.ChoiceField(label=_("Team"), required=False)
    due_on = forms.DateField(
        label=_("Deadline"),
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        error_messages={"invalid": _("Type the day as day, month and year: 25.11.2026.")},
    )
    reason = forms.CharField(
        label=_("Why (the customer reads it)"),
        max_length=300,
        error_messages={"required": _("Say why: the customer reads it.")},
    )

    def __init__(self, *args: Any, file: StaffRequestFile, **options: Any) -> None:
        options.setdefault("auto_id", "moveform_%s")
        request = file.request
        options.setdefault(
            "initial",
            {"kind": request.kind, "team": request.team, "due_on": f"{request.due_on:%d.%m.%Y}"},
        )
        super().__init__(*args, **options)
        kinds = {one.code: local(one.label) for one in portal().requests.kinds if not one.leads_to}
        teams = [(one.code, local(one.name)) for one in portal().requests.teams]
        kind, team = self._choices("kind"), self._choices("team")
        kind.choices = list(({request.kind: local(request.kind_label)} | kinds).items())
        team.choices = [("", _("Whoever takes it")), *teams]

    def _choices(self, name: str) -> Any:
        return self.fields[name]


FORMS: dict[str, type[Any]] = {
    "answer": AnswerForm,
    "ask": AskForm,
    "done": DoneForm,
    "refused": RefusedForm,
    "give": GiveForm,
    "move": MoveForm,
    "note": NoteForm,
}
#: Which of `StaffRequestFile.may` a form needs.
NEEDS = {"done": "finish", "refused": "finish"}


def forms_for(file: StaffRequestFile, bound: tuple[str, Any] | None = None) -> dict[str, forms.Form]:
    """A form for everything that may be done now; `bound` replaces the one that was sent with mistakes."""
    labels = {
        "answer": _("Your answer to the customer"),
        "ask": _("Your question to the customer"),
        "done": _("What was done (the customer reads it)"),
        "refused": _("Why it is refused (the customer reads it)"),
        "note": _("Note for the staff"),
    }
    found: dict[str, forms.Form] = {}
    for name, form in FORMS.items():
        if NEEDS.get(name, name) not in file.may:
            continue
        extra = {"label": labels[name]} if name in labels else {}
        found[name] = form(file=file, **extra)
    if bound and bound[0] in found:
        found[bound[0]] = bound[1]
    return found
