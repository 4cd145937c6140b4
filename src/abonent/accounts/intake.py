"""What billing tells about accounts: staged rows resolved, compared, doubted and taken.

Everything runs in the import's one transaction and is safe to repeat. The staged table has the columns of
accounts.csv, `key` (`identifiers.account_key` of the number), `organisation_id` and `public_id`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from django.db import connection
from psycopg import sql

from abonent.accounts.models import Account
from abonent.accounts.operations import owners_changed
from abonent.base import staging
from abonent.base.identifiers import new_public_id
from abonent.base.staging import Staged, Taken
from abonent.portal.models import Organisation

_ACCOUNTS = Account._meta.db_table
_ORGANISATIONS = Organisation._meta.db_table
#: So many residents more or fewer at once are a mistake more often than a family.
RESIDENTS_JUMP = 4
#: Examples given with a warning that concerns many accounts.
EXAMPLES = 20


_NEW_OWNERS: LiteralString = """
SELECT a.id FROM {staged} s JOIN {accounts} a USING (id) WHERE s.owner_since > a.owner_since
    OR (a.owner_since IS NULL AND EXISTS (SELECT 1 FROM accounts_accountlink l
        WHERE l.account_id = a.id AND l.ended_at IS NULL AND l.created_at::date < s.owner_since))
"""
_LINKS_ENDING: LiteralString = f"""
SELECT count(*) FROM accounts_accountlink l WHERE l.ended_at IS NULL AND l.account_id IN ({_NEW_OWNERS})
"""  # noqa: S608 - a part of ours
_TURNOVER: LiteralString = """
SELECT (SELECT count(*) FROM {accounts} WHERE closed_on IS NULL AND organisation_id IN (
            SELECT organisation_id FROM {staged})),
       (SELECT count(*) FROM {accounts} a WHERE closed_on IS NULL AND organisation_id IN (
            SELECT organisation_id FROM {staged})
           AND NOT EXISTS (SELECT 1 FROM {staged} s WHERE s.id = a.id)),
       count(*) FILTER (WHERE a.closed_on IS NULL AND s.closed_on IS NOT NULL),
       count(*),
       count(*) FILTER (WHERE s.payer <> a.payer OR s.owner_since > a.owner_since)
  FROM {staged} s JOIN {accounts} a USING (id)
"""


@dataclass(frozen=True)
class Doubt:
    """An account that looks wrong: `line` is 0 when the file does not mention it."""

    line: int
    number: str
    before: int | None = None
    after: int | None = None


def resolve_accounts(staged: Staged, organisations: Staged | None) -> list[tuple[int, str]]:
    """Give staged accounts their ids and their organisation's. Returns organisations that nobody knows, as
    (line, code)."""
    staging.reserve(staged, _ACCOUNTS, {"key": "key"})
    match = {"code": "organisation"}
    return staging.resolve(staged, "organisation_id", _ORGANISATIONS, match, also=organisations)


def resolve_account_column(staged: Staged, accounts: Staged | None) -> list[tuple[int, str]]:
    """Set `account_id` of another staged file by its `account_key`. Returns unknown accounts as (line,
    key)."""
    return staging.resolve(staged, "account_id", _ACCOUNTS, {"key": "account_key"}, also=accounts)


def account_ids(accounts: Staged | None) -> Iterator[str]:
    """Every account the portal knows or is about to, as CSV lines `key,id`, ten thousand to a piece: a row
    at a time takes as long as all the rest of an import's preparation."""
    query: sql.Composable = sql.SQL("SELECT key, id FROM {}").format(sql.Identifier(_ACCOUNTS))
    if accounts:
        new = sql.SQL(" UNION ALL SELECT key, id FROM {} WHERE is_new").format(accounts.table)
        query = sql.Composed([query, new])
    pieces = sql.SQL("SELECT string_agg(key || ',' || id, E'\\n') FROM ({}) one GROUP BY id / 10000").format(
        query
    )
    with connection.cursor() as cursor:
        cursor.execute(pieces)
        for (piece,) in cursor.fetchall():
            yield f"{piece}\n"


def numbers(ids: Collection[int], accounts: Staged | None) -> dict[int, str]:
    """The numbers of some accounts, also of those that are only about to be known."""
    query: sql.Composable = sql.SQL("SELECT id, number FROM {}").format(sql.Identifier(_ACCOUNTS))
    if accounts:
        new = sql.SQL(" UNION ALL SELECT id, number FROM {} WHERE is_new").format(accounts.table)
        query = sql.Composed([query, new])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT * FROM ({}) one WHERE id = ANY(%s)").format(query), [list(ids)])
        return dict(cursor.fetchall())


def compare_accounts(staged: Staged) -> Taken:
    return staging.compare(staged, _ACCOUNTS, _sent(staged))


def vanished(staged: Staged) -> tuple[int, list[Doubt]]:
    """Accounts of the bundle's organisations, not closed, that the file no longer mentions: how many, and the
    first EXAMPLES."""
    rows = _rows(
        "SELECT number, count(*) OVER () FROM {accounts} a WHERE closed_on IS NULL"
        " AND organisation_id IN (SELECT organisation_id FROM {staged})"
        " AND NOT EXISTS (SELECT 1 FROM {staged} s WHERE s.id = a.id) ORDER BY number LIMIT {most}",
        staged,
    )
    return (rows[0][1] if rows else 0), [Doubt(0, number) for number, _ in rows]


def residents_jumped(staged: Staged) -> tuple[int, list[Doubt]]:
    """Accounts whose residents change by RESIDENTS_JUMP or more: how many, and the first EXAMPLES."""
    rows = _rows(
        "SELECT s.line, s.number, a.residents, s.residents, count(*) OVER () FROM {staged} s"
        " JOIN {accounts} a USING (id) WHERE abs(s.residents - a.residents) >= {jump}"
        " ORDER BY s.line LIMIT {most}",
        staged,
    )
    return (rows[0][4] if rows else 0), [Doubt(*row[:4]) for row in rows]


@dataclass(frozen=True)
class Turnover:
    """How much of what the portal knows an accounts file changes, in accounts and links."""

    open: int
    """Not closed, of the bundle's organisations."""
    vanished: int
    """Of these, no longer mentioned."""
    closing: int
    """Of these, closed by the file."""
    known: int
    """Mentioned, and known before."""
    renamed: int
    """Of these, with another payer or a new owner."""
    links: int
    """Links that end because the owner changes."""


def turnover(staged: Staged) -> Turnover:
    """What people should see before such a file is taken. Two queries."""
    ((links,),) = _rows(
        _LINKS_ENDING,
        staged,
    )
    ((open_, vanished, closing, known, renamed),) = _rows(_TURNOVER, staged)
    return Turnover(open_, vanished, closing, known, renamed, links)


def take_accounts(staged: Staged, *, now: datetime) -> int:
    """Write staged accounts: new rows, known ones that differ; where the owner changed, end the links.

    Returns the number of accounts with a new owner. A day of the owner later than the known one is a change
    of owner; so is the first known day when a link is older than it.
    """
    _name_new(staged)
    changed = _new_owners(staged) if "owner_since" in staged.columns else []
    columns = {column: column for column in [*_sent(staged, every=True), "key", "public_id"]}
    staging.insert_new(staged, _ACCOUNTS, columns, constants={"owner_version": 1})
    staging.update_changed(staged, _ACCOUNTS, _sent(staged))
    owners_changed(account_ids=changed, now=now)
    return len(changed)


_COLUMNS = (
    "number",
    "organisation",
    "payer",
    "address",
    "flat",
    "residents",
    "area",
    "categories",
    "contact_email",
    "contact_phone",
    "opened_on",
    "closed_on",
    "owner_since",
)


def _sent(staged: Staged, *, every: bool = False) -> dict[str, str]:
    """The columns that the file had (or every one), by the table's names."""
    columns = [column for column in _COLUMNS if every or column in staged.columns]
    names = ["organisation_id" if column == "organisation" else column for column in columns]
    return {name: name for name in names}


def _name_new(staged: Staged) -> None:
    """Give new accounts their names in URLs: random, from the operating system's source."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT id FROM {} WHERE is_new").format(staged.table))
        new = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE IF EXISTS staged_names")
        cursor.execute("CREATE TEMP TABLE staged_names (id bigint, public_id text) ON COMMIT DROP")
        with cursor.copy("COPY staged_names FROM STDIN") as copy:
            for start in range(0, len(new), 10_000):
                copy.write("".join(f"{id_}\t{new_public_id()}\n" for id_ in new[start : start + 10_000]))
        cursor.execute(
            sql.SQL("UPDATE {} s SET public_id = n.public_id FROM staged_names n WHERE n.id = s.id").format(
                staged.table
            )
        )


def _new_owners(staged: Staged) -> list[int]:
    return [row[0] for row in _rows(_NEW_OWNERS, staged)]


def _rows(query: LiteralString, staged: Staged) -> list[tuple]:  # type: ignore[type-arg]
    composed = sql.SQL(query).format(
        staged=staged.table,
        accounts=sql.Identifier(_ACCOUNTS),
        most=sql.Literal(EXAMPLES),
        jump=sql.Literal(RESIDENTS_JUMP),
    )
    with connection.cursor() as cursor:
        cursor.execute(composed)
        return list(cursor.fetchall())
