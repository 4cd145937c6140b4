"""Who gets the receipt of a month by mail: decided here, when it is sent, whatever `tidy` has done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from abonent.base.months import Month
from abonent.ledger.bill_lines import is_charged

# Every line of it is a row of docs/domain/receipts.md, "By mail".
_ACTIVE = """
  FROM bills_receiptsubscription AS subscription
  JOIN users_user AS person ON person.id = subscription.user_id
  JOIN accounts_account AS account ON account.id = subscription.account_id
  JOIN accounts_accountlink AS link ON link.user_id = person.id AND link.account_id = account.id
 WHERE subscription.ended_at IS NULL AND subscription.confirmed_at IS NOT NULL
   AND person.is_active AND person.email_confirmed AND upper(person.email) = upper(subscription.email)
   AND link.ended_at IS NULL AND link.created_at <= subscription.started_at
   AND link.objected_at IS NULL AND (link.limited_until IS NULL OR link.limited_until <= %(now)s)
"""
_OF_MONTH = """
   AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
   AND NOT EXISTS (SELECT 1 FROM bills_receiptletter AS letter
                    WHERE letter.account_id = account.id AND letter.user_id = person.id
                      AND letter.month = %(month)s)
"""
_NEXT = " AND subscription.id > %(after)s ORDER BY subscription.id LIMIT %(limit)s"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A confirmed wish, and where its letter goes."""

    subscription_id: int
    started: int
    user_id: int
    email: str
    language: str
    """Empty: the portal's own."""
    account_id: int


def recipients(
    *, month: Month, organisation_id: int | None, after: int, limit: int, now: datetime
) -> list[Recipient]:
    """The next subscribers, in the order of their subscriptions, who were not written about `month` yet;
    whether their accounts were charged is not looked at. One query."""
    columns = """SELECT subscription.id, floor(extract(epoch FROM subscription.started_at))::bigint,
                        person.id, subscription.email, person.language, account.id"""
    values = _values(month, organisation_id, now) | {"after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(columns + _ACTIVE + _OF_MONTH + _NEXT, values)
        return [Recipient(*row) for row in cursor.fetchall()]


def count_recipients(*, month: Month, organisation_id: int | None, now: datetime) -> int:
    """How many would get a letter about `month` now. One query, however many subscribers there are."""
    charged = f" AND {is_charged('account.id', '%(month)s')}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*)" + _ACTIVE + _OF_MONTH + charged, _values(month, organisation_id, now)
        )
        return int(cursor.fetchone()[0])


def is_recipient(subscription_id: int, *, now: datetime) -> bool:
    """Is anything still to be sent by this subscription? Asked again when its letter is delivered. One
    query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 {_ACTIVE} AND subscription.id = %(id)s", {"id": subscription_id, "now": now}
        )
        return cursor.fetchone() is not None


def _values(month: Month, organisation_id: int | None, now: datetime) -> dict[str, Any]:
    return {"month": month.first_day, "organisation": organisation_id, "now": now}
