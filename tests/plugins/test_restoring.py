"""After a test that commits the database is what migrations made, whatever the test did to it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from abonent.base.database_url import with_database
from tests.plugins import databases, restoring

ROWS = (
    "INSERT INTO auth_group (name) SELECT 'few ' || n FROM generate_series(1, 3) AS n",
    "INSERT INTO auth_group (name) SELECT 'many ' || n FROM generate_series(1, 20000) AS n",
    "INSERT INTO django_content_type (app_label, model) SELECT 'a' || n, 'b' FROM generate_series(1, 9000) n",
    "UPDATE portal_dataversion SET version = version + 7",
    "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)",
    "DELETE FROM auth_permission",
    "SELECT nextval('accounts_account_id_seq')",
    "CREATE TABLE a_month PARTITION OF ledger_charge FOR VALUES IN ('2026-01-01')",
)
SHAPES = (
    "ALTER TABLE users_auditevent DISABLE TRIGGER USER",
    "ALTER TABLE users_user ALTER login DROP NOT NULL",
    "ALTER TABLE users_user ALTER login SET DEFAULT 'x'",
    "GRANT SELECT ON users_user TO PUBLIC",
    "CREATE SCHEMA other",
    "DROP TABLE accounts_handledtries",
    "CREATE FUNCTION left_behind() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
)


TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
SAID = (
    "SELECT table_name, column_name, column_default, is_nullable FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT * FROM information_schema.table_privileges WHERE table_schema = 'public' ORDER BY 1, 2, 3, 5, 6",
    "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    "SELECT schema_name FROM information_schema.schemata ORDER BY 1",
    "SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'public' ORDER BY 1",
    "SELECT * FROM pg_sequences ORDER BY 2",
)


@pytest.fixture(scope="module")
def before(ours: restoring.Copy) -> dict[str, object]:
    return state(ours)


@pytest.fixture(scope="module")
def ours(database_server: str) -> Iterator[restoring.Copy]:
    one = restoring.Copy(database_server, databases.name_of_mine("restored"))
    one.make()
    yield one
    databases.drop(database_server, one.name)


def state(ours: restoring.Copy) -> dict[str, object]:
    """What the server says of the database, and every row."""
    with psycopg.connect(with_database(ours.server, ours.name)) as connection:
        found: dict[str, object] = {query: connection.execute(query).fetchall() for query in SAID}
        for (table,) in connection.execute(TABLES).fetchall():
            rows = sql.SQL("SELECT rows::text FROM {} AS rows ORDER BY 1").format(sql.Identifier(table))
            found[table] = connection.execute(rows).fetchall()
    return found


@pytest.mark.parametrize("statement", [*ROWS, *SHAPES])
def test_it_is_what_it_was(ours: restoring.Copy, before: dict[str, object], statement: str) -> None:
    with psycopg.connect(with_database(ours.server, ours.name)) as connection:
        connection.execute(statement)
    assert state(ours) != before
    ours.restore()
    assert state(ours) == before


def test_rows_alone_need_no_other_copy(ours: restoring.Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring.Copy, "make", lambda _: pytest.fail("it was copied"))
    for statement in ROWS:
        with psycopg.connect(with_database(ours.server, ours.name)) as connection:
            connection.execute(statement)
        ours.restore()


def test_a_session_left_open_holds_nothing_up(ours: restoring.Copy, before: dict[str, object]) -> None:
    with psycopg.connect(with_database(ours.server, ours.name)) as left:
        left.execute("LOCK portal_dataversion")
        ours.restore()
        with pytest.raises(psycopg.OperationalError, match="administrator command"):
            left.execute("SELECT 1")
    assert state(ours) == before
