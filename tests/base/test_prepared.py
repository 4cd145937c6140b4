"""Statements prepared on the server: planned once a connection, seen by Django like any other."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from abonent.base.prepared import prepared_cursor

pytestmark = pytest.mark.django_db
STATEMENT = "SELECT name, %s::int + 1 FROM django_migrations WHERE app = %s ORDER BY id LIMIT 1"


@pytest.fixture(autouse=True)
def _fresh_connection() -> Iterator[None]:
    """Nothing prepared before, nothing after."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()
    connection.connection.prepare_threshold = None
    yield
    connection.connection._prepared.clear()


def read(number: int) -> Any:
    with prepared_cursor() as cursor:
        cursor.execute(STATEMENT, [number, "users"])
        return cursor.fetchone()


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [row[0] for row in cursor.fetchall()]


def test_a_statement_is_prepared_when_it_comes_again() -> None:
    assert [read(1)[1], read(2)[1], read(3)[1]] == [2, 3, 4]
    assert [one for one in prepared() if "django_migrations" in one] == [
        "SELECT name, $1::int + 1 FROM django_migrations WHERE app = $2 ORDER BY id LIMIT 1"
    ]


def test_the_plan_is_kept_whatever_the_values() -> None:
    for number in range(6):
        read(number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
        ((generic, custom),) = cursor.fetchall()
    assert (generic, custom) == (5, 0)


def test_where_the_pooler_forgets_nothing_is_prepared(settings: Any) -> None:
    settings.PREPARED_STATEMENTS = False
    assert [read(1)[1], read(2)[1], read(3)[1]] == [2, 3, 4]
    assert prepared() == []


def test_django_counts_them_and_names_their_errors(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        read(1)
        read(2)
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM django_migrations")
    assert isinstance(raised.value.__cause__, psycopg.errors.UndefinedColumn)
    assert read(3)[1] == 4


def test_after_a_rollback_it_is_prepared_anew() -> None:
    with transaction.atomic():
        assert [read(1)[1], read(2)[1]] == [2, 3]
        transaction.set_rollback(True)
    assert [read(3)[1], read(4)[1], read(5)[1]] == [4, 5, 6]
    assert len([one for one in prepared() if "django_migrations" in one]) == 1


def test_djangos_own_statements_are_not_prepared() -> None:
    read(1)
    with connection.cursor() as cursor:
        for _ in range(5):
            cursor.execute("SELECT count(*) FROM django_migrations WHERE app = %s", ["users"])
    assert not [one for one in prepared() if "count(*)" in one]
