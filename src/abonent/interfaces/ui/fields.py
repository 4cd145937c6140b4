"""What the macro `field` draws: Django's bound field as plain values, without its widget templates."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseForm, BoundField
from django.utils.translation import gettext as _

#: Widget attributes that the macro sets itself or that our styles do instead.
_OURS = ("class", "type", "id", "name", "value", "required", "style", "placeholder", "cols")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    id: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Control:
    """`type` is an `<input>` type, or textarea, select, radios, checkbox, checkboxes or captcha."""

    type: str
    name: str
    id: str
    label: str
    value: str
    required: bool
    disabled: bool
    hint: str
    errors: list[str]
    multiple: bool = False
    options: list[Option] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return self.type in ("radios", "checkboxes")

    @property
    def target(self) -> str:
        """The id a link of the error summary leads to: the first thing that can be focused."""
        return self.options[0].id if self.is_group and self.options else self.id


def _type(widget: forms.Widget) -> str:
    if hasattr(widget, "refresh_url") and hasattr(widget, "audio_url"):
        return "captcha"
    classes: list[tuple[type[forms.Widget], str]] = [
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.Select, "select"),
        (forms.CheckboxInput, "checkbox"),
        (forms.Textarea, "textarea"),
    ]
    for kind, name in classes:
        if isinstance(widget, kind):
            return name
    return str(widget.attrs.get("type") or getattr(widget, "input_type", "text") or "text")


def _chosen(value: Any) -> set[str]:
    several = value if isinstance(value, list | tuple | set) else [value]
    return {"" if one is None else str(one) for one in several}


def _options(bound: BoundField, id_: str) -> list[Option]:
    chosen = _chosen(bound.value())
    flat: list[tuple[Any, Any]] = []
    for value, label in bound.field.choices:  # type: ignore[attr-defined]
        flat += label if isinstance(label, list | tuple) else [(value, label)]
    return [
        Option(str(value), str(label), f"{id_}_{index}", str(value) in chosen)
        for index, (value, label) in enumerate(flat)
    ]


def _message(error: ValidationError, label: str) -> list[str]:
    if error.code == "required" and error.message == forms.Field.default_error_messages["required"]:
        return [_("Fill in the field “%(label)s”") % {"label": label}]
    return [str(message) for message in error.messages]


def messages_of(bound: BoundField) -> list[str]:
    """The field's errors; Django's nameless "This field is required." names the field here."""
    return [line for error in bound.errors.as_data() for line in _message(error, str(bound.label or ""))]


def _value(bound: BoundField, kind: str) -> str:
    if kind == "checkbox":
        return "on" if bound.value() not in (None, False, "", "False", "false", "0") else ""
    if kind in ("select", "radios", "checkboxes", "captcha", "file"):
        return ""
    widget = bound.field.widget
    if kind == "password" and not getattr(widget, "render_value", False):
        return ""
    shown = widget.format_value(bound.value())
    return "" if shown is None else str(shown)


def control(bound: BoundField) -> Control:
    """Everything a page shows of a field. Validates the form when it is bound, as `bound.errors` does."""
    widget = bound.field.widget
    kind, id_ = _type(widget), bound.auto_id or bound.html_name
    return Control(
        type=kind,
        name=bound.html_name,
        id=f"{id_}_1" if kind == "captcha" else id_,
        label=str(bound.label or ""),
        value=_value(bound, kind),
        required=bound.field.required,
        disabled=bound.field.disabled,
        hint=str(bound.help_text or ""),
        errors=messages_of(bound),
        multiple=bool(getattr(widget, "allow_multiple_selected", False)),
        options=_options(bound, id_) if kind in ("select", "radios", "checkboxes") else [],
        attrs={key: value for key, value in widget.attrs.items() if key not in _OURS and value is not False},
    )


def captcha_picture(bound: BoundField) -> dict[str, Any]:
    """A new picture with its code: key, image and sound address (None without a speech program)."""
    widget: Any = bound.field.widget
    widget.fetch_captcha_store(bound.html_name, None, {}, getattr(widget, "generator", None))
    return {"key": widget._key, "image": widget.image_url(), "audio": widget.audio_url()}


def error_list(*all_forms: BaseForm | None) -> list[tuple[str, str]]:
    """(id of what to mend, message) for every error of the forms, in the order of the page."""
    return [line for one in all_forms if one is not None and one.is_bound for line in _errors(one)]


def _errors(form: BaseForm) -> Iterator[tuple[str, str]]:
    if not form.errors:
        return
    first = next((control(bound).target for bound in form.visible_fields()), "")
    for message in form.non_field_errors():
        yield first, str(message)
    for bound in form:
        target = first if bound.is_hidden else control(bound).target
        for message in messages_of(bound):
            yield target, message
