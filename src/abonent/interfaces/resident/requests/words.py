"""What the pages of requests say: states, who said what, why something may not be asked for."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from abonent.base.months import Month
from abonent.interfaces.resident.labels import label
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language, local
from abonent.portal.current import portal
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests.operations import MayNotFile
from abonent.service_requests.words import EVENTS, RATINGS, STATES

#: Of a badge (`ui/small.html`).
BADGES = {
    "received": "info",
    "in_work": "info",
    "waiting": "warning",
    "done": "success",
    "refused": "danger",
    "cancelled": "neutral",
}


def file_word() -> str:
    """What this portal calls the button: «Подать заявку»."""
    return str(label("file_request", _("File a request")))


def state_word(state: str) -> str:
    return str(STATES[state])


def event_word(kind: str) -> str:
    return str(EVENTS[kind])


def rating_words() -> list[tuple[str, str]]:
    """(value, words), the best first."""
    return [(str(value), f"{value} — {RATINGS[value]}") for value in sorted(RATINGS, reverse=True)]


def rating_word(value: int) -> str:
    return str(RATINGS[value])


def files_hint(kind: RequestKind | None) -> str:
    """Which documents, and what is taken."""
    rules = portal().requests
    own = local(kind.files_hint) if kind and kind.files_hint else ""
    taken = _("JPEG, PNG, WebP or PDF; files: at most %(count)s, each of at most %(megabytes)s MB.") % {
        "count": rules.most_files,
        "megabytes": rules.most_megabytes,
    }
    return f"{own} {taken}".strip()


def line_rows(line: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The line of a bill as it was seen (`BillLineAsked.as_json`), for `ui/facts.html`."""
    if not line:
        return []
    month = formatting.month(Month.parse(line["month"]), language())
    rows = [(_("Service"), local(line["name"])), (_("Month"), month)]
    if "volume" in line:
        volume = formatting.quantity(Decimal(line["volume"]))
        rows.append((_("Volume"), f"{volume} {local(line.get('unit'))}".strip()))
    if "tariff" in line:
        tariff = formatting.quantity(Decimal(line["tariff"]))
        rows.append((_("Tariff"), f"{tariff} {portal().currency_symbol}"))
    rows += [(words, _money(line[name])) for name, words in _sums() if name in line]
    return rows


def _sums() -> list[tuple[str, str]]:
    return [
        ("opening", _("Opening balance")),
        ("accrued", _("Accrued")),
        ("corrections", _("Corrections")),
        ("paid", _("Paid")),
        ("to_pay", _("Closing balance")),
    ]


def _money(text: str) -> str:
    return formatting.money(Decimal(text), portal().currency_symbol)


def refusal_words(reason: str) -> str:
    """Why it may not be asked for, and what to do."""
    return MayNotFile(reason).message
