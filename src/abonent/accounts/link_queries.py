"""Reads of who sees an account, and of the tries to link."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q

from abonent.accounts.codes import bill_code, months_in_force
from abonent.accounts.limits import DAY
from abonent.accounts.masking import masked_email
from abonent.accounts.models import Account, AccountLink, LinkAttempt, LinkingStrength, UsedCode
from abonent.base.months import Month
from abonent.portal.models import Organisation


@dataclass(frozen=True, slots=True)
class PersonLinked:
    """Somebody who sees an account, as a co-resident may know it: no full e-mail, no name."""

    link: str
    """The link's public id."""
    email: str
    since: datetime
    method: str
    limited: bool
    you: bool


def code_for_bill(*, account_id: int, month: Month, today: date) -> str | None:
    """The code that the bill of `month` carries: None when it is out of date or used. One query."""
    return codes_for_bills(account_ids=[account_id], month=month, today=today).get(account_id)


def codes_for_bills(*, account_ids: Collection[int], month: Month, today: date) -> dict[int, str]:
    """The same of many accounts, by account; those whose bill carries none are left out. One query."""
    if month not in months_in_force(today):
        return {}
    used = UsedCode.objects.filter(account=OuterRef("pk"), series=str(month))
    unused = Account.objects.filter(~Exists(used), pk__in=account_ids).values_list("pk", "owner_version")
    return {
        account_id: bill_code(account_id=account_id, owner_version=version, month=month)
        for account_id, version in unused
    }


def people_of_account(*, account_id: int, user_id: int, now: datetime) -> tuple[PersonLinked, ...]:
    """Everybody linked to an account, oldest first. The caller has made sure that `user_id` sees it in
    full."""
    links = AccountLink.objects.filter(account_id=account_id, ended_at=None).select_related("user")
    return tuple(
        PersonLinked(
            link=link.public_id,
            email=link.user.email if link.user_id == user_id else masked_email(link.user.email),
            since=link.created_at,
            method=link.method,
            limited=link.limited_until is not None and link.limited_until > now,
            you=link.user_id == user_id,
        )
        for link in links.order_by("created_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class LinkingState:
    """What staff watch of an organisation: how guessable its accounts are, and whether somebody guesses."""

    organisation: Organisation
    strength: LinkingStrength | None
    shut_at: datetime | None
    tries: Sequence[tuple[str, int]]
    """Outcome or the limit that refused -> how many in the last 24 hours, the most frequent first."""


def _tries(organisation_id: int | None, since: datetime) -> list[tuple[str, int]]:
    which = Q(organisation=None) if organisation_id is None else Q(organisation_id=organisation_id)
    tries = LinkAttempt.objects.filter(which, at__gt=since)
    counted = tries.values_list("outcome", "refused_by").annotate(number=Count("id")).order_by("-number")
    return [(refused_by or outcome, number) for outcome, refused_by, number in counted]


def linking_states(*, organisation_id: int | None, now: datetime) -> tuple[LinkingState, ...]:
    """One organisation's state, or every one's for the portal's own staff (None)."""
    serving = Account.objects.filter(organisation=OuterRef("pk"))
    organisations = Organisation.objects.filter(Exists(serving))
    if organisation_id is not None:
        organisations = organisations.filter(pk=organisation_id)
    return tuple(
        LinkingState(
            organisation=one,
            strength=LinkingStrength.objects.filter(organisation=one).first(),
            shut_at=one.guessable_proofs_shut_at,
            tries=_tries(one.pk, now - DAY),
        )
        for one in organisations
    )


def unknown_number_tries(*, now: datetime) -> Sequence[tuple[str, int]]:
    """Tries of numbers that no account has, in the last 24 hours: for the portal's own staff."""
    return _tries(None, now - DAY)
