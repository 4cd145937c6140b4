"""Rows of the account's tables, from the ledger's values to the cells of `ui/data_table.html`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from abonent.interfaces.ui.formatting import month
from abonent.ledger.balances import Turnover, adds_up, expected_closing
from abonent.ledger.queries import Charged
from abonent.portal.queries import ServiceFacts

# The markup of ui/service.html.
_NAMED = Markup('<span class="service"><strong>{}</strong><small>{}</small></span>')
_LINKED = Markup('<span class="service"><a href="{}">{}</a><small>{}</small></span>')


def service_cell(service: ServiceFacts, href: str = "") -> str | Markup:
    """The service with its supplier beneath; a part of a service has only its name."""
    if href:
        return _LINKED.format(href, service.name, service.supplier)
    return service.name if service.level else _NAMED.format(service.name, service.supplier)


def five(row: Turnover) -> list[Decimal]:
    """The amounts in the order of every table: opening, accrued, corrections, paid, closing."""
    return [row.opening, row.accrued, row.corrections, row.paid, row.closing]


def odd_lines(charged: Iterable[Charged]) -> list[dict[str, Any]]:
    """The lines whose closing balance is not what the other columns give: shown as sent, with a note."""
    return [
        {
            "month": one.line.month,
            "service": one.service.name,
            "sent": one.line.closing,
            "expected": expected_closing(one.line),
        }
        for one in charged
        if not adds_up(one.line)
    ]


def month_rows(charged: Iterable[Charged], shown_in: str) -> list[list[Any]]:
    """Months with their amounts; a part of the service follows its month and stands under its own name."""
    return [
        [one.service.name if one.service.level else month(one.line.month, shown_in), *five(one.line)]
        for one in charged
    ]
