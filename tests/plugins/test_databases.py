"""The tests' own databases: migrated, isolated from each other, and whole again after a test that commits."""

import subprocess
import sys

import psycopg
import pytest
from django.db import connection, connections

from tests.plugins import databases
from tests.plugins.browser import chromium

MIGRATED_ROW = "SELECT count(*) FROM portal_dataversion"
MARK = "CREATE TABLE left_behind ()"
MARKED = "SELECT to_regclass('left_behind') IS NOT NULL"


def ask(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_database_is_this_process_own_and_migrated() -> None:
    assert ask("SELECT current_database()") == databases.name_of_mine("main")
    assert ask("SELECT count(*) > 0 FROM django_migrations") is True
    assert ask(MIGRATED_ROW) == 1


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_what_a_test_committed_is_gone_and_what_migrations_wrote_is_there(time: str) -> None:
    assert ask(MIGRATED_ROW) == 1
    assert ask(MARKED) is False
    with connection.cursor() as cursor:
        cursor.execute(MARK)
        cursor.execute("DELETE FROM portal_dataversion")


@pytest.mark.django_db(transaction=True)
def test_no_connection_outlives_its_database_unseen_while_a_browser_comes_and_goes(
    database_server: str,
) -> None:
    """While Playwright is up Django keeps other connections; who closes all sees those of one side."""

    def make_anew() -> None:
        connections.close_all()
        databases.copy_template(database_server, databases.name_of_mine("main"))

    ask("SELECT 1")
    with chromium():
        ask("SELECT 1")
        make_anew()
        ask("SELECT 1")
    ask("SELECT 1")
    make_anew()
    with chromium():
        ask("SELECT 1")


def test_copies_are_independent(database_server: str) -> None:
    names = [databases.name_of_mine(purpose) for purpose in ("one", "two")]
    urls = [databases.copy_template(database_server, name) for name in names]
    with psycopg.connect(urls[0], autocommit=True) as one, psycopg.connect(urls[1]) as two:
        one.execute(MARK)
        assert one.execute(MARKED).fetchone() == (True,)
        assert two.execute(MARKED).fetchone() == (False,)
    for name in names:
        databases.drop(database_server, name)


def test_copies_of_killed_sessions_are_dropped_and_others_are_not(database_server: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    abandoned, mine = f"{databases.COPY}{gone.pid}_main", databases.name_of_mine("kept")
    urls = [databases.copy_template(database_server, name) for name in (abandoned, mine)]
    databases.drop_abandoned(database_server)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(urls[0])
    psycopg.connect(urls[1]).close()
    databases.drop(database_server, mine)
