"""Reads of tries to link that were closed: who could not, which account, why (docs/domain/linking.md)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from abonent.accounts.limits import MONTH
from abonent.accounts.masking import masked_email

#: So many wrong answers alone, without a refusal, are a person who needs help.
MANY_WRONG = 3
#: Of the last month so many of the latest tries are looked at: in a flood the rest is the flood's.
MOST_TRIES = 20_000
#: More are not counted.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class ClosedTries:
    """A person's tries of one account in the last 30 days that led to nothing, the latest not dealt with."""

    account_id: int
    account_number: str
    account_public_id: str
    payer: str
    address: str
    user_id: int | None
    email: str
    """Masked; empty for whoever tried while signing up."""
    tries: int
    refused: int
    """Of them refused by a limit, not compared at all."""
    why: tuple[str, ...]
    """`LinkAttempt.refused_by` of the refusals, the latest first; `mismatch` where there was none."""
    last_at: datetime

    @property
    def key(self) -> str:
        """What a form names: `<account>-<user>`, without a person `<account>-0`."""
        return f"{self.account_id}-{self.user_id or 0}"


# The bounds stand on the partial index: `at`, newest first, of tries of known accounts that led to nothing.
_GROUPS = """
WITH latest AS MATERIALIZED (
    SELECT account_id, user_id, at, refused_by FROM accounts_linkattempt
     WHERE account_id IS NOT NULL AND outcome IN ('trying', 'mismatch', 'limited') AND at > %(since)s
       AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
     ORDER BY at DESC LIMIT %(most)s
), grouped AS (
    SELECT account_id, user_id, count(*) AS tries, count(*) FILTER (WHERE refused_by <> '') AS refused,
           array_agg(refused_by ORDER BY at DESC) FILTER (WHERE refused_by <> '') AS why, max(at) AS last_at
      FROM latest GROUP BY account_id, user_id
    HAVING count(*) FILTER (WHERE refused_by <> '') > 0 OR count(*) >= %(wrong)s
), waiting AS (
    SELECT grouped.* FROM grouped
      LEFT JOIN accounts_handledtries AS handled
        ON handled.account_id = grouped.account_id AND handled.user_id IS NOT DISTINCT FROM grouped.user_id
     WHERE (handled.id IS NULL OR handled.handled_at < grouped.last_at)
       AND NOT EXISTS (SELECT FROM accounts_accountlink AS link
                        WHERE link.account_id = grouped.account_id AND link.user_id = grouped.user_id
                          AND link.ended_at IS NULL)
)
"""
# S608: constants alone.
_PAGE = f"""
{_GROUPS}
SELECT account.id, account.number, account.public_id, account.payer, account.address, account.flat,
       waiting.user_id, coalesce(person.email, ''), waiting.tries, waiting.refused, waiting.why,
       waiting.last_at
  FROM waiting
  JOIN accounts_account AS account ON account.id = waiting.account_id
  LEFT JOIN users_user AS person ON person.id = waiting.user_id
 ORDER BY waiting.last_at DESC, account.id, waiting.user_id LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608
_COUNT = f"{_GROUPS} SELECT count(*) FROM (SELECT FROM waiting LIMIT %(counted)s) AS counted"  # noqa: S608


def closed_tries(
    *, organisation_id: int | None, now: datetime, limit: int, offset: int = 0
) -> tuple[list[ClosedTries], bool]:
    """A page of people who could not link an account of this organisation (None: of any), the latest first;
    and whether there are more. One query, of `MOST_TRIES` tries at most."""
    rows = _select(_PAGE, organisation_id, now, limit=limit + 1, offset=offset)
    return [_tries(row) for row in rows[:limit]], len(rows) > limit


def waiting_tries(*, organisation_id: int | None, now: datetime) -> int:
    """How many wait, not more than `MOST_COUNTED`. One query."""
    return int(_select(_COUNT, organisation_id, now, counted=MOST_COUNTED)[0][0])


@dataclass(frozen=True, slots=True)
class DealtWith:
    """A member of the staff has taken care of a person's tries, and none came since."""

    account_id: int
    account_number: str
    account_public_id: str
    how: str
    """`HandledTries.How`."""
    at: datetime
    by_id: int | None
    by_name: str
    """Empty where the colleague is no more."""


# In a flood what is too old to stand in the queue is as good as untried.
_DEALT_WITH = """
WITH latest AS MATERIALIZED (
    SELECT account_id, user_id, at FROM accounts_linkattempt
     WHERE account_id IS NOT NULL AND outcome IN ('trying', 'mismatch', 'limited') AND at > %(since)s
       AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
     ORDER BY at DESC LIMIT %(most)s
)
SELECT handled.account_id, handled.user_id, handled.how, handled.handled_at, handled.handled_by_id,
       coalesce(nullif(colleague.full_name, ''), colleague.login, ''), account.number, account.public_id
  FROM unnest(%(accounts)s::bigint[], %(users)s::bigint[]) AS given (account_id, user_id)
  JOIN accounts_handledtries AS handled ON handled.account_id = given.account_id
   AND handled.user_id IS NOT DISTINCT FROM nullif(given.user_id, 0)
  JOIN accounts_account AS account ON account.id = given.account_id
  LEFT JOIN users_user AS colleague ON colleague.id = handled.handled_by_id
 WHERE NOT EXISTS (SELECT FROM latest
                    WHERE latest.account_id = handled.account_id AND latest.at > handled.handled_at
                      AND latest.user_id IS NOT DISTINCT FROM handled.user_id)
 ORDER BY account.number, handled.user_id
"""


def dealt_with(
    whose: Collection[tuple[int, int | None]], *, organisation_id: int | None, now: datetime
) -> dict[tuple[int, int | None], DealtWith]:
    """Of these (account, person), those whom staff have taken care of, and who have not tried since. One
    query."""
    given = {
        "accounts": [account for account, _ in whose],
        "users": [user or 0 for _, user in whose],
    }
    rows = _select(_DEALT_WITH, organisation_id, now, **given)
    return {
        (account, user): DealtWith(account, number, public_id, how, at, by, name)
        for account, user, how, at, by, name, number, public_id in rows
    }


def _select(query: str, organisation_id: int | None, now: datetime, **bounds: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"organisation": organisation_id, "since": now - MONTH, "most": MOST_TRIES}
        cursor.execute(query, values | {"wrong": MANY_WRONG} | bounds)
        return list(cursor.fetchall())


def _tries(row: Sequence[Any]) -> ClosedTries:
    account_id, number, public_id, payer, street, flat, user_id, email, tries, refused, why, last_at = row
    return ClosedTries(
        account_id=account_id,
        account_number=number,
        account_public_id=public_id,
        payer=payer,
        address=f"{street}, {flat}" if flat else street,
        user_id=user_id,
        email=masked_email(email),
        tries=tries,
        refused=refused,
        why=tuple(dict.fromkeys(why or ["mismatch"])),
        last_at=last_at,
    )
