"""«Подписаться на электронную квитанцию»: the wish is kept; sending comes with publishing a month."""

from datetime import datetime

from django.db import transaction

from abonent.accounts.queries import HeldAccount
from abonent.base.errors import DomainError
from abonent.bills.models import ReceiptSubscription
from abonent.users import audit
from abonent.users.models import User
from abonent.users.permissions import person_may_act


class EmailNotConfirmed(DomainError):  # noqa: N818 - named after what is the matter
    """A receipt is sent only to an address whose owner has confirmed it."""


@transaction.atomic
def subscribe(*, user: User, account: HeldAccount, now: datetime) -> None:
    """Want the receipts of `account` by mail. One transaction, safe to repeat. Raises `EmailNotConfirmed`."""
    if not person_may_act(user):
        raise EmailNotConfirmed
    _, made = ReceiptSubscription.objects.get_or_create(
        user=user, account_id=account.id, ended_at=None, defaults={"started_at": now}
    )
    if made:
        audit.record(action="receipt_subscribed", actor=user, subject=f"account:{account.id}", now=now)


@transaction.atomic
def unsubscribe(*, user: User, account: HeldAccount, now: datetime) -> None:
    """Want them no more. One transaction, safe to repeat; also without a confirmed address."""
    ended = ReceiptSubscription.objects.filter(user=user, account_id=account.id, ended_at=None)
    if ended.update(ended_at=now):
        audit.record(action="receipt_unsubscribed", actor=user, subject=f"account:{account.id}", now=now)
