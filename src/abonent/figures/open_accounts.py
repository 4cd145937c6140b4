"""How many accounts are open: what billing alone changes, counted once for each version of its data."""

from datetime import datetime
from typing import NamedTuple

from abonent.figures.reading_sql import rows
from abonent.portal.counts import of_version


class OpenAccounts(NamedTuple):
    all: int
    metered: int
    """With a meter that is not taken off."""


_COUNT = """
SELECT count(*), count(*) FILTER (WHERE metered.account_id IS NOT NULL)
  FROM accounts_account AS account
  LEFT JOIN (SELECT DISTINCT account_id FROM metering_meter WHERE removed_on IS NULL) AS metered
    ON metered.account_id = account.id
 WHERE closed_on IS NULL AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
"""


def open_accounts(organisation_id: int | None, *, now: datetime) -> OpenAccounts:
    """Of the organisation, None: of all. One query, three for the first of each version of billing's data."""
    key = {"organisation": organisation_id}
    found = of_version("figures.open_accounts", key, lambda: rows(_COUNT, key)[0], now=now)
    return OpenAccounts(*found)
