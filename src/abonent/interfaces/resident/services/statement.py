"""«Печать»: the service statement as a page that prints well, and as PDF."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.bills.paper import Statement
from abonent.bills.statements import service_statements, statements_pdf
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.entrance.limited import may_draw, too_many
from abonent.interfaces.resident.rows import five
from abonent.interfaces.resident.services.asked import MonthsAsked, months_asked
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import quantity


def _statements(request: HttpRequest, account: HeldAccount, asked: MonthsAsked) -> tuple[Statement, ...]:
    found = service_statements(
        account,
        service=asked.service,
        first=asked.first,
        last=asked.last,
        months=request.user.months_shown,  # type: ignore[union-attr]
        language=language(),
        today=timezone.localdate(),
    )
    if not found:
        raise Http404
    return found


@require_safe
@login_required
def statement_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """`?service=CODE&from=2026-01&to=2026-10`; 404 for strangers and for a service the account has not."""
    account = account_or_404(request, public_id)
    asked = months_asked(request.GET)
    statements = _statements(request, account, asked)
    query = _same(asked, statements[0])
    return render(
        request,
        "resident/services/statement.html",
        context(
            request,
            section="services",
            account=account,
            held=account,
            problem=asked.problem,
            statements=[_shown(one) for one in statements],
            services_url=f"{address('services', account)}?{query}",
            pdf_url=f"{address('service_statement_pdf', account)}?{query}",
        ),
    )


def _shown(statement: Statement) -> dict[str, Any]:
    return {
        "statement": statement,
        "rows": [[line.month, _price(line.tariff), *five(line)] for line in statement.lines],
        "totals": five(statement.totals),
    }


def _price(tariff: Decimal | tuple[Decimal, ...] | None) -> str:
    """One price, or those of day and night, or of levels."""
    prices = tariff if isinstance(tariff, tuple) else (tariff,)
    return " / ".join(quantity(price) for price in prices)


def _same(asked: MonthsAsked, statement: Statement) -> str:
    given = {"service": asked.service, "from": statement.first, "to": statement.last}
    return urlencode({name: value for name, value in given.items() if value})


@require_safe
@login_required
def statement_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same on paper. A limited link gets an explanation instead (403)."""
    account = account_or_404(request, public_id)
    if account.limited:
        page = context(request, section="services", account=account, held=account)
        return render(request, "resident/services/no_paper.html", page, status=403)
    if not may_draw(request):
        return too_many(request)
    pdf = statements_pdf(_statements(request, account, months_asked(request.GET)))
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="statement.pdf"'},
    )
