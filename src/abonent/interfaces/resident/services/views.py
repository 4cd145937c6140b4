"""The services of an account from month to month."""

from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.bodies import drawn
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.rows import five, month_rows, odd_lines, service_cell
from abonent.interfaces.resident.services.asked import MonthsAsked, months_asked
from abonent.interfaces.ui.environment import language
from abonent.ledger.queries import ServiceMonths, Turnovers, turnovers


def _group(group: ServiceMonths, account: HeldAccount) -> dict[str, Any]:
    return {
        "service": group.service,
        "rows": month_rows(group.charged, account, language()),
        "levels": [one.service.level for one in group.charged],
        "totals": five(group.totals),
        "odd": odd_lines(group.charged),
    }


def _together(seen: Turnovers, period: str) -> dict[str, Any]:
    """Several services: a row a service, a row a month; a service's own months are a click away."""
    return {
        "services": [_service_row(group, period) for group in seen.groups],
        "months": [[one.month, *five(one.totals)] for one in seen.months],
        "odd": [line for group in seen.groups for line in odd_lines(group.charged)],
        "totals": five(seen.totals),
    }


def _service_row(group: ServiceMonths, period: str) -> list[Any]:
    sums = group.totals
    return [
        service_cell(group.service, f"?service={quote(group.service.code)}&{period}"),
        group.opening,
        sums.accrued,
        sums.corrections,
        sums.paid,
        group.closing,
    ]


def _values(account: HeldAccount, asked: MonthsAsked, months: int) -> dict[str, Any]:
    seen = turnovers(
        account.id,
        first=asked.first,
        last=asked.last,
        months=months,
        service=asked.service,
        language=language(),
        version=account.data_version,
    )
    if seen is None:
        return {"period": None, "problem": asked.problem}
    one = seen.groups[0] if len(seen.groups) == 1 else None
    period = f"from={seen.period.first}&to={seen.period.last}"
    which = f"service={quote(one.service.code)}&{period}" if one else period
    return {
        "problem": asked.problem,
        "period": seen.period,
        "chosen": asked.service or "",
        "offered": [("", _("All services")), *((each.code, each.name) for each in seen.offered)],
        "empty": not seen.groups,
        "statement": f"{address('service_statement', account)}?{which}",
        "group": _group(one, account) if one else None,
        "together": None if one else _together(seen, period),
    }


@require_safe
@login_required
def services_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Supplier, month, opening balance, accrued, corrections, paid, closing balance; 404 for strangers."""
    account = account_or_404(request, public_id)
    asked, months = months_asked(request.GET), request.user.months_shown  # type: ignore[union-attr]
    body = drawn(
        "resident/services/body.html", account, lambda: _values(account, asked, months), asked, months
    )
    return render(
        request,
        "resident/services/page.html",
        context(request, section="services", account=account, body=body),
    )
