"""The town of benchmarks/office.py: that of finding, and what an office sees of it, all made by SQL.

Figures are for a million accounts and shrink with the town, so that a small one has queues too.
"""

from pathlib import Path

import psycopg

from abonent.base.months import Month
from benchmarks.finding_town import build as build_customers
from benchmarks.town import load_month, said

MILLION = 1_000_000
#: Name of a number in the statements below -> how many at a million accounts, and at least.
SIZES = {
    "submissions": (200_000, 60),
    "eyes": (300, 60),
    "requests": (300_000, 12_000),  # a hundred pages for an operator too
    "open": (20_000, 7_000),
    "payments": (200_000, 8_000),
    "calls": (100_000, 100),
    "rows": (50_000, 200),
    "unmatched": (200, 40),
    "events": (1_000_000, 500),
    "tries": (100_000, 200),
    "letters": (100_000, 100),
    "staff": (200, 20),
    "runs": (300, 60),
    "failed": (100, 60),
    "announcements": (300, 60),
    "differences": (300, 60),
    "subscriptions": (50_000, 60),
}

_STATEMENTS = Path(__file__).with_suffix(".sql")
_FACTS = """
SELECT (SELECT min(id) FROM accounts_account) AS account, (SELECT count(*) FROM accounts_account) AS accounts,
       (SELECT min(id) FROM users_user) AS user, (SELECT count(*) FROM users_user) AS people,
       (SELECT min(id) FROM portal_organisation) AS organisation,
       (SELECT min(id) FROM portal_service) AS service,
       (SELECT regexp_replace(min(address), ', [^,]*$', '') FROM accounts_account) AS street
"""


def build(url: str, *, accounts: int, last: Month) -> None:
    """Fill the empty database at `url`. Says how long each part took."""
    with said("customers"):
        build_customers(url, accounts=accounts)
    with psycopg.connect(url, autocommit=True, row_factory=psycopg.rows.dict_row) as connection:
        facts = connection.execute(_FACTS).fetchone()
        assert facts
        known = facts | {
            name: max(least, most * accounts // MILLION) for name, (most, least) in SIZES.items()
        }
        fill = psycopg.ClientCursor(connection)
        for part in _STATEMENTS.read_text("utf-8").split("-- part: ")[1:]:
            name, _, statements = part.partition("\n")
            with said(name):
                fill.execute(statements, known)
        for n, month in enumerate((last - 1).through(last), start=1):
            with said(f"charges of {month}"):
                load_month(connection, month, n)
        connection.execute("UPDATE portal_dataversion SET version = version + 1, changed_at = now()")
        with said("vacuum"):
            connection.execute("VACUUM ANALYZE")
