"""What changed against another bill, in words and signed amounts."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from abonent.bills.changes import Reason
from abonent.bills.comparison import Comparison, ServiceChange
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.tables import column
from abonent.portal.current import portal

#: As they follow an amount: «+12,30 за счёт тарифа».
_WORDS = {
    Reason.TARIFF: gettext_noop("because of the tariff"),
    Reason.VOLUME: gettext_noop("because of the volume"),
    Reason.DAYS: gettext_noop("because of the number of days"),
    Reason.RECALCULATION: gettext_noop("because of recalculation"),
    Reason.DEBT: gettext_noop("because of debt and payments"),
    Reason.APPEARED: gettext_noop("new service"),
    Reason.VANISHED: gettext_noop("no longer charged"),
    Reason.OTHER: gettext_noop("other charges"),
}


def changes(found: Comparison) -> dict[str, Any]:
    """The addition by reason, and the table by service."""
    return {
        "found": found,
        "last_year": found.shown.months_since(found.month) == 12,
        "rows": [(words, _signed(amount)) for words, amount in _reasons(found)],
        "total": (_("Total"), _signed(found.difference)),
        "service_columns": [
            column(_("Service"), head=True),
            column(_("It was"), kind="amount"),
            column(_("It is"), kind="amount"),
            column(_("Change"), align="right", strong=True),
            column(_("Why")),
        ],
        "service_rows": [
            [one.service.name, one.before, one.now, _signed(one.difference), _why(one)]
            for one in found.services
        ],
    }


def _reasons(found: Comparison) -> Iterator[tuple[str, Any]]:
    named = {Reason.APPEARED: found.appeared, Reason.VANISHED: found.vanished}
    for reason, amount in found.parts.items():
        names = ", ".join(one.service.name for one in named.get(reason, ()))
        words = _(_WORDS[reason])
        words = words[:1].upper() + words[1:]
        yield f"{words}: {names}" if names else words, amount


def _why(one: ServiceChange) -> str:
    said = [f"{_(_WORDS[reason])} {_signed(amount)}" for reason, amount in one.parts.items()]
    return ", ".join(said) or _("nothing changed")


def _signed(amount: Any) -> str:
    return formatting.signed_money(amount, portal().currency_symbol)
