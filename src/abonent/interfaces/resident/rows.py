"""Rows of the account's tables, from the ledger's values to the cells of `ui/data_table.html`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from abonent.base.months import Month
from abonent.interfaces.ui.formatting import amount, month
from abonent.ledger.balances import Turnover, adds_up, expected_closing
from abonent.ledger.queries import Charged
from abonent.portal.queries import ServiceFacts


# The markup of ui/service.html.
def service_cell(service: ServiceFacts, query: str = "") -> Markup:
    """The service with its supplier beneath, linked to `query` if given; a part has only its name."""
    name = escape(service.name)
    if service.level:
        return name
    shown = f'<a href="{escape(query)}">{name}</a>' if query else f"<strong>{name}</strong>"
    supplier = f"<small>{escape(service.supplier)}</small>"
    return Markup(f'<span class="service">{shown}{supplier}</span>')  # noqa: S704 - every part is escaped


def five(row: Turnover) -> list[Decimal]:
    """The amounts in the order of every table: opening, accrued, corrections, paid, closing."""
    return [row.opening, row.accrued, row.corrections, row.paid, row.closing]


def amounts(charged: Charged) -> list[Decimal | None]:
    """The five amounts of a line; a part without a balance (docs/domain/bundle.md) shows its accrual."""
    line = charged.line
    if charged.service.level and not line.opening and not line.paid:
        return [None, line.accrued, line.corrections, None, None]
    return [*five(line)]


def explained(charged: Charged, row: Sequence[Any], why: str) -> list[Any]:
    """The row of five with its accrued amount linked to «Почему такая сумма» (`why`, of the account)."""
    if charged.service.level or not charged.line.accrued:
        return [*row]
    href = f"{why}?month={Month.of(charged.line.month)}&service={quote(charged.service.code)}"
    link = Markup('<a href="{}">{}</a>').format(href, amount(charged.line.accrued))
    return [row[0], link, *row[2:]]


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


def month_rows(charged: Iterable[Charged], shown_in: str, why: str) -> list[list[Any]]:
    """Months with their amounts; a part of the service follows its month and stands under its own name."""
    return [
        [
            one.service.name if one.service.level else month(one.line.month, shown_in),
            *explained(one, amounts(one), why),
        ]
        for one in charged
    ]
