"""«Почему такая сумма»: a charge of billing unfolded to volume x tariff x factor, and our own figure."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.consumption.explanation import ExplainedLine, Explanation, explanation
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.calculator.lines import line_columns, line_rows
from abonent.interfaces.resident.rows import question_link
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.tables import Column, column
from abonent.portal.current import portal


def _explained(account: HeldAccount, month: Month, service: str) -> Explanation:
    found = explanation(
        account.id,
        month=month,
        service=service,
        language=language(),
        version=account.data_version,
        today=timezone.localdate(),
    )
    if found is None:
        raise Http404
    return found


def _unfolded(line: ExplainedLine, level: int = 0) -> Iterator[tuple[ExplainedLine, int]]:
    yield line, level
    for part in line.parts:
        yield from _unfolded(part, level + 1)


def _columns(has_factor: bool) -> list[Column]:
    factor = [column(_("Factor"), kind="quantity")] if has_factor else []
    return [
        column(_("Service"), head=True),
        column(_("Volume"), align="right"),
        column(_("Tariff"), kind="quantity"),
        *factor,
        column(_("Accrued"), kind="money", strong=True),
    ]


def _row(one: ExplainedLine, has_factor: bool) -> list[Any]:
    unit = one.service.unit
    volume = None if one.volume is None else f"{formatting.quantity(one.volume)} {unit}".strip()
    factor = [one.factor] if has_factor else []
    return [one.service.name, volume, one.tariff, *factor, one.accrued]


def _rules(lines: list[ExplainedLine]) -> Iterator[str]:
    """How each amount came about, in words; of several lines each is named."""
    for one in lines:
        if one.words:
            yield f"{one.service.name}: {one.words}" if len(lines) > 1 else one.words


def _verdict(found: Explanation) -> str:
    """Whether the supplier's figure is ours, in a line."""
    if found.difference is None:
        return _("We could not reckon it again")
    if found.agrees:
        return _("Our reckoning comes to the same")
    return _("The supplier's amount differs from our reckoning by %(amount)s") % {
        "amount": formatting.signed_money(found.difference, portal().currency_symbol)
    }


def _values(account: HeldAccount, month: Month, service: str) -> dict[str, Any]:
    found = _explained(account, month, service)
    lines = list(_unfolded(found.line))
    has_factor = any(one.factor not in (None, 1) for one, _level in lines)
    columns = line_columns(found.ours, found.service.unit)
    return {
        "found": found,
        "asks": question_link(account, month, found.service),
        "title": f"{found.service.name}, {formatting.month(month, language())}",
        "supplier_columns": _columns(has_factor),
        "supplier_rows": [_row(one, has_factor) for one, _level in lines],
        "supplier_levels": [level for _one, level in lines],
        "rules": list(_rules([one for one, _level in lines])),
        "our_columns": columns,
        "our_rows": line_rows(found.ours),
        "our_totals": [_("Total"), *[None] * (len(columns) - 2), found.our_total],
        "verdict": _verdict(found),
    }


@require_safe
@login_required
def why_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """`?month=2026-10&service=CODE`; 404 for strangers and for what was not charged."""
    account = account_or_404(request, public_id)
    service = request.GET.get("service", "").strip()[:40]
    try:
        month = Month.parse(request.GET.get("month", ""))
    except ValueError:
        raise Http404 from None
    return render(
        request,
        "resident/services/why.html",
        context(
            request,
            section="services",
            account=account,
            held=account,
            services_url=address("services", account),
            **_values(account, month, service),
        ),
    )
