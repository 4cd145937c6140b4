"""Words of imports: states, steps, alarms, what stands in an undo's way."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from abonent.base.months import Month
from abonent.exchange.alarms import key_of
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language
from abonent.portal.current import portal

#: State of a run -> (words, kind of badge).
STATES = {
    "uploaded": (gettext_lazy("waits for its plan"), "info"),
    "planning": (gettext_lazy("is being planned"), "info"),
    "planned": (gettext_lazy("waits for your decision"), "warning"),
    "approved": (gettext_lazy("waits to be taken"), "info"),
    "started": (gettext_lazy("is being taken"), "info"),
    "applied": (gettext_lazy("taken"), "success"),
    "refused": (gettext_lazy("turned down"), "danger"),
    "broken_off": (gettext_lazy("broken off"), "danger"),
    "discarded": (gettext_lazy("discarded"), "neutral"),
    "undo_asked": (gettext_lazy("waits to be undone"), "info"),
    "undoing": (gettext_lazy("is being undone"), "info"),
    "undone": (gettext_lazy("undone"), "neutral"),
}
#: What a file holds, by its name; also the tables of an undo.
FILES = {
    "organisations": gettext_lazy("Organisations"),
    "services": gettext_lazy("Services"),
    "accounts": pgettext_lazy("file of a bundle", "Accounts"),
    "meters": gettext_lazy("Meters"),
    "readings": gettext_lazy("Readings"),
    "payments": gettext_lazy("Payments"),
    "answers": gettext_lazy("Answers to readings"),
}
TARGETS = {
    "portal_organisation": FILES["organisations"],
    "portal_service": FILES["services"],
    "accounts_account": FILES["accounts"],
    "metering_meter": FILES["meters"],
    "metering_reading": FILES["readings"],
    "ledger_payment": FILES["payments"],
    "metering_submittedreading": FILES["answers"],
}
WAYS = {
    "new": gettext_lazy("a new month"),
    "whole": gettext_lazy("the month as a whole"),
    "part": gettext_lazy("a part of the month"),
    "unchanged": gettext_lazy("nothing changes"),
}
_DOING = {
    "waiting": gettext_lazy("the bundle is being fetched"),
    "planning": gettext_lazy("it is compared with what the portal has"),
    "writing": gettext_lazy("rows are being written"),
    "building months": gettext_lazy("the months are being built"),
    "putting in place": gettext_lazy("the months are being put in place"),
    "undoing": gettext_lazy("the run is being undone"),
}
_BLOCKS = {
    "accounts_accountlink": gettext_lazy("Links of customers to accounts that the run brought"),
    "links_since": gettext_lazy("Links made since to accounts whose payer would change back"),
    "accounts_printedcode": gettext_lazy("Printed codes of accounts that the run brought"),
    "ledger_payment": gettext_lazy("Payments booked on accounts or services that the run brought"),
    "ledger_expectedpayment": gettext_lazy("Payments under way on accounts that the run brought"),
    "payments_paymentpart": gettext_lazy("Online payments of accounts that the run brought"),
    "metering_submission": gettext_lazy("Customers' readings for accounts that the run brought"),
    "metering_submittedreading": gettext_lazy("Customers' readings for meters that the run brought"),
    "service_requests_servicerequest": gettext_lazy("Requests of accounts that the run brought"),
    "users_staffmembership": gettext_lazy("Staff of organisations that the run brought"),
    "tariffs_tariffversion": gettext_lazy("Tariffs of services that the run brought"),
    "newer_run": gettext_lazy("A later run has changed the data"),
    "something_new": gettext_lazy("Something that came while the run was being undone"),
}


def state_of(state: str, *, dead: bool = False) -> tuple[str, str]:
    """A run's state as words and the kind of badge; one whose worker was killed is broken off."""
    words, kind = STATES["broken_off" if dead else state]
    return str(words), kind


def file_of(name: str) -> str:
    """A file of the bundle, or a month of its charges."""
    if name in FILES:
        return str(FILES[name])
    return _("Charges, %(month)s") % {"month": month_of(name)}


def doing(step: str) -> str:
    """A step of `exchange.progress`."""
    if step.startswith("reading "):
        return _("%(file)s is being read") % {"file": step.removeprefix("reading ")}
    return str(_DOING.get(step, step))


#: Columns of accounts.csv whose values say nothing of a person.
_IMPERSONAL = {"number", "organisation", "residents", "area", "opened_on", "closed_on", "owner_since"}


def value_of(problem: dict[str, Any]) -> str:
    """What stood in a bad row, but for what says who somebody is: that is in the file to download."""
    column, personal = problem["column"], problem["file"] in {"accounts", "organisations"}
    return "" if not column or (personal and column not in _IMPERSONAL) else str(problem["value"])


def alarm(code: str, facts: dict[str, Any]) -> str:
    """An alarm as a sentence (`exchange.alarms`)."""
    said = {name: _figure(name, value) for name, value in facts.items()}
    return str(_ALARMS[code]) % said if code in _ALARMS else code


_ALARMS = {
    "accrued": gettext_lazy(
        "%(month)s: accrued %(now)s, last month %(then)s: %(percent)s %% on the same services."
    ),
    "negative_accrued": gettext_lazy("%(month)s: the accrued total is negative: %(now)s."),
    "older_bundle": gettext_lazy(
        "The bundle ends with %(month)s, the portal has charges up to %(newest)s: is it an old one?"
    ),
    "old_month": gettext_lazy("%(month)s is not the latest month, and %(rows)s of its lines would change."),
    "lines_gone": gettext_lazy("%(month)s: %(rows)s of %(of)s lines would be taken out."),
    "accounts_leave": gettext_lazy(
        "Of %(of)s open accounts %(vanished)s are not mentioned any more and %(closing)s would be closed."
    ),
    "payers_renamed": gettext_lazy(
        "Of %(of)s accounts %(renamed)s would get another payer. Links that end: %(links)s."
    ),
    "negative_payments": gettext_lazy("The payments come to a negative sum: %(now)s."),
}


def alarm_key(code: str, facts: dict[str, Any]) -> str:
    """What its box is called."""
    return key_of(code, facts)


def blocks(found: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """What stands in an undo's way, as rows of facts."""
    other = _("Other records about them")
    return [(str(_BLOCKS.get(what, other)), formatting.number(many)) for what, many in found]


def why_not_undone(reason: str) -> list[tuple[str, str]]:
    """The kept reason of an undo that did not happen (`runs.undo`), as rows of facts."""
    if not reason.startswith("undo: "):
        return []
    pairs = [one.rpartition(": ") for one in reason.removeprefix("undo: ").split("; ")]
    return blocks((what, int(many)) for what, _sep, many in pairs if many.isdigit())


def seconds(spent: float | None) -> str:
    """How long a run took."""
    if spent is None:
        return "—"
    whole = max(1, round(spent))
    if whole < 120:
        return ngettext("%(num)s second", "%(num)s seconds", whole) % {"num": whole}
    return ngettext("%(num)s minute", "%(num)s minutes", round(whole / 60)) % {"num": round(whole / 60)}


def _figure(name: str, value: Any) -> str:
    if name in {"month", "newest"}:
        return month_of(str(value))
    if name in {"now", "then"}:
        return formatting.money(Decimal(value) / 100, portal().currency_symbol)
    return f"{value:+d}" if name == "percent" else formatting.number(int(value))


def month_of(text: str) -> str:
    """«октябрь 2026» of `2026-10`; anything else as it is."""
    try:
        return formatting.month(Month.parse(text), language())
    except ValueError:
        return text
