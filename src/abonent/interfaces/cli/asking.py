"""One value from the database, for `abonent check`."""

from typing import Any

from django.db import connection


def ask(query: str, *parameters: Any) -> Any:
    """The first column of the first row, or None."""
    row = ask_row(query, *parameters)
    return row[0] if row else None


def ask_row(query: str, *parameters: Any) -> tuple[Any, ...] | None:
    """The first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
