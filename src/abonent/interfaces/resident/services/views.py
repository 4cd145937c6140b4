"""The services of an account from month to month."""

from typing import Any
from urllib.parse import urlencode

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
from abonent.ledger.queries import Period, ServiceMonths, turnovers

#: With more services than this their months are folded under the table of services.
_UNFOLDED = 2


def _group(group: ServiceMonths, period: Period, statement: str) -> dict[str, Any]:
    asked = {"service": group.service.code, "from": period.first, "to": period.last}
    return {
        "service": group.service,
        "rows": month_rows(group.charged, language()),
        "levels": [one.service.level for one in group.charged],
        "totals": five(group.totals),
        "odd": odd_lines(group.charged),
        "statement": f"{statement}?{urlencode(asked)}",
    }


def _summary_row(group: ServiceMonths) -> list[Any]:
    sums = group.totals
    return [
        service_cell(group.service),
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
    statement = address("service_statement", account)
    return {
        "problem": asked.problem,
        "period": seen.period,
        "chosen": asked.service or "",
        "offered": [("", _("All services")), *((one.code, one.name) for one in seen.offered)],
        "summary": [_summary_row(group) for group in seen.groups],
        "totals": five(seen.totals),
        "groups": [_group(group, seen.period, statement) for group in seen.groups],
        "unfolded": len(seen.groups) <= _UNFOLDED,
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
