"""Reads of receipts: who wants them by mail, and how far a publication is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from abonent.base.months import Month
from abonent.base.prepared import prepared_cursor
from abonent.bills.models import Publication
from abonent.bills.subscription_states import State, state_of

_SUBSCRIPTIONS = """
SELECT DISTINCT ON (subscription.account_id)
       subscription.account_id, email, refusal, asked_at, confirmed_at IS NOT NULL, ended_why,
       link.id IS NOT NULL AND link.created_at <= started_at,
       coalesce(link.objected_at IS NOT NULL OR link.limited_until > %s, false),
       upper(email) = upper(person_email) AND email_confirmed
  FROM bills_receiptsubscription AS subscription
  JOIN (SELECT id, email AS person_email, email_confirmed FROM users_user) AS person
    ON person.id = subscription.user_id
  LEFT JOIN accounts_accountlink AS link ON link.user_id = subscription.user_id
       AND link.account_id = subscription.account_id AND link.ended_at IS NULL
 WHERE subscription.user_id = %s
 ORDER BY subscription.account_id, subscription.ended_at DESC NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """How a person's subscription to one account stands."""

    state: State
    email: str
    refusal: str
    """The mail server's words, where letters came back."""
    asked_at: datetime | None

    @property
    def wanted(self) -> bool:
        return self.state in (State.WAITING, State.ACTIVE, State.PAUSED)


def subscriptions(user_id: int, *, now: datetime) -> dict[int, Subscription]:
    """This person's latest subscription to each account, by account. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_SUBSCRIPTIONS, [now, user_id])
        rows = cursor.fetchall()
    return {
        account_id: Subscription(
            state=state_of(
                asked_ago=now - asked_at if asked_at else None,
                confirmed=confirmed,
                ended_why=ended_why,
                linked=linked,
                limited=limited,
                same_mailbox=same,
            ),
            email=email,
            refusal=refusal,
            asked_at=asked_at,
        )
        for account_id, email, refusal, asked_at, confirmed, ended_why, linked, limited, same in rows
    }


@dataclass(frozen=True, slots=True)
class Published:
    """How far a publication is, as the office and the command show it."""

    id: int
    month: Month
    organisation_id: int | None
    organisation: str
    """Its code; empty: every organisation's accounts."""
    started_at: datetime
    started_by: str
    total: int
    written: int
    finished_at: datetime | None


def publications(*, organisation_id: int | None, limit: int) -> Sequence[Published]:
    """The latest ones, newest first: of an organisation, or all (None). One query."""
    found = Publication.objects.select_related("organisation", "started_by").order_by("-pk")
    if organisation_id is not None:
        found = found.filter(organisation=organisation_id)
    return [published(one) for one in found[:limit]]


def published(one: Publication) -> Published:
    return Published(
        id=one.pk,
        month=one.month,
        organisation_id=one.organisation_id,
        organisation=one.organisation.code if one.organisation else "",
        started_at=one.started_at,
        started_by=one.started_by.login if one.started_by else "",
        total=one.total,
        written=one.written,
        finished_at=one.finished_at,
    )
