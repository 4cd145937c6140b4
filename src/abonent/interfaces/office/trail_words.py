"""A line of the trail in the office's words: never a code of the program or an id of a row.

What has no words here is left out on the page; the file of the trail holds everything as it was written.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from abonent.base.months import Month
from abonent.base.numbering import number_of
from abonent.finding.trail import TrailLine
from abonent.interfaces.office.announcement_words import AUDIENCES
from abonent.interfaces.office.setting_words import PARTS
from abonent.interfaces.office.staff import ROLES
from abonent.interfaces.office.words import WAYS
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language
from abonent.portal.current import portal

LISTS = {
    "audit": gettext_lazy("Audit trail"),
    "import_problems": gettext_lazy("Imports"),
    "payments": gettext_lazy("Online payments"),
    "reconciliation": gettext_lazy("Reconciliation"),
    "registry": gettext_lazy("Registries of banks"),
    "requests": gettext_lazy("Requests"),
}
PROOFS = {
    "code": gettext_lazy("code"),
    "staff": gettext_lazy("staff"),
    "payment": gettext_lazy("last payment"),
    "name_and_flat": gettext_lazy("surname and flat"),
}
#: Kinds of subjects that have a number people know: their pages and papers bear it.
_NUMBERED = ("announcement", "difference", "import", "payment")


def subject_words(line: TrailLine) -> str:
    """To whom or what: an account's number or a login as found; else the kind's own words, or nothing."""
    kind, colon, value = line.subject.text.partition(":")
    if not colon:
        return line.subject.text
    if kind == "list":
        return str(LISTS.get(value, ""))
    if kind == "setting":
        return str(PARTS.get(value, value))
    if kind == "tariff":
        return value
    return f"№ {value}" if kind in _NUMBERED else ""


def detail_words(line: TrailLine) -> list[str]:
    """What else is known of the event."""
    found = [_said(name, value) for name, value in line.event.details.items()]
    numbers = [one.text for one in line.accounts]
    if numbers:
        found.append(_("accounts: %(numbers)s") % {"numbers": ", ".join(numbers)})
    return [words for words in found if words]


def _said(name: str, value: Any) -> str:
    """Nothing for what has no words, or is not what its words expect: old lines stay as they were written."""
    if name not in _DETAILS or not isinstance(value, str | int):
        return ""
    try:
        return _DETAILS[name](value)
    except (ValueError, ArithmeticError):
        return ""


def _of(words: Mapping[str, Any]) -> Callable[[Any], str]:
    return lambda code: str(words.get(code, ""))


def _numbered(code: Any) -> str:
    return f"№ {code}"


def _submission(code: Any) -> str:
    """The number that people are told; some events have the row's id."""
    return _numbered(number_of(code) if isinstance(code, int) else code)


def _month(text: Any) -> str:
    return formatting.month(Month.parse(text), language())


def _day(text: Any) -> str:
    return formatting.date(date.fromisoformat(text))


def _sum(text: Any) -> str:
    return formatting.money(Decimal(text), portal().currency_symbol)


_DETAILS: Mapping[str, Callable[[Any], str]] = {
    "request": _numbered,
    "submission": _submission,
    "number": _numbered,
    "way": _of(WAYS),
    "method": _of(PROOFS),
    "role": _of(ROLES),
    "audience": _of(AUDIENCES),
    "place": str,
    "by": str,
    "amount": _sum,
    "month": _month,
    "day": _day,
    "rating": lambda stars: _("rating: %(stars)s") % {"stars": stars},
    "sessions": lambda many: _("sessions: %(many)s") % {"many": many},
    "rows": lambda many: _("rows: %(many)s") % {"many": many},
}
