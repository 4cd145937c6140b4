"""Rows of the database as plain facts for people and their programs: what JSON holds, and nothing else."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from abonent.base.months import Month

Row = dict[str, Any]
Facts = dict[str, list[Row]]


def plain(value: Any) -> Any:
    """Times as ISO in UTC, days as ISO, months as `2026-10`, amounts as text; the rest as JSON has it.

    >>> plain(Decimal("1.50")), plain(date(2026, 10, 1)), plain([Month(2026, 10), None])
    ('1.50', '2026-10-01', ['2026-10', None])
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Month):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


def told(rows: QuerySet[Any], keys: Mapping[str, str]) -> list[Row]:
    """Each row by `keys`: the name in the facts -> the field it comes from. One query."""
    return [
        {key: plain(value) for key, value in zip(keys, row, strict=True)}
        for row in rows.values_list(*keys.values())
    ]


def grouped(rows: Iterable[Row], by: str) -> dict[Any, list[Row]]:
    """Rows under what `by` names, which is taken out of them: the parts of many wholes by one query."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[by], []).append({key: value for key, value in row.items() if key != by})
    return found
