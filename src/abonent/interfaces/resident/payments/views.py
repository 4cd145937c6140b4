"""The payments booked to an account, from day to day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.interfaces.resident.bodies import drawn
from abonent.interfaces.resident.cabinet import account_or_404, context, pay_url, pay_word
from abonent.interfaces.resident.payments.online import looked_at_rows, online_rows
from abonent.interfaces.ui.environment import language
from abonent.ledger.queries import PaymentsShown, payments_between
from abonent.ledger.received import BookedPayment
from abonent.users.models import User
from abonent.users.permissions import staff_of
from abonent.users.rights import Right, may


@dataclass(frozen=True, slots=True)
class DaysAsked:
    """Both ends included; `problem` says in the reader's words why the default days are shown."""

    first: date
    last: date
    problem: str | None = None


def _day(text: str, default: date) -> date:
    """`2026-11-12` as a date field sends it, `12.11.2026` as people write it; nothing gives `default`."""
    text = text.strip()
    if not text:
        return default
    pattern = "%d.%m.%Y" if "." in text else "%Y-%m-%d"
    return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no time zone


def days_asked(query: Mapping[str, str], *, months: int, today: date) -> DaysAsked:
    """Read `from=2026-01-01&to=2026-11-21`; by default the last `months` months."""
    default = DaysAsked((Month.of(today) - (months - 1)).first_day, today)
    try:
        first, last = _day(query.get("from", ""), default.first), _day(query.get("to", ""), default.last)
    except ValueError:
        return DaysAsked(
            default.first, default.last, _("These days could not be read, so the usual ones are shown.")
        )
    if first > last:
        problem = _("The first day is later than the last one, so the usual ones are shown.")
        return DaysAsked(default.first, default.last, problem)
    return DaysAsked(first, last)


def _rows(shown: PaymentsShown, by_service: bool) -> list[list[Any]]:
    return [
        [one.paid_on, one.amount, _bank(one), *([_service(shown, one)] if by_service else [])]
        for one in shown.payments
    ]


def _bank(payment: BookedPayment) -> str:
    correction = _("Correction of an earlier payment") if payment.amount < 0 else ""
    return ", ".join(part for part in (payment.bank, correction) if part) or "—"


def _service(shown: PaymentsShown, payment: BookedPayment) -> str:
    return shown.services[payment.service_id].name if payment.service_id else "—"


def _values(account: HeldAccount, asked: DaysAsked) -> dict[str, Any]:
    shown = payments_between(
        account.id, first=asked.first, last=asked.last, language=language(), version=account.data_version
    )
    by_service = any(one.service_id for one in shown.payments)
    rows = _rows(shown, by_service)
    return {"asked": asked, "rows": rows, "total": shown.total, "by_service": by_service}


def _online(account: HeldAccount, person: User, asked: DaysAsked, now: datetime) -> list[list[Any]]:
    """Staff who look and have no right to payments see only those that came in."""
    if not account.looking:
        return online_rows(account.id, person.pk, first=asked.first, last=asked.last, now=now)
    staff = staff_of(person)
    if staff is None or not may(staff, Right.PAYMENTS):
        return []
    return looked_at_rows(account.id, first=asked.first, last=asked.last)


@require_safe
@login_required
def payments_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """From, to, date, amount, bank; 404 for whoever is not linked to the account."""
    account = account_or_404(request, public_id)
    person, now = cast(User, request.user), timezone.now()
    asked = days_asked(request.GET, months=person.months_shown, today=timezone.localdate())
    body = drawn("resident/payments/body.html", account, lambda: _values(account, asked), asked)
    online = _online(account, person, asked, now)
    page = context(request, section="payments", account=account, body=body, online=online)
    page |= {"looking": account.looking, "pay_url": pay_url(account), "pay_word": pay_word()}
    return render(request, "resident/payments/page.html", page)
