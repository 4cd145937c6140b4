"""What this room knows of a person, and how it forgets: called by personal_data alone."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.base.facts import Facts, told
from abonent.bills.models import ReceiptLetter, ReceiptSubscription

TOLD: Mapping[str, str] = {
    "bills.ReceiptSubscription.user": "receipt_subscriptions",
    "bills.ReceiptLetter.user": "receipt_letters",
}
LEFT_OUT: Mapping[str, str | Promise] = {
    "bills.Publication.started_by": "work of the staff, told by the trail",
}
WORDS: Mapping[str, str | Promise] = {
    "receipt_subscriptions": _("Receipts by mail"),
    "receipt_letters": _("Receipts sent"),
    "account": _("Account"),
    "email": "E-mail",
    "started_at": _("Since"),
    "confirmed_at": _("Confirmed"),
    "ended_at": _("Ended"),
    "ended_why": _("Why it ended"),
    "ended_why=person": _("your own wish"),
    "ended_why=letter": _("by a letter's link"),
    "ended_why=expired": _("nobody confirmed it"),
    "ended_why=unlinked": _("the account is not seen any more"),
    "ended_why=moved": _("another e-mail address"),
    "ended_why=refused": _("letters came back"),
    "month": _("Month"),
    "created_at": _("Written"),
}
_SUBSCRIPTION = {
    "account": "account__number",
    "email": "email",
    "started_at": "started_at",
    "confirmed_at": "confirmed_at",
    "ended_at": "ended_at",
    "ended_why": "ended_why",
}


def facts_about(user_id: int) -> Facts:
    """Subscriptions to receipts, and which receipts were sent by mail. Two queries."""
    return {
        "receipt_subscriptions": told(
            ReceiptSubscription.objects.filter(user_id=user_id).order_by("started_at"), _SUBSCRIPTION
        ),
        "receipt_letters": told(
            ReceiptLetter.objects.filter(user_id=user_id).order_by("created_at"),
            {"account": "account__number", "month": "month", "created_at": "created_at"},
        ),
    }


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Subscriptions, with the mailbox they went to, and what was sent go. In the caller's transaction, safe
    to repeat."""
    return {
        "receipt_letters": ReceiptLetter.objects.filter(user_id=user_id).delete()[0],
        "receipt_subscriptions": ReceiptSubscription.objects.filter(user_id=user_id).delete()[0],
    }
