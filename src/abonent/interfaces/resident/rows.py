"""Rows of the account's tables, from the ledger's values to the cells of `ui/data_table.html`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.interfaces.resident.cabinet import address
from abonent.interfaces.ui.environment import url
from abonent.interfaces.ui.formatting import amount, month
from abonent.ledger.balances import Turnover, adds_up, expected_closing
from abonent.ledger.queries import Charged
from abonent.portal.current import portal
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


def question_link(account: HeldAccount, month: Month, service: ServiceFacts) -> Markup:
    """«Вопрос по строке» beneath a line of a bill, where such questions are taken; a part has none."""
    kind = portal().requests.about_bill_line
    if kind is None or not kind.offered or service.level or account.limited or account.closed_on:
        return Markup()
    form = url("service_request_new", account.public_id, kind.code)
    link = Markup('<small class="how no-print"><a href="{}?bill={}.{}">{}</a></small>')
    return link.format(form, month, service.id, _("A question about this line"))


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


def month_rows(charged: Iterable[Charged], account: HeldAccount, shown_in: str) -> list[list[Any]]:
    """Months with their amounts; a part of the service follows its month and stands under its own name."""
    why = address("why", account)
    return [[_month_cell(one, account, shown_in), *explained(one, amounts(one), why)] for one in charged]


def _month_cell(one: Charged, account: HeldAccount, shown_in: str) -> Markup:
    if one.service.level:
        return escape(one.service.name)
    asks = question_link(account, Month.of(one.line.month), one.service)
    return escape(month(one.line.month, shown_in)) + asks
