"""What settings and their differences are called on the office's pages."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from abonent.configuration.differences import ORDER, Difference
from abonent.configuration.queries import Setting
from abonent.interfaces.office.setting_specs import FIELD_TYPES, FILES, PAID_BY, SENT
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import LANGUAGE_NAMES, local
from abonent.portal.current import portal
from abonent.portal.overlay import Mistake, Place

PARTS = {
    "contact_centre": gettext_lazy("Contact centre"),
    "offices": gettext_lazy("Offices"),
    "readings": gettext_lazy("When readings are taken"),
    "requests": gettext_lazy("Kinds of requests"),
}
ICONS = {
    "contact_centre": "phone",
    "offices": "map-pin",
    "readings": "gauge",
    "requests": "clipboard-list",
    "commission": "wallet",
    "window": "gauge",
}
SAYS = {
    "contact_centre": gettext_lazy("Phones, hours and e-mail beside every page and on the receipt"),
    "offices": gettext_lazy("Addresses and hours of the offices beside every page"),
    "readings": gettext_lazy("Days of the month, and when readings leave for billing"),
    "requests": gettext_lazy("What customers may ask for, what is asked of them, and by when it is done"),
    "commission": gettext_lazy("What paying this way costs, and who pays it"),
}
_KEYS = {
    "phones": gettext_lazy("Phones"),
    "phone": gettext_lazy("Phone"),
    "hours": gettext_lazy("Hours"),
    "email": gettext_lazy("E-mail"),
    "name": gettext_lazy("Name"),
    "address": gettext_lazy("Address"),
    "first_day": gettext_lazy("First day"),
    "last_day": gettext_lazy("Last day"),
    "refuse_overdue": gettext_lazy("Take no readings of a meter past its verification date"),
    "unusual_times": gettext_lazy("Ask about consumption so many times the usual"),
    "sent_to_billing": gettext_lazy("Readings leave for billing"),
    "sent_at_hour": gettext_lazy("At what hour"),
    "held_for_review": gettext_lazy("Keep risky readings from billing until staff have looked at them"),
    "percent": gettext_lazy("Per cent"),
    "minimum": gettext_lazy("At least"),
    "maximum": gettext_lazy("At most"),
    "paid_by": gettext_lazy("Paid by"),
    "kinds": gettext_lazy("Kinds of requests"),
    "teams": gettext_lazy("Teams"),
    "holidays": gettext_lazy("Days off besides public holidays"),
    "workdays": gettext_lazy("Weekends that are worked"),
    "reopened_within_days": gettext_lazy("For how many days after its end a request may be reopened"),
    "label": gettext_lazy("Label"),
    "hint": gettext_lazy("Hint"),
    "offered": gettext_lazy("Customers may file it"),
    "team": gettext_lazy("Who handles it"),
    "working_days": gettext_lazy("Done within so many working days"),
    "files": gettext_lazy("Files"),
    "files_hint": gettext_lazy("Which documents"),
    "filed": gettext_lazy("What the customer reads after filing it"),
    "fields": gettext_lazy("Questions"),
    "choices": gettext_lazy("Choices"),
    "required": gettext_lazy("Must be answered"),
    "type": gettext_lazy("What is answered"),
    ORDER: gettext_lazy("Order"),
}
_CODED: dict[str, Mapping[str, Any]] = {
    "files": FILES,
    "paid_by": PAID_BY,
    "sent_to_billing": SENT,
    "type": FIELD_TYPES,
}
_WRONG = {
    "text_missing": gettext_lazy("Write it in this language too."),
    "missing": gettext_lazy("Fill this in."),
    "too_short": gettext_lazy("Fill this in."),
    "string_type": gettext_lazy("Fill this in."),
    "int_type": gettext_lazy("Fill this in."),
    "decimal_type": gettext_lazy("Fill this in."),
    "float_type": gettext_lazy("Fill this in."),
    "dict_type": gettext_lazy("Fill this in."),
    "greater_than_equal": gettext_lazy("At least %(ge)s, please."),
    "less_than_equal": gettext_lazy("At most %(le)s, please."),
    "int_parsing": gettext_lazy("A whole number, please."),
    "int_from_float": gettext_lazy("A whole number, please."),
    "decimal_parsing": gettext_lazy("A number, please: 1,5."),
    "float_parsing": gettext_lazy("A number, please: 1,5."),
    "date_from_datetime_parsing": gettext_lazy("A day is written like this: 21.11.2026."),
    "date_parsing": gettext_lazy("A day is written like this: 21.11.2026."),
    "bounds": gettext_lazy("This is less than the least."),
    "gone": gettext_lazy("A kind or a team that was in use stays: switch it off instead of removing it."),
    "no_method": gettext_lazy("This way of paying is no longer in the profile."),
}


class Told(NamedTuple):
    """A difference for a table: what, as it was, as it becomes."""

    what: str
    before: str
    after: str


def summary(one: Setting) -> str:
    """What is in force, in one line."""
    value, part = one.value, one.place.part
    if part == "contact_centre":
        return ", ".join([*value["phones"], local(value["hours"]), *filter(None, [value.get("email")])])
    if part == "offices":
        return "; ".join(local(office["name"]) for office in value) or "—"
    if part == "requests":
        return "; ".join(local(kind["label"]) for kind in value["kinds"] if kind["offered"])
    if part == "commission":
        return _commission(value)
    return _("from day %(first)s to day %(last)s of the month") % {
        "first": value["first_day"],
        "last": value["last_day"],
    }


def _commission(value: Mapping[str, Any]) -> str:
    said = [f"{_figure(value['percent'])} %"]
    if Decimal(value["minimum"]):
        said.append(_("at least %(amount)s") % {"amount": _money(value["minimum"])})
    if value["maximum"] is not None:
        said.append(_("at most %(amount)s") % {"amount": _money(value["maximum"])})
    return ", ".join([*said, _("paid by: %(who)s") % {"who": PAID_BY[value["paid_by"]]}])


def _money(text: str) -> str:
    return formatting.money(Decimal(text), portal().currency_symbol)


def _figure(text: str) -> str:
    return formatting.quantity(Decimal(text))


def title(one: Setting) -> str:
    return title_of(one.place, one.organisation.name_ru if one.organisation else "")


def title_of(place: Place, organisation: str = "") -> str:
    if place.part == "window":
        return _("Readings: %(organisation)s") % {"organisation": organisation}
    if place.part == "commission":
        method = next((m for m in portal().paying.methods if m.code == place.method), None)
        return _("Commission: %(method)s") % {"method": local(method.label) if method else place.method}
    return str(PARTS[place.part])


def mistake(found: Mistake) -> str:
    """What is wrong, for people."""
    words = _WRONG.get(found.kind)
    if words is None:
        return _("This does not fit: %(reason)s") % {"reason": found.told}
    return str(words) % dict(found.limits) if found.limits else str(words)


def told(found: list[Difference], *values: Any) -> list[Told]:
    """Differences in words. `values`: where rows are looked up by their codes."""
    names = _names(values)
    return [
        Told(_path(one.path, names), _value(one.path, one.before, names), _value(one.path, one.after, names))
        for one in found
    ]


def _names(values: tuple[Any, ...]) -> dict[str, str]:
    """What rows are called, by their codes, at any depth."""
    found: dict[str, str] = {}
    for value in values:
        if isinstance(value, dict):
            if isinstance(value.get("code"), str):
                found.setdefault(value["code"], local(value.get("label") or value.get("name") or {}))
            found |= {k: v for k, v in _names(tuple(value.values())).items() if k not in found}
        elif isinstance(value, list):
            found |= {k: v for k, v in _names(tuple(value)).items() if k not in found}
    return found


def _path(path: tuple[str, ...], names: Mapping[str, str]) -> str:
    steps = path[1:] if len(path) > 2 and path[0] in ("kinds", "teams") else path
    return " · ".join(_step(step, names) for step in steps) or _("Offices")


def _step(step: str, names: Mapping[str, str]) -> str:
    if step in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[step][1]
    return names.get(step) or str(_KEYS.get(step, step))


def _value(path: tuple[str, ...], value: Any, names: Mapping[str, str]) -> str:
    key = path[-1] if path else ""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_value((key,), one, names) for one in value)
    if isinstance(value, dict):
        return _row(value, names)
    if key in _CODED and value in _CODED[key]:
        return str(_CODED[key][value])
    if key in ("team", ORDER):
        return names.get(value) or str(value)
    if key in ("holidays", "workdays"):
        return _day(str(value))
    return str(value).replace(".", ",") if key in ("percent", "minimum", "maximum") else str(value)


def _row(value: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A row that comes or goes: by its name, and an office with where and when."""
    called = value.get("label") or value.get("name")
    if called is None:
        return local(value)
    further = [local(value.get(key)) for key in ("address", "hours") if value.get(key)]
    return ", ".join([local(called), *further])


def _day(iso: str) -> str:
    try:
        return formatting.date(date.fromisoformat(iso))
    except ValueError:
        return iso
