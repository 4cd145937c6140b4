"""How many customers there are, and how they came to see their accounts."""

from dataclasses import dataclass

from abonent.base.months import Month
from abonent.figures.reading_sql import bounds, rows, whose

#: Ways to prove an account, put together as people speak of them: `AccountLink.method` -> way.
WAYS = {"payment": "facts", "name_and_flat": "facts", "code": "code", "staff": "staff"}


@dataclass(frozen=True, slots=True)
class MonthOfLinks:
    """Links made in a month by way, and ended."""

    month: Month
    facts: int
    code: int
    staff: int
    ended: int


@dataclass(frozen=True, slots=True)
class Customers:
    """As of now: accounts that are open, those of them that somebody sees, and the people who do."""

    accounts: int
    linked: int
    people: int
    months: tuple[MonthOfLinks, ...]
    """Oldest first, every month of those asked for."""

    @property
    def share(self) -> float:
        """Of the open accounts, 0 to 1."""
        return self.linked / self.accounts if self.accounts else 0.0


# Grouping is by hashes; count(DISTINCT …) would sort.
_SEEN = """
SELECT (SELECT count(*) FROM (SELECT FROM accounts_accountlink AS link {open}
                               WHERE link.ended_at IS NULL GROUP BY link.account_id) AS accounts),
       (SELECT count(*) FROM (SELECT FROM accounts_accountlink AS link {open}
                               WHERE link.ended_at IS NULL GROUP BY link.user_id) AS people)
"""
_OPEN = """
  JOIN accounts_account AS account ON account.id = link.account_id AND account.closed_on IS NULL
   AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
"""
_MONTHS = """
SELECT date_trunc('month', link.at AT TIME ZONE %(zone)s)::date, link.method, count(*)
  FROM (SELECT created_at AS at, method, account_id FROM accounts_accountlink
         WHERE created_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND created_at < %(until)s::timestamp AT TIME ZONE %(zone)s
        UNION ALL
        SELECT ended_at, 'ended', account_id FROM accounts_accountlink
         WHERE ended_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND ended_at < %(until)s::timestamp AT TIME ZONE %(zone)s) AS link
  {whose}
 GROUP BY 1, 2
"""


def customers(*, organisation_id: int | None, accounts: int, first: Month, last: Month) -> Customers:
    """Two queries. `accounts`: how many are open."""
    values = bounds(first, last, organisation_id)
    ((linked, people),) = rows(_SEEN.format(open=_OPEN), values)
    counted: dict[tuple[Month, str], int] = {}
    for month, method, count in rows(_MONTHS.format(whose=whose("link.account_id", organisation_id)), values):
        key = (Month.of(month), WAYS.get(method, method))
        counted[key] = counted.get(key, 0) + count
    lines = (
        MonthOfLinks(one, *(counted.get((one, way), 0) for way in ("facts", "code", "staff", "ended")))
        for one in first.through(last)
    )
    return Customers(accounts, linked, people, tuple(lines))
