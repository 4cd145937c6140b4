"""The account's own last twelve months on another tariff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.consumption.what_if import WhatIf, WhatIfMonth, what_if
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.consumption.figures import rounded
from abonent.interfaces.ui.charts import Bar, Chart, Group, bar_chart
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import counted, money, month, month_label, signed_money
from abonent.interfaces.ui.tables import Column, column
from abonent.portal.current import portal

_HUNDRED = Decimal(100)
_SCALES = ("night", "peak", "half_peak", "day")


@dataclass(frozen=True, slots=True)
class WhatIfAsked:
    """Read from the address. `typed` are the shares as they stand there, `problems` by scale."""

    service: str = ""
    tariff: str = ""
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def what_if_asked(query: Mapping[str, str]) -> WhatIfAsked:
    """`?service=CODE&tariff=CODE&share-night=30`: shares are per cent of the volume."""
    typed = {scale: text for scale in _SCALES if (text := query.get(f"share-{scale}", "").strip()[:10])}
    shares, problems = {}, {}
    for scale, text in typed.items():
        try:
            shares[scale] = _share(text)
        except ValueError:
            problems[scale] = _("Type a number from 0 to 100, for example 30.")
    return WhatIfAsked(
        service=query.get("service", "").strip()[:40],
        tariff=query.get("tariff", "").strip()[:120],
        shares=shares,
        typed=typed,
        problems=problems,
    )


def _share(text: str) -> Decimal:
    try:
        share = Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not (share.is_finite() and 0 <= share <= _HUNDRED):
        raise ValueError(text)
    return share


def _found(account: HeldAccount, asked: WhatIfAsked) -> WhatIf | None:
    return what_if(
        account.id,
        service=asked.service or None,
        tariff=asked.tariff or None,
        shares=asked.shares,
        language=language(),
        version=account.data_version,
        today=timezone.localdate(),
    )


def _sentence(found: WhatIf, difference: Decimal) -> str:
    """The sum and the difference in words."""
    symbol = portal().currency_symbol
    said = {
        "months": counted(found.compared, "month", language()),
        "other": money(found.other_total, symbol),
        "present": money(found.present_total, symbol),
        "difference": money(abs(difference), symbol),
    }
    if difference < 0:
        return _("In %(months)s it would come to %(other)s: %(difference)s cheaper.") % said
    if difference > 0:
        return _("In %(months)s it would come to %(other)s: %(difference)s dearer.") % said
    return _("In %(months)s it would come to the same: %(other)s.") % said


def _chart(months: Iterable[WhatIfMonth]) -> Chart:
    groups = [
        Group(
            label=month_label(one.month, language()),
            title=_title(one),
            now=None if one.other is None else Bar((one.other,), one.estimated),
            before=None if one.present is None else Bar((one.present,), one.estimated),
        )
        for one in months
    ]
    return bar_chart(groups, rounded)


def _title(one: WhatIfMonth) -> str:
    symbol = portal().currency_symbol
    parts = [f"{month(one.month, language())}: {money(one.other, symbol)}"]
    if one.present is not None:
        parts.append(_("Present tariff") + f": {money(one.present, symbol)}")
    return ". ".join(parts)


def _columns(found: WhatIf) -> list[Column]:
    unit = found.service.unit
    return [
        column(_("Month"), kind="month", head=True),
        column(f"{_('Volume')}, {unit}" if unit else _("Volume"), kind="quantity"),
        column(_("Present tariff"), kind="amount"),
        column(_("The other tariff"), kind="amount", strong=True),
        column(_("Difference"), align="right"),
    ]


def _row(one: WhatIfMonth) -> list[Any]:
    return [one.month, one.volume, one.present, one.other, _more(one) or one.why_not or None]


def _more(one: WhatIfMonth) -> str | None:
    if one.other is None or one.present is None:
        return None
    return _signed(one.other - one.present)


def _signed(value: Decimal) -> str:
    return signed_money(value, portal().currency_symbol)


def _compared(found: WhatIf) -> dict[str, Any]:
    """What is shown when both tariffs could be reckoned."""
    difference = found.difference
    if difference is None:
        return {}
    return {
        "sentence": _sentence(found, difference),
        "cheaper": difference < 0,
        "chart": _chart(found.months),
        "columns": _columns(found),
        "rows": [_row(one) for one in reversed(found.months)],
        "totals": [_("Total"), None, found.present_total, found.other_total, _signed(difference)],
    }


def _share_fields(found: WhatIf, asked: WhatIfAsked) -> list[dict[str, Any]]:
    """A field for each share that only the person can tell; what is wrong with them together stands at the
    first."""
    return [
        {
            "name": f"share-{one.scale}",
            "label": one.words,
            "value": asked.typed.get(one.scale, ""),
            "error": asked.problems.get(one.scale) or (found.problem if place == 0 else "") or None,
        }
        for place, one in enumerate(found.asks)
    ]


def _shown(found: WhatIf | None, asked: WhatIfAsked) -> dict[str, Any]:
    if found is None:
        return {"found": None}
    shares = _share_fields(found, asked)
    return {
        "found": found,
        "options": [("", _("Choose a tariff")), *((one.code, one.name) for one in found.offers)],
        "chosen": found.other.code if found.other else "",
        "services": [(one.code, one.name) for one in found.services],
        "shares": shares,
        "errors": [(f"id_{one['name']}", one["error"]) for one in shares if one["error"]],
        "waits": any(one.share is None for one in found.asks),
        "compared": _compared(found),
        "why_not": next((one.why_not for one in found.months if one.why_not), ""),
    }


@require_safe
@login_required
def what_if_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """`?service=CODE&tariff=CODE&share-night=30`; 404 for whoever is not linked to the account."""
    account, asked = account_or_404(request, public_id), what_if_asked(request.GET)
    return render(
        request,
        "resident/calculator/what_if.html",
        context(
            request,
            section="calculator",
            account=account,
            held=account,
            calculator_url=address("calculator", account),
            asked=asked,
            **_shown(_found(account, asked), asked),
        ),
    )
