"""Each setting's draft on the customer's own page: requests, readings, paying, contacts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from abonent.base.months import Month
from abonent.configuration.queries import Setting
from abonent.interfaces.resident.cabinet import SECTIONS, section_label
from abonent.interfaces.resident.drafts import sample
from abonent.interfaces.resident.drafts.frame import NOWHERE, Switch, address_with, drawn
from abonent.interfaces.resident.labels import label
from abonent.interfaces.resident.pay.views import check_values
from abonent.interfaces.resident.readings.history import History
from abonent.interfaces.resident.readings.overview import meter_cards, sent_summary
from abonent.interfaces.resident.requests.filing import form_values
from abonent.interfaces.resident.requests.words import file_word
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import local
from abonent.metering.fields import ReadingForm
from abonent.metering.windows import window_of
from abonent.portal.current import portal
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests.kind_preview import form_to_look_at
from abonent.service_requests.typed import Option

#: What customers pay at a time, in either currency.
SUMS = (Decimal(500), Decimal(1000), Decimal(5000), Decimal(20000), Decimal(100000))
_DAYS = 7


def requests_page(request: HttpRequest, _one: Setting, back: str, today: date) -> HttpResponse:
    """`?kind=plumber`: its form; else the list of what may be asked for."""
    kinds = portal().requests.kinds
    if asked := request.GET.get("kind", ""):
        kind = next((found for found in kinds if found.code == asked), None)
        if kind is None:
            raise Http404
        if not kind.leads_to:
            return _form(request, kind, back, today)
    links = [
        (_kind_address(request, one), local(one.label), local(one.hint), one.icon)
        for one in kinds
        if one.offered
    ]
    values: dict[str, Any] = {"kinds": links, "refused": [], "file_word": file_word()}
    return drawn(
        request, "resident/requests/kinds.html", section="requests", back=back, has_form=False, **values
    )


def _kind_address(request: HttpRequest, kind: RequestKind) -> str:
    return NOWHERE if kind.leads_to else address_with(request, kind=kind.code)


def _form(request: HttpRequest, kind: RequestKind, back: str, today: date) -> HttpResponse:
    named = f"№ {sample.SERIAL}"
    meters = [Option("1", dict.fromkeys(portal().languages, named))]
    asked = form_to_look_at(kind, meters=meters, today=today)
    values = form_values(asked, sample.account(), {"key": "draft", "bill": ""}, {}) | {"action": NOWHERE}
    switch = [(_("All kinds"), address_with(request, kind=""), False)]
    return drawn(
        request, "resident/requests/form.html", section="requests", back=back, choices=switch, **values
    )


def readings_page(request: HttpRequest, one: Setting, back: str, today: date) -> HttpResponse:
    """`?day=2026-11-25`: what the page says on that day; today, and the days on which it changes."""
    day = _day(request.GET.get("day", "")) or today
    form = sample.reading_form(one.organisation, day=day)
    values = {
        "form": form,
        "meters": meter_cards(form),
        "sent": sent_summary(form),
        "enter": label("enter_readings", _("Submit readings")),
        "reminds": False,
        "history": History("", several=False, rows=[], levels=[], years=[]),
    }
    days = _days(request, form, day, today)
    return drawn(
        request, "resident/readings/page.html", section="readings", back=back, choices=days, **values
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if 2000 <= int(text[:4] or 0) <= 2100 else None
    except ValueError:
        return None


def _days(request: HttpRequest, form: ReadingForm, chosen: date, today: date) -> list[Switch]:
    """Today, and on both sides of the opening and of the closing of this month's and the next."""
    turns = {today, chosen}
    for month in Month.of(today).through(Month.of(today) + 1):
        window = window_of(form.rules, month)
        turns |= {window.first_day - timedelta(days=1), window.first_day}
        turns |= {window.last_day, window.last_day + timedelta(days=1)}
    return [
        (
            _("today") if day == today else formatting.date(day),
            address_with(request, day=day.isoformat()),
            day == chosen,
        )
        for day in sorted(turns)
        if day >= today - timedelta(days=_DAYS) or day == chosen
    ]


def commission_page(request: HttpRequest, one: Setting, back: str, today: date) -> HttpResponse:
    """`?amount=1000`: the check of a payment of so much."""
    method = next((found for found in portal().paying.methods if found.code == one.place.method), None)
    if method is None:
        raise Http404
    asked = request.GET.get("amount", "")
    amount = next((found for found in SUMS if str(found) == asked), SUMS[1])
    judged = sample.payment(amount, method, payee=local(portal().brand.name))
    sums = [
        (
            formatting.money(found, portal().currency_symbol),
            address_with(request, amount=str(found)),
            found == amount,
        )
        for found in SUMS
    ]
    values: dict[str, Any] = check_values(judged, "draft")
    return drawn(request, "resident/pay/check.html", section="pay", back=back, choices=sums, **values)


def contacts_page(request: HttpRequest, one: Setting, back: str, today: date) -> HttpResponse:
    """The site map, with the contacts that stand beside and beneath every page."""
    entries = [
        (NOWHERE, section_label(name), "", SECTIONS[name][1]) for name in portal().menu if name in SECTIONS
    ]
    return drawn(
        request, "resident/site_map/page.html", section="site_map", back=back, has_form=False, entries=entries
    )


PAGES = {
    "requests": requests_page,
    "readings": readings_page,
    "window": readings_page,
    "commission": commission_page,
    "contact_centre": contacts_page,
    "offices": contacts_page,
}
