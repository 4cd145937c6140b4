"""Counting by SQL: one statement, bound by name, its rows as they come."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from abonent.base.months import Month
from abonent.portal.current import portal


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(values))
        return list(cursor.fetchall())


def room_to_count() -> None:
    """For this transaction: hashes of some hundred thousand rows stay in memory, and nothing is compiled for
    what is counted once. One query."""
    rows("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)", {})


def whose(account: str, organisation_id: int | None) -> str:
    """The join that keeps rows of the organisation's accounts; none for all: it would read every account.
    `account` is the column that names it."""
    if organisation_id is None:
        return ""
    return (
        f"JOIN accounts_account AS account ON account.id = {account}"
        " AND account.organisation_id = %(organisation)s"
    )


def bounds(first: Month, last: Month, organisation_id: int | None) -> dict[str, Any]:
    """What every statement here is given: `%(since)s` up to and without `%(until)s`, days of the portal's
    zone `%(zone)s`, and the organisation or NULL for all."""
    return {
        "since": first.first_day,
        "until": (last + 1).first_day,
        "zone": portal().time_zone,
        "organisation": organisation_id,
    }
