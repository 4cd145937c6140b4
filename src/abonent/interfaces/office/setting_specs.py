"""What the office asks of each part of the profile, key by key."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from abonent.interfaces.office.setting_fields import Ask, Options, Rows
from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.portal.overlay import Place

Asks = Sequence[Ask | Rows]

#: Kinds of fields that staff may add; those with choices are made in the TOML.
FIELD_TYPES = {
    "text": gettext_lazy("a line"),
    "long_text": gettext_lazy("several lines"),
    "number": gettext_lazy("a whole number"),
    "date": gettext_lazy("a day"),
    "meter": gettext_lazy("one of the account's meters"),
    "phone": gettext_lazy("a phone number"),
    "email": gettext_lazy("an e-mail address"),
    "yes": gettext_lazy("a box to tick"),
    "choice": gettext_lazy("one of several"),
    "hours": gettext_lazy("hours of a day"),
}
_ADDED = ("text", "long_text", "number", "date", "meter", "phone", "email", "yes")
FILES = {
    "none": gettext_lazy("no files"),
    "optional": gettext_lazy("files may be sent"),
    "required": gettext_lazy("files must be sent"),
}
PAID_BY = {"customer": gettext_lazy("the customer"), "organisation": gettext_lazy("the organisation")}
SENT = {
    "daily": gettext_lazy("every day"),
    "after_window": gettext_lazy("after the window has closed"),
}


def _words(of: Mapping[str, Any], only: Sequence[str] | None = None) -> Options:
    return [(code, str(of[code])) for code in only or of]


def _teams(teams: Sequence[Mapping[str, Any]]) -> Options:
    return [("", _("whoever takes it")), *((one["code"], local(one.get("name"))) for one in teams)]


def _fresh_code(stem: str, rows: list[Mapping[str, Any]]) -> str:
    """`field_3`: a code that no row has."""
    known = {row.get("code") for row in rows}
    return next(code for number in range(1, 10_000) if (code := f"{stem}_{number}") not in known)


def fresh_kind(kinds: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {"code": _fresh_code("kind", kinds), "working_days": 10, "files": "optional", "offered": True}


def _fresh_field(fields: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {"code": _fresh_code("field", fields), "type": "text", "required": True}


def _fresh_team(teams: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {"code": _fresh_code("team", teams)}


def _named(key: str, otherwise: str) -> Any:
    def label(row: Mapping[str, Any], number: int) -> str:
        words = row.get(key)
        return (local(words) if isinstance(words, dict) else "") or f"{_(otherwise)} {number}"

    return label


def _is_new(row: Mapping[str, Any]) -> bool:
    return bool(row.get("_new"))


def _days(first: str, last: str) -> tuple[Ask, Ask]:
    return (
        Ask("first_day", "whole", first, _("Day of the month, 1 to 31.")),
        Ask(
            "last_day",
            "whole",
            last,
            _("31 is the last day of any month. A first day later than the last runs into the next month."),
        ),
    )


def window_asks() -> Asks:
    return _days(_("First day"), _("Last day"))


def _readings() -> Asks:
    return (
        *window_asks(),
        Ask("refuse_overdue", "yes", _("Take no readings of a meter past its verification date")),
        Ask(
            "unusual_times",
            "decimal",
            _("Ask about consumption so many times the usual"),
            suffix="×",
        ),
        Ask(
            "sent_to_billing",
            "choice",
            _("Readings leave for billing"),
            _("Until then a customer may correct them."),
            lambda: _words(SENT),
        ),
        Ask("sent_at_hour", "whole", _("At what hour"), _("0 to 23, the organisation's time.")),
        Ask(
            "held_for_review",
            "yes",
            _("Keep risky readings from billing until staff have looked at them"),
        ),
    )


def _contact_centre() -> Asks:
    return (
        Ask("phones", "lines", _("Phones"), _("One on each line, as customers are to dial it.")),
        Ask("hours", "text", _("Hours")),
        Ask("email", "line", _("E-mail"), required=False),
    )


def _offices() -> Asks:
    office = (
        Ask("name", "text", _("Name")),
        Ask("address", "text", _("Address")),
        Ask("hours", "text", _("Hours")),
        Ask("phone", "line", _("Phone"), required=False),
    )
    return (Rows("offices", _("Offices"), office, _named("name", "Office"), _("Add an office")),)


def _commission() -> Asks:
    sign = portal().currency_symbol
    return (
        Ask("percent", "decimal", _("Per cent"), _("Of the amount paid, by the contract."), suffix="%"),
        Ask("minimum", "decimal", _("At least"), suffix=sign),
        Ask("maximum", "decimal", _("At most"), _("Empty: no bound."), required=False, suffix=sign),
        Ask("paid_by", "choice", _("Paid by"), options=lambda: _words(PAID_BY)),
    )


def _requests() -> Asks:
    return (
        Rows(
            "kinds",
            _("Kinds of requests"),
            (Ask("offered", "yes", _("Customers may file it")),),
            _named("label", "Kind"),
            removable=_is_new,
        ),
        Rows(
            "teams",
            _("Teams"),
            (Ask("name", "text", _("Name")),),
            _named("name", "Team"),
            _("Add a team"),
            _fresh_team,
            _is_new,
        ),
        Ask("holidays", "dates", _("Days off besides public holidays"), _one_day_a_line(), required=False),
        Ask("workdays", "dates", _("Weekends that are worked"), _one_day_a_line(), required=False),
        Ask(
            "reopened_within_days",
            "whole",
            _("For how many days after its end a request may be reopened"),
        ),
    )


def _one_day_a_line() -> str:
    return _("One on each line: 21.11.2026.")


def kind_asks(teams: Sequence[Mapping[str, Any]]) -> Asks:
    """One kind of request, whole; `teams` are those it may be given to."""
    choice = (Ask("label", "text", _("Label")),)
    asked = (
        Ask("label", "text", _("Question")),
        Ask("hint", "text", _("Hint"), required=False),
        Ask(
            "type",
            "choice",
            _("What is answered"),
            options=lambda: _words(FIELD_TYPES, _ADDED),
            new_only=True,
        ),
        Ask("required", "yes", _("Must be answered")),
        Rows("choices", _("Choices"), choice, _named("label", "Choice"), movable=False, removable=_never),
    )
    return (
        Ask("offered", "yes", _("Customers may file it")),
        Ask("label", "text", _("Label")),
        Ask("hint", "long_text", _("When to choose it"), required=False),
        Ask("team", "choice", _("Who handles it"), options=lambda: _teams(teams), required=False),
        Ask("working_days", "whole", _("Done within so many working days")),
        Ask("files", "choice", _("Files"), options=lambda: _words(FILES)),
        Ask("files_hint", "text", _("Which documents"), required=False),
        Ask("filed", "long_text", _("What the customer reads after filing it"), required=False),
        Rows(
            "fields",
            _("Questions"),
            asked,
            _named("label", "Question"),
            _("Add a question"),
            _fresh_field,
        ),
    )


def _never(_: Mapping[str, Any]) -> bool:
    return False


_ASKS = {
    "readings": _readings,
    "contact_centre": _contact_centre,
    "offices": _offices,
    "commission": _commission,
    "requests": _requests,
    "window": window_asks,
}


def asks_of(place: Place) -> Asks:
    """What the form of this setting asks."""
    return _ASKS[place.part]()


def as_mapping(place: Place, value: Any) -> dict[str, Any]:
    """A value as the form needs it: a list stands under the part's name."""
    return {place.part: value} if isinstance(value, list) else dict(value or {})


def from_mapping(place: Place, value: dict[str, Any]) -> Any:
    return value[place.part] if place.part == "offices" else value


def path_in_form(place: Place, path: str) -> str:
    """Where a mistake of the model stands in the form."""
    return f"{place.part}.{path}".rstrip(".") if place.part == "offices" else path
