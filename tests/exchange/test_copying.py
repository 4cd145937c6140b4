"""The second thread: what is queued arrives, in its table; it ends however it is asked to."""

from contextlib import suppress

import pytest
from django.db import connection
from psycopg import errors
from psycopg.sql import SQL

from abonent.exchange.copying import Copier

pytestmark = pytest.mark.django_db


def tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE one (a int) ON COMMIT DROP; CREATE TEMP TABLE two (a int) ON COMMIT DROP"
        )


def add(copier: Copier, table: str, text: str) -> None:
    copier.add(table, SQL("COPY {} FROM STDIN").format(SQL(table)), memoryview(text.encode()))  # type: ignore[arg-type]


def content(table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT a FROM {table} ORDER BY a")
        return [row[0] for row in cursor.fetchall()]


def test_pieces_of_two_tables_arrive_and_a_pause_frees_the_connection() -> None:
    tables()
    copier = Copier()
    for at in range(10):
        add(copier, "one" if at % 3 else "two", f"{at}\n")
    copier.pause()
    assert content("two") == [0, 3, 6, 9]
    add(copier, "two", "10\n")
    copier.finish()
    assert content("one") == [1, 2, 4, 5, 7, 8]
    assert content("two") == [0, 3, 6, 9, 10]


@pytest.mark.parametrize("pieces", [0, 1, 2, 3])
def test_giving_up_ends_it_whatever_waits(pieces: int) -> None:
    tables()
    copier = Copier()
    for at in range(pieces):
        add(copier, "one" if at % 2 else "two", f"{at}\n")
    copier.give_up()
    assert not copier._thread.is_alive()
    assert set(content("one") + content("two")) <= set(range(pieces))


def test_an_error_of_the_database_is_raised_where_it_is_asked_for() -> None:
    tables()
    copier = Copier()
    add(copier, "one", "x\n")
    with pytest.raises(errors.InvalidTextRepresentation):
        copier.finish()


def test_an_error_does_not_stop_those_who_wait() -> None:
    tables()
    copier = Copier()
    for _ in range(5):
        with suppress(errors.InvalidTextRepresentation):
            add(copier, "one", "x\n")
    with pytest.raises(errors.InvalidTextRepresentation):
        copier.pause()
    copier.give_up()
    assert not copier._thread.is_alive()
