"""Two pages, as one writes them first."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.db.models import F, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink
from abonent.base.months import Month
from abonent.ledger.models import Charge, Payment
from abonent.metering.models import Meter
from abonent.portal.current import portal
from abonent.portal.models import DataVersion

AMOUNTS = ("opening", "accrued", "corrections", "paid", "closing")


@dataclass
class Sums:
    opening: Decimal = Decimal(0)
    accrued: Decimal = Decimal(0)
    corrections: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    closing: Decimal = Decimal(0)

    def add(self, row: object) -> None:
        for name in AMOUNTS:
            setattr(self, name, getattr(self, name) + getattr(row, name))


def sums(rows) -> Sums:  # type: ignore[no-untyped-def]
    made = Sums()
    for row in rows:
        made.add(row)
    return made


def _charges(account: Account):  # type: ignore[no-untyped-def]
    return (
        Charge.objects.filter(account=account)
        .select_related("service__organisation", "service__parent")
        .order_by("-month", F("service__position"))
    )


def _frame(request: HttpRequest, public_id: str) -> dict[str, object]:
    links = AccountLink.objects.filter(user=request.user, ended_at=None).select_related("account")
    links = list(links.order_by("created_at", "id"))
    get_object_or_404(Account, public_id=public_id, links__in=links)
    account = next(one.account for one in links if one.account.public_id == public_id)
    return {"account": account, "links": links, "portal": portal()}


@login_required
def account(request: HttpRequest, public_id: str) -> HttpResponse:
    frame = _frame(request, public_id)
    account = frame["account"]
    newest = Charge.objects.filter(account=account).order_by("-month").values_list("month", flat=True).first()
    charges = list(_charges(account).filter(month=newest))
    changed = DataVersion.objects.get().changed_at
    return render(
        request,
        "plain/account.html",
        {
            **frame,
            "section": "account",
            "charges": charges,
            "month": newest,
            "as_of": newest.last_day,
            "totals": sums(one for one in charges if one.service.parent is None),
            "last": Payment.objects.filter(account=account, amount__gt=0).order_by("-paid_on").first(),
            "changed_on": timezone.localtime(changed).date(),
            "meters": Meter.objects.filter(account=account, removed_on=None).select_related("service"),
        },
    )


@login_required
def services(request: HttpRequest, public_id: str) -> HttpResponse:
    frame = _frame(request, public_id)
    bounds = Charge.objects.filter(account=frame["account"]).aggregate(Min("month"), Max("month"))
    earliest, latest = bounds["month__min"], bounds["month__max"]
    first = max(earliest, latest - (request.user.months_shown - 1))
    charges = [
        one
        for one in _charges(frame["account"]).filter(month__gte=first, month__lte=latest)
        if one.service.parent is None
    ]
    by_service: dict[object, list[Charge]] = {}
    by_month: dict[Month, list[Charge]] = {}
    for one in charges:
        by_service.setdefault(one.service, []).append(one)
        by_month.setdefault(one.month, []).append(one)
    service_sums = {service: _through(rows) for service, rows in by_service.items()}
    totals = sums(service_sums.values())
    return render(
        request,
        "plain/services.html",
        {
            **frame,
            "section": "services",
            "first": first,
            "last": latest,
            "choices": list(reversed(list(earliest.through(latest)))),
            "by_service": service_sums.items(),
            "by_month": [(month, sums(rows)) for month, rows in by_month.items()],
            "totals": totals,
        },
    )


def _through(rows: list[Charge]) -> Sums:
    made = sums(rows)
    made.opening, made.closing = rows[-1].opening, rows[0].closing
    return made
