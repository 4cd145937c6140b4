"""The signed links of a subscription's letters: one to confirm it, one to end it.

They hold no name, number or address, and are the same for the same subscription."""

from typing import Literal

from django.core import signing
from django.urls import reverse

from abonent.base.errors import DomainError
from abonent.bills.models import ReceiptSubscription
from abonent.notices.addresses import absolute

Purpose = Literal["confirm", "unsubscribe"]


class NoSuchSubscriptionLink(DomainError):  # noqa: N818 - named after what is the matter
    """Forged, cut short, or for another purpose."""


def address(subscription_id: int, started: int, purpose: Purpose) -> str:
    """The absolute address, for a letter. `started`: the second in which the subscription was asked for."""
    return absolute(reverse(f"receipt_{purpose}", args=[token(subscription_id, started, purpose)]))


def token(subscription_id: int, started: int, purpose: Purpose) -> str:
    return signing.Signer(salt=_salt(purpose)).sign_object([subscription_id, started])


def find(token: str, purpose: Purpose, *, locked: bool = False) -> ReceiptSubscription:
    """The row that a token names, with account and person, whatever its state. Raises
    `NoSuchSubscriptionLink`."""
    try:
        pk, started = signing.Signer(salt=_salt(purpose)).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NoSuchSubscriptionLink from error
    rows = ReceiptSubscription.objects.select_related("account", "user")
    found = (rows.select_for_update(of=("self",)) if locked else rows).filter(pk=pk).first()
    if found is None or int(found.started_at.timestamp()) != started:
        raise NoSuchSubscriptionLink
    return found


def _salt(purpose: Purpose) -> str:
    return f"abonent.bills.subscription.{purpose}"
