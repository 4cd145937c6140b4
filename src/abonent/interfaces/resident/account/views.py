"""What is owed, what it is made of, and what the account is."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.interfaces.resident.bodies import drawn
from abonent.interfaces.resident.cabinet import (
    account_or_404,
    address,
    context,
    pay_url,
    pay_word,
    section_label,
)
from abonent.interfaces.resident.looking import in_every_look
from abonent.interfaces.resident.on_their_way import coming
from abonent.interfaces.resident.rows import amounts, explained, five, odd_lines, service_cell
from abonent.interfaces.ui.environment import language
from abonent.ledger.queries import Balance, overview
from abonent.portal.current import portal

#: Where people go next, with the icons of the menu.
_LINKS = ("readings", "services", "payments", "receipts", "requests")


def _balance(balance: Balance, why: str) -> dict[str, Any]:
    corrected = any(one.line.corrections for one in balance.charged)
    return {
        "as_of": balance.as_of,
        "counted_until": portal().bill.counted_until(Month.of(balance.month)),
        "coming": coming(balance.expected),
        "corrected": corrected,
        "rows": [
            [service_cell(one.service), *_shown(explained(one, amounts(one), why), corrected)]
            for one in balance.charged
        ],
        "levels": [one.service.level for one in balance.charged],
        "totals": _shown(five(balance.totals), corrected),
        "odd": odd_lines(balance.charged),
    }


def _shown(row: Sequence[Any], corrected: bool) -> list[Any]:
    """Corrections are rare: a month without any does without their column."""
    return [*row] if corrected else [*row[:2], *row[3:]]


def _changed_on(account: HeldAccount) -> date | None:
    changed = account.data_changed_at
    return timezone.localtime(changed).date() if changed else None


def _values(account: HeldAccount) -> dict[str, Any]:
    seen = overview(account.id, language=language(), version=account.data_version)
    return {
        "balance": seen.balance,
        "meters": seen.meters,
        "changed_on": _changed_on(account),
        "links": _links(account, owes=seen.balance is not None and seen.balance.due > 0),
        **(_balance(seen.balance, address("why", account)) if seen.balance else {}),
    }


def _links(account: HeldAccount, *, owes: bool) -> list[tuple[str, str, str]]:
    """What people come for, where they can: to pay first while something is owed, else after the readings."""
    to_pay = pay_url(account)
    shown = [name for name in _LINKS if name in portal().menu]
    if account.looking:
        shown = [name for name in shown if in_every_look(name)]
    links: list[tuple[str, str, str]] = [
        (name, _link_label(name, account), address(name, account)) for name in shown
    ]
    if to_pay:
        links.insert(0 if owes else 1, ("pay", pay_word(), to_pay))
    return links


def _link_label(name: str, account: HeldAccount) -> str:
    """A section by its name, but what people come for every month by what they do there; who looks does
    nothing."""
    return _("Submit readings") if name == "readings" and not account.looking else section_label(name)


@require_safe
@login_required
def account_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The account at a glance; 404 for whoever is not linked to it."""
    account = account_or_404(request, public_id)
    body = drawn("resident/account/body.html", account, lambda: _values(account))
    return render(
        request,
        "resident/account/page.html",
        context(request, section="account", account=account, body=body),
    )
