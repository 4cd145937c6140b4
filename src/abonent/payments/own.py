"""Online payments that stand among an account's payments: a person's own, and what is on its way."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, Sum

from abonent.payments.models import Payment, PaymentPart

_OPEN = [Payment.State.CREATED, Payment.State.SENT, Payment.State.PAID]


class OnlinePayment(NamedTuple):
    """`amount` is the account's share. `is_own`: this person made it, and may see its page."""

    public_id: str
    number: int
    state: str
    amount: Decimal
    created_at: datetime
    expires_at: datetime
    refunded: Decimal
    """Of the whole payment."""
    is_own: bool


def online_payments(account_id: int, user_id: int, *, first: date, last: date) -> tuple[OnlinePayment, ...]:
    """This person's of some days (both included, in the portal's zone) and everybody's that are on their way,
    newest first. One query."""
    own = Q(payment__user_id=user_id, payment__created_at__range=_days(first, last))
    return _online(own | Q(payment__state__in=_OPEN), account_id, user_id)


def online_payments_looked_at(account_id: int, *, first: date, last: date) -> tuple[OnlinePayment, ...]:
    """Everybody's, for staff who look: of these days or on their way, since the account has its owner;
    nobody's own. One query."""
    present = Q(account__owner_since=None) | Q(payment__created_at__gte=F("account__owner_since"))
    shown = Q(payment__created_at__range=_days(first, last)) | Q(payment__state__in=_OPEN)
    return _online(present & shown, account_id, None)


def _days(first: date, last: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(first, time.min, zone), datetime.combine(last, time.max, zone)


def _online(which: Q, account_id: int, user_id: int | None) -> tuple[OnlinePayment, ...]:
    rows = (
        PaymentPart.objects.filter(which, account_id=account_id)
        .values_list(
            "payment__public_id",
            "payment_id",
            "payment__state",
            "payment__created_at",
            "payment__expires_at",
            "payment__refunded",
            "payment__user_id",
        )
        .annotate(share=Sum("amount"))
        .order_by("-payment__created_at", "-payment_id")
    )
    return tuple(
        OnlinePayment(
            name, number, state, share, made, until, refunded, user_id is not None and user == user_id
        )
        for name, number, state, made, until, refunded, user, share in rows
    )
