"""How many accounts are open: what billing alone changes, counted once for each version of its data."""

from typing import NamedTuple

from abonent.base.kept import Kept
from abonent.figures.reading_sql import rows


class OpenAccounts(NamedTuple):
    all: int
    metered: int
    """With a meter that is not taken off."""


_kept: Kept[OpenAccounts] = Kept(room=1_000)
_COUNT = """
SELECT count(*), count(*) FILTER (WHERE metered.account_id IS NOT NULL)
  FROM accounts_account AS account
  LEFT JOIN (SELECT DISTINCT account_id FROM metering_meter WHERE removed_on IS NULL) AS metered
    ON metered.account_id = account.id
 WHERE closed_on IS NULL AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s)
"""


def open_accounts(organisation_id: int | None, version: int) -> OpenAccounts:
    """Of the organisation, None: of all. One query for each `version` (portal.queries.data_version) in each
    process."""

    def count() -> OpenAccounts:
        return OpenAccounts(*rows(_COUNT, {"organisation": organisation_id})[0])

    return _kept.get((organisation_id, version), count)
