"""deploy/grants.sql on a real server: the role that serves pages rewrites nothing that is kept."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from abonent.base.database_url import with_database
from abonent.users.models import User
from tests.billed import files
from tests.plugins import databases

ROOT = Path(__file__).resolve().parents[2]
GRANTS = ROOT / "deploy" / "grants.sql"
ROLES = ROOT / "deploy" / "roles.sql"
TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger_charge'::regclass"
REFUSED = psycopg.errors.InsufficientPrivilege
KEPT = (
    "users_auditevent",
    "accounts_linkattempt",
    "ledger_payment",
    "tariffs_tariffversion",
    "payments_paymentpart",
    "payments_paymentstep",
    "payments_bankpayment",
    "users_consent",
    "users_consenttext",
    "service_requests_requestevent",
)


def role_of_mine() -> str:
    """Roles belong to the whole server: each test process has its own."""
    return f"abonent_pages_{os.getpid()}"


def grants(role: str) -> bytes:
    """The file, for another role than `abonent`."""
    text = GRANTS.read_text("utf-8")
    assert text.count(" abonent;") + text.count(" abonent'") >= 5
    return text.replace(" abonent;", f" {role};").replace(" abonent'", f" {role}'").encode()


@pytest.fixture(scope="module")
def url(database_server: str) -> Iterator[str]:
    """A database with the role's grants, as after `migrate` and `grants.sql`."""
    name, role = databases.name_of_mine("grants"), role_of_mine()
    url = databases.copy_template(database_server, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        for _ in range(2):  # safe to repeat
            connection.execute(grants(role))
    yield url
    databases.drop(database_server, name)
    with psycopg.connect(with_database(database_server, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture
def pages(url: str) -> Iterator[psycopg.Connection]:
    """A connection with the rights of the role that serves pages; nothing it does stays."""
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role_of_mine())))
        yield connection
        connection.rollback()


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "DROP TABLE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON {}",
    ],
)
def test_records_cannot_be_rewritten(pages: psycopg.Connection, table: str, statement: str) -> None:
    with pytest.raises(REFUSED):
        pages.execute(sql.SQL(statement).format(sql.Identifier(table)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger_charge (account_id, month, service_id) VALUES (1, '2026-10-01', 1)",
        "UPDATE ledger_charge SET paid = 0",
        "DELETE FROM exchange_beforeimage",
        "UPDATE exchange_beforeimage SET was = '{}'",
        "INSERT INTO exchange_freshrows DEFAULT VALUES",
        "DELETE FROM ledger_loadedmonth",
        "INSERT INTO ledger_loadedmonth DEFAULT VALUES",
        "UPDATE ledger_expectedpayment SET amount = 1",
        "DELETE FROM ledger_toldpayment",
        "DELETE FROM payments_payment",
        "DELETE FROM payments_refund",
        "DELETE FROM payments_gatewaynotice",
        "DELETE FROM payments_registryrow",
        "DELETE FROM service_requests_servicerequest",
        "DELETE FROM service_requests_requestfile",
        "UPDATE service_requests_requestfile SET checksum = ''",
        "INSERT INTO portal_settingsnumber (id, number) VALUES (1, 9)",
        "DELETE FROM portal_settingsnumber",
        "DELETE FROM django_migrations",
        "CREATE TABLE mine ()",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "COPY users_user TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "ALTER TABLE users_user ADD COLUMN x int",
        "DROP TABLE users_user",
        "SET session_replication_role = replica",
    ],
)
def test_billings_figures_and_the_shape_of_tables_are_not_the_pages_to_change(
    pages: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(REFUSED):
        pages.execute(statement.encode())


def test_old_tries_go_by_the_owners_function_alone(pages: psycopg.Connection) -> None:
    """One of three years ago goes, a younger one stays; by itself the pages' role deletes neither."""
    for age in ("3 years", "1 year"):
        pages.execute(
            "INSERT INTO accounts_linkattempt"
            " (at, network, method, outcome, number_hash, neighbourhood, refused_by)"
            f" VALUES (now() - interval '{age}', '', 'code', 'linked', 'a', 'b', '')".encode()
        )
    assert pages.execute("SELECT accounts_forget_old_tries(now(), 100)").fetchone() == (1,)
    with pytest.raises(REFUSED):
        pages.execute("DELETE FROM accounts_linkattempt")


def test_a_tries_outcome_alone_can_be_filled_in(pages: psycopg.Connection) -> None:
    pages.execute("UPDATE accounts_linkattempt SET outcome = 'linked', method = 'code'")
    with pytest.raises(REFUSED):
        pages.execute("UPDATE accounts_linkattempt SET outcome = 'linked', number_hash = ''")


def test_a_payment_is_booked_by_whoever_serves_pages(pages: psycopg.Connection) -> None:
    """What ledger.booking writes; there is no account here, so that no row comes of it."""
    account = "FROM accounts_account"
    pages.execute(
        "INSERT INTO ledger_payment (source, external_id, account_id, amount, paid_on, bank, by_portal)"
        f" SELECT 'online', 'x-1', id, 1, now(), '', true {account}"
        " ON CONFLICT (source, external_id) DO NOTHING RETURNING source"
    )
    pages.execute(
        "INSERT INTO ledger_expectedpayment (account_id, amount, since, source, external_id)"
        f" SELECT id, 1, now(), 'online', 'x-1' {account}"
    )
    pages.execute("DELETE FROM ledger_expectedpayment")
    pages.execute("INSERT INTO ledger_toldpayment (payment_id, told_at) SELECT id, now() FROM ledger_payment")
    pages.execute("UPDATE ledger_toldpayment SET confirmed_at = now()")
    pages.execute("UPDATE payments_payment SET state = state")


def test_people_sign_up_and_change_their_names(pages: psycopg.Connection) -> None:
    """With all that the triggers of their rows write: the first who did in service was refused."""
    person = User(login="bob", email="bob@example.kz", full_name="Bob Unheard")
    fields = [one for one in User._meta.concrete_fields if not one.primary_key]
    pages.execute(
        sql.SQL("INSERT INTO users_user ({}) VALUES ({})").format(
            sql.SQL(", ").join(sql.Identifier(str(one.column)) for one in fields),
            sql.SQL(", ").join(sql.Placeholder() for _ in fields),
        ),
        [one.pre_save(person, add=True) for one in fields],
    )
    known = "SELECT count(*) FROM accounts_knownword WHERE word IN ('unheard', 'renamed')"
    assert pages.execute(known).fetchone() == (1,)
    pages.execute("UPDATE users_user SET full_name = 'Bob Renamed'")
    assert pages.execute(known).fetchone() == (2,)


def test_everything_else_can_be_read_and_written(pages: psycopg.Connection) -> None:
    """A table that the grants forget would break its page."""
    listed = pages.execute(TABLES).fetchall()
    assert len(listed) > 30
    for (name,) in listed:
        pages.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
    for name in ("users_session", "notices_letter", "procrastinate_jobs", "accounts_accountlink"):
        pages.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    pages.execute("INSERT INTO users_limits VALUES ('a', 'b', now())")
    pages.execute("UPDATE users_user SET months_shown = 12")


def test_a_month_imported_later_is_read_without_new_grants(url: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for name, text in files().items():
        (bundle / f"{name}.csv").write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "abonent", "import", str(bundle)],
        env=os.environ | {"DATABASE_URL": url, "ABONENT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role_of_mine())))
        row = connection.execute("SELECT count(*) FROM ledger_charge").fetchone()
        assert row
        assert row[0] > 0
        partition = connection.execute(PARTITIONS).fetchone()
        assert partition
        with pytest.raises(REFUSED):
            connection.execute(sql.SQL("UPDATE {} SET paid = 0").format(sql.Identifier(partition[0])))


def test_the_roles_are_those_of_the_grants() -> None:
    text = ROLES.read_text("utf-8")
    assert 'CREATE ROLE "abonent-owner" LOGIN;' in text
    assert "CREATE ROLE abonent LOGIN" in text
    assert "SUPERUSER" not in text
    assert "PASSWORD" not in text
