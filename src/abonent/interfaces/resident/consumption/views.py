"""The page of consumption and its file: units or cost, a year beside the year before."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.consumption.usage import ServiceUsage, UsageMonth
from abonent.consumption.year import YearUsage, usage_of_year
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.consumption import table
from abonent.interfaces.resident.consumption.asked import UsageAsked, usage_asked
from abonent.interfaces.resident.consumption.download import consumption_csv
from abonent.interfaces.resident.consumption.figures import Shown
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import counted
from abonent.portal.current import portal


def _usage(account: HeldAccount, asked: UsageAsked) -> YearUsage | None:
    return usage_of_year(account.id, year=asked.year, language=language(), version=account.data_version)


def _chosen(seen: YearUsage, asked: UsageAsked) -> ServiceUsage | None:
    """The service asked for, else the first with a meter, else the first."""
    named = (one for one in seen.services if one.service.code == asked.service)
    metered = (one for one in seen.services if one.metered)
    return next(named, None) or next(metered, None) or next(iter(seen.services), None)


def _values(account: HeldAccount, asked: UsageAsked) -> dict[str, Any]:
    seen = _usage(account, asked)
    if seen is None:
        return {"seen": None, "usage": None}
    shared = {"seen": seen, "years": list(_years(seen, asked)), "asked": asked}
    usage = _chosen(seen, asked)
    if usage is None:
        return {**shared, "usage": None}
    return {**shared, **_one(account, usage, asked), "offered": [one.service for one in seen.services]}


def _years(seen: YearUsage, asked: UsageAsked) -> Iterator[tuple[str, str, bool]]:
    known = asked.year if asked.year in seen.years else None
    yield counted(12, "month", language()), f"?{replace(asked, year=None).query()}", known is None
    for year in seen.years:
        yield str(year), f"?{replace(asked, year=year).query()}", known == year


def _one(account: HeldAccount, usage: ServiceUsage, asked: UsageAsked) -> dict[str, Any]:
    has_both = usage.volume is not None and usage.cost is not None
    shown = Shown(usage, cost=usage.volume is None or (asked.cost and has_both))
    return {
        "usage": usage,
        "figures": shown,
        "switch": list(_switch(usage, asked, shown)) if has_both else [],
        "columns": table.columns(shown),
        "rows": table.rows(shown, lambda one: _why(account, usage, one)),
        "totals": table.totals(shown),
        "csv": f"{address('consumption_csv', account)}?{replace(asked, service=usage.service.code).query()}",
        "readings": address("readings", account) if "readings" in portal().menu else "",
    }


def _switch(usage: ServiceUsage, asked: UsageAsked, shown: Shown) -> Iterator[tuple[str, str, bool]]:
    units = usage.service.unit or _("Units")
    yield units, f"?{replace(asked, cost=False).query()}", not shown.cost
    yield _("Cost"), f"?{replace(asked, cost=True).query()}", shown.cost


def _why(account: HeldAccount, usage: ServiceUsage, one: UsageMonth) -> str:
    query = urlencode({"month": str(one.month), "service": usage.service.code})
    return f"{address('why', account)}?{query}"


@require_safe
@login_required
def consumption_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """`?service=CODE&year=2026&show=cost`; 404 for whoever is not linked to the account."""
    account, asked = account_or_404(request, public_id), usage_asked(request.GET)
    return render(
        request,
        "resident/consumption/page.html",
        context(request, section="consumption", account=account, held=account, **_values(account, asked)),
    )


@require_safe
@login_required
def consumption_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same as a file for a spreadsheet; 404 where there is nothing to put into it."""
    account, asked = account_or_404(request, public_id), usage_asked(request.GET)
    seen = _usage(account, asked)
    usage = _chosen(seen, asked) if seen else None
    if seen is None or usage is None:
        raise Http404
    name = f"consumption-{seen.first}-{seen.last}.csv"
    return HttpResponse(
        consumption_csv(usage),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
