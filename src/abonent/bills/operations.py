"""«Подписаться на электронную квитанцию»: asked for, confirmed by letter, ended in many ways.

docs/domain/receipts.md, "By mail", is the table of it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Upper

from abonent.accounts.models import AccountLink
from abonent.accounts.queries import HeldAccount
from abonent.base.errors import DomainError
from abonent.bills import subscription_letters, subscription_links
from abonent.bills.models import ReceiptSubscription
from abonent.bills.subscription_states import ASK_AGAIN_AFTER, GOOD_FOR
from abonent.users import audit
from abonent.users.models import User
from abonent.users.permissions import person_may_act

_Ended = ReceiptSubscription.Ended
BATCH = 200
"""Subscriptions of one transaction of `tidy`."""


class EmailNotConfirmed(DomainError):  # noqa: N818 - named after what is the matter
    """A receipt is sent only to an address whose owner has confirmed it."""


class LinkIsLimited(DomainError):  # noqa: N818
    """What may not be printed is not sent either."""


class SubscriptionOver(DomainError):  # noqa: N818
    """The letter asked too long ago, or what it asked for has ended since."""


@transaction.atomic
def subscribe(*, user: User, account: HeldAccount, now: datetime) -> bool:
    """Want the receipts of `account` by mail: a letter asks for a yes, and nothing is sent before it comes.

    One transaction, safe to repeat: one subscription, and another letter no sooner than after three minutes.
    True when an answer is waited for, False when receipts are sent already. Raises
    `EmailNotConfirmed` and `LinkIsLimited`.
    """
    if not person_may_act(user):
        raise EmailNotConfirmed
    if account.limited:
        raise LinkIsLimited
    held = _live(user, account)
    over = _over(held, held.user, account.linked_at, now) if held else None
    if held and over:
        _end(held, over, actor=user, now=now)
    if held is None or over:
        held, made = _begin(user, account.id, now)
        if made:
            _ask(held, now)
        return True
    if held.confirmed_at is None and not (held.asked_at and now - held.asked_at < ASK_AGAIN_AFTER):
        _ask(held, now)
    return held.confirmed_at is None


@transaction.atomic
def unsubscribe(*, user: User, account: HeldAccount, now: datetime) -> None:
    """Want them no more. One transaction, safe to repeat; also without a confirmed address."""
    held = _live(user, account)
    if held:
        _end(held, _Ended.PERSON, actor=user, now=now)


@transaction.atomic
def confirm(*, token: str, now: datetime) -> ReceiptSubscription:
    """Yes, by the letter's link: receipts are sent from now on. One transaction, safe to repeat. Raises
    `NoSuchSubscriptionLink` and `SubscriptionOver`."""
    found = subscription_links.find(token, "confirm", locked=True)
    check_open(found, now=now)
    if found.confirmed_at is None:
        found.confirmed_at = now
        found.save(update_fields=["confirmed_at"])
        _record("receipt_subscribed", found, actor=found.user, now=now)
    return found


@transaction.atomic
def unsubscribe_by_letter(*, token: str, now: datetime) -> ReceiptSubscription:
    """No more, by the link in a receipt's letter: no signing in, whoever holds the letter. One transaction,
    safe to repeat. Raises `NoSuchSubscriptionLink`."""
    found = subscription_links.find(token, "unsubscribe", locked=True)
    if found.ended_at is None:
        _end(found, _Ended.LETTER, actor=found.user, now=now)
    return found


def check_open(subscription: ReceiptSubscription, *, now: datetime) -> None:
    """Raises `SubscriptionOver` where the subscription cannot be confirmed (any more). One query."""
    link = AccountLink.objects.filter(
        user_id=subscription.user_id, account_id=subscription.account_id, ended_at=None
    ).first()
    linked_at = link.created_at if link else None
    if subscription.ended_at or _over(subscription, subscription.user, linked_at, now):
        raise SubscriptionOver


@transaction.atomic
def end_for_mailbox(*, to: str, reason: str, now: datetime) -> None:
    """Nobody reads `to`: end what was subscribed to there. For notices.mailboxes. Safe to repeat."""
    rows = ReceiptSubscription.objects.select_for_update().filter(ended_at=None)
    for row in rows.annotate(mailbox=Upper("email")).filter(mailbox=to.upper()).order_by("pk"):
        row.refusal = reason[:300]
        _end(row, _Ended.REFUSED, actor=None, now=now)


def tidy(*, now: datetime) -> int:
    """End what does not count any more (an ended link, another owner, another address, no answer), ask at
    the new address, and ask once about wishes that are older than asking. Gives how many rows were changed.

    Nothing is sent by them meanwhile: what is sent is decided when it is sent. In transactions of two hundred
    rows; safe to repeat, to kill and to run twice at once.
    """
    changed, reached = 0, 0
    while True:
        looked_at, done = _tidy_batch(reached, now)
        changed += done
        if not looked_at:
            return changed
        reached = looked_at


@transaction.atomic
def _tidy_batch(after: int, now: datetime) -> tuple[int, int]:
    """(the last id looked at, or 0; how many were changed)."""
    rows = ReceiptSubscription.objects.select_for_update(skip_locked=True, of=("self",))
    batch = list(
        rows.select_related("account", "user").filter(ended_at=None, pk__gt=after).order_by("pk")[:BATCH]
    )
    linked = _linked_at(batch)
    changed = sum(_tidy_one(row, linked.get((row.user_id, row.account_id)), now) for row in batch)
    return (batch[-1].pk if batch else 0), changed


def _tidy_one(row: ReceiptSubscription, linked_at: datetime | None, now: datetime) -> bool:
    over = _over(row, row.user, linked_at, now)
    if over:
        _end(row, over, actor=None, now=now)
        if over == _Ended.MOVED and person_may_act(row.user):
            fresh, made = _begin(row.user, row.account_id, now)
            if made:
                _ask(fresh, now)
    elif row.confirmed_at is None and row.asked_at is None:
        _ask(row, now)
    else:
        return False
    return True


def _linked_at(rows: Iterable[ReceiptSubscription]) -> dict[tuple[int, int], datetime]:
    """When each person began to see the account; without those who do not see it any more."""
    rows = list(rows)
    links = AccountLink.objects.filter(
        account_id__in={row.account_id for row in rows},
        user_id__in={row.user_id for row in rows},
        ended_at=None,
    )
    return {(link.user_id, link.account_id): link.created_at for link in links}


def _over(row: ReceiptSubscription, user: User, linked_at: datetime | None, now: datetime) -> str | None:
    """Why a subscription that was not ended counts no more; None where it does. A link made later knows
    nothing of it; an unconfirmed wish waits for an address to be confirmed."""
    if linked_at is None or linked_at > row.started_at:
        return _Ended.UNLINKED
    if user.email_confirmed and user.email.upper() != row.email.upper():
        return _Ended.MOVED
    if row.confirmed_at is None and row.asked_at and now - row.asked_at >= GOOD_FOR:
        return _Ended.EXPIRED
    return None


def _live(user: User, account: HeldAccount) -> ReceiptSubscription | None:
    rows = ReceiptSubscription.objects.select_for_update(of=("self",)).select_related("account", "user")
    return rows.filter(user=user, account_id=account.id, ended_at=None).first()


def _begin(user: User, account_id: int, now: datetime) -> tuple[ReceiptSubscription, bool]:
    """A new one, and True; or the one that somebody else has begun at this moment."""
    row, made = ReceiptSubscription.objects.get_or_create(
        user=user, account_id=account_id, ended_at=None, defaults={"started_at": now, "email": user.email}
    )
    if made:
        _record("receipt_subscription_asked", row, actor=user, now=now)
    return row, made


def _ask(row: ReceiptSubscription, now: datetime) -> None:
    row.asked_at = now
    row.save(update_fields=["asked_at"])
    subscription_letters.ask(row, now=now)


def _end(row: ReceiptSubscription, why: str, *, actor: User | None, now: datetime) -> None:
    row.ended_at, row.ended_why = now, why
    row.save(update_fields=["ended_at", "ended_why", "refusal"])
    _record("receipt_unsubscribed", row, actor=actor, now=now, why=str(why))


def _record(
    action: str, row: ReceiptSubscription, *, actor: User | None, now: datetime, why: str = ""
) -> None:
    subject = f"account:{row.account_id}"
    if why:
        audit.record(action=action, actor=actor, subject=subject, now=now, why=why)
    else:
        audit.record(action=action, actor=actor, subject=subject, now=now)
