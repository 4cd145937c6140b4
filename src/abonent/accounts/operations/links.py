"""Ending, objecting to and confirming links."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from abonent.accounts import letters, limits, not_me
from abonent.accounts.candidate import candidate, series_of
from abonent.accounts.limits import CODE, Asked
from abonent.accounts.models import Account, AccountLink, LinkAttempt
from abonent.accounts.operations.errors import DoesNotMatch, NoSuchLink
from abonent.accounts.operations.linking import use_code
from abonent.base.identifiers import normal_code
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import User


def _audit(
    action: str, link: AccountLink, by: User | None, address: str | None, now: datetime, **more: str
) -> None:
    audit.record(
        action=action,
        actor=by,
        subject=f"account:{link.account_id}",
        organisation=Organisation(pk=link.account.organisation_id),
        address=address,
        now=now,
        link=link.public_id,
        person=link.user_id,
        **more,
    )


def active_link(**which: object) -> AccountLink:
    """A link that has not ended, locked; raises `NoSuchLink`."""
    links = AccountLink.objects.select_related("account", "user").select_for_update(of=("self",))
    link = links.filter(ended_at=None, **which).first()
    if link is None:
        raise NoSuchLink
    return link


def end_now(link: AccountLink, *, reason: str, by: User | None, address: str | None, now: datetime) -> None:
    """End a link in the caller's transaction; the person is told unless it was their own wish."""
    link.ended_at, link.end_reason = now, reason
    link.save(update_fields=["ended_at", "end_reason", "objected_at"])
    _audit("account_link_ended", link, by, address, now, reason=reason)
    if by is None or by.pk != link.user_id:
        letters.tell_of_ended_link(link=link, now=now)


@transaction.atomic
def unlink_account(*, link: str, user: User, address: str | None = None, now: datetime) -> None:
    """Take an account off one's own list: `link` is the link's public id. Raises `NoSuchLink`. One
    transaction."""
    end_now(active_link(public_id=link, user=user), reason="self", by=user, address=address, now=now)


def _sees_people(user: User, account_id: int, now: datetime) -> bool:
    """A person whose own link is limited sees no other people, and ends nobody's link."""
    own = AccountLink.objects.filter(user=user, account_id=account_id, ended_at=None, objected_at=None)
    return own.filter(Q(limited_until=None) | Q(limited_until__lte=now)).exists()


@transaction.atomic
def end_link(*, link: str, by: User, address: str | None = None, now: datetime) -> None:
    """End somebody's link of an account that `by` sees in full. The person gets a letter. One transaction.

    Raises `NoSuchLink` also when the account is a stranger's or `by`'s own link is limited.
    """
    found = active_link(public_id=link)
    if not _sees_people(by, found.account_id, now):
        raise NoSuchLink
    end_now(found, reason="resident", by=by, address=address, now=now)


@transaction.atomic
def object_to_link(*, token: str, address: str | None = None, now: datetime) -> None:
    """«Not me»: end the link that a letter told of. Works signed out; safe to repeat (an ended link stays
    ended).

    From then on that person links this account only by a code. Raises `not_me.BadNotMeLinkError`.
    """
    public_id = not_me.read(token, now=now)
    try:
        link = active_link(public_id=public_id)
    except NoSuchLink:
        return
    link.objected_at = now
    end_now(link, reason="objected", by=None, address=address, now=now)


def confirm_limited_link(*, link: str, user: User, code: str, address: str | None, now: datetime) -> None:
    """Lift the limits of one's own link with the code from a bill (or one printed by staff).

    Two transactions, as in `link_account`: the try first. Raises `NoSuchLink`, or `DoesNotMatch` for a
    wrong or used code. Safe to repeat: a link that is not limited any more raises `NoSuchLink`.
    """
    limited = Q(limited_until__gt=now)
    found = AccountLink.objects.select_related("account").filter(
        limited, public_id=link, user=user, ended_at=None
    )
    own = found.first()
    if own is None:
        raise NoSuchLink
    account = candidate(own.account.key, user.pk)
    asked = Asked(own.account.key, user.pk, address, CODE, False, account.organisation_id)
    begun = limits.begin(asked, now=now)
    series = series_of(account, normal_code(code), today=timezone.localtime(now).date(), now=now)
    try:
        if series is None:
            raise DoesNotMatch
        with transaction.atomic():
            use_code(account.id, series, user, now)
            _confirm(active_link(pk=own.pk), by=user, address=address, now=now, how="code")
            limits.end(begun.id, LinkAttempt.Outcome.LINKED)
    except DoesNotMatch:
        limits.end(begun.id, LinkAttempt.Outcome.MISMATCH)
        raise


def _confirm(link: AccountLink, *, by: User, address: str | None, now: datetime, how: str) -> None:
    link.limited_until = None
    link.save(update_fields=["limited_until"])
    _audit("account_link_confirmed", link, by, address, now, how=how)


@transaction.atomic
def confirm_by_staff(*, link: AccountLink, by: User, address: str | None, now: datetime) -> None:
    """Lift the limits of a link that staff have checked. Raises `NoSuchLink` when it has ended."""
    _confirm(active_link(pk=link.pk), by=by, address=address, now=now, how="staff")


@transaction.atomic
def owners_changed(*, account_ids: Iterable[int], now: datetime) -> int:
    """Billing reports new owners: links end, the people are told, codes printed so far are void.

    Called by the import in its transaction, after it wrote `owner_since`; not safe to repeat (the version
    grows each time). A link made while that transaction was open is ended right after it commits. Gives the
    number of links ended.
    """
    ids = list(account_ids)
    if not ids:
        return 0
    Account.objects.filter(pk__in=ids).update(owner_version=F("owner_version") + 1)
    transaction.on_commit(lambda: _end_all(ids, now))
    return _end_all(ids, now)


@transaction.atomic
def _end_all(account_ids: list[int], now: datetime) -> int:
    links = AccountLink.objects.select_related("account", "user").filter(
        account_id__in=account_ids, ended_at=None
    )
    ended = list(links.select_for_update(of=("self",)))
    for link in ended:
        end_now(link, reason="owner_changed", by=None, address=None, now=now)
    return len(ended)
