"""Online payments above the booked ones: drawn for the person, never kept."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup

from abonent.interfaces.resident.pay.words import amount_says
from abonent.interfaces.ui.formatting import datetime as moment
from abonent.payments.own import OnlinePayment, online_payments, online_payments_looked_at

#: The colour of each state's words.
BADGES = {"created": "warning", "sent": "warning", "paid": "warning", "booked": "success", "told": "success"}


def state_words(state: str) -> str:
    return {
        "created": pgettext("payment", "Getting through to the bank"),
        "sent": pgettext("payment", "Waiting for the bank"),
        "paid": pgettext("payment", "Being checked"),
        "booked": pgettext("payment", "Booked"),
        "told": pgettext("payment", "Booked, the supplier knows"),
        "declined": pgettext("payment", "Not made"),
        "expired": pgettext("payment", "Not finished"),
        "refunded": pgettext("payment", "Given back"),
    }[state]


def online_rows(account_id: int, user_id: int, *, first: date, last: date, now: datetime) -> list[list[Any]]:
    """When, how much, what has become of it, what can be done. One query."""
    return [_row(one, now) for one in online_payments(account_id, user_id, first=first, last=last)]


def looked_at_rows(account_id: int, *, first: date, last: date) -> list[list[Any]]:
    """The same without what can be done, of everybody who pays for the account. One query."""
    found = online_payments_looked_at(account_id, first=first, last=last)
    return [[moment(timezone.localtime(one.created_at)), one.amount, _state(one)] for one in found]


def _row(one: OnlinePayment, now: datetime) -> list[Any]:
    when = moment(timezone.localtime(one.created_at))
    return [when, one.amount, _state(one), _links(one, now)]


def _state(one: OnlinePayment) -> Markup:
    badge = Markup('<span class="badge {}">{}</span>').format(
        BADGES.get(one.state, "neutral"), state_words(one.state)
    )
    if one.refunded and one.state != "refunded":
        given = _("of the payment %(amount)s has been given back") % {"amount": amount_says(one.refunded)}
        return badge + Markup(" <small>{}</small>").format(given)
    return badge


def _links(one: OnlinePayment, now: datetime) -> Markup:
    """«Продолжить» while it can be paid; the page otherwise, with the receipt of what is booked."""
    if not one.is_own:
        return Markup("<small>{}</small>").format(_("another person of this account pays"))
    page = reverse("payment", args=[one.public_id])
    unfinished = one.state in ("created", "sent") and now < one.expires_at
    says = _("Continue") if unfinished else _("Details")
    number = _("Payment No. %(number)s") % {"number": one.number}
    link = Markup('<a href="{}">{}<span class="visually-hidden">: {}</span></a>').format(page, says, number)
    if one.state not in ("booked", "told", "refunded"):
        return Markup("<span>{}</span>").format(link)
    paper = reverse("payment_pdf", args=[one.public_id])
    pdf = Markup(
        '<a href="{}" target="_blank" rel="noopener">{}<span class="visually-hidden">: {}</span></a>'
    )
    return Markup("<span>{} · {}</span>").format(link, pdf.format(paper, _("Receipt (PDF)"), number))
