"""What became of a registry, as its loader reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, QuerySet, Sum

from abonent.payments.models import Registry, RegistryRow

#: Rows shown of those that need somebody.
SHOWN = 20
_SHOWN_FIELDS = ("line", "operation", "account_text", "payer", "paid_on", "amount", "note")


class StateSum(NamedTuple):
    """Rows of one state and their sum."""

    rows: int
    total: Decimal


class RowShown(NamedTuple):
    """A row that somebody has to look at."""

    line: int
    operation: str
    account: str
    payer: str
    paid_on: date
    amount: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class RegistryReport:
    """The file: its rows and total are those of all states together."""

    source: str
    name: str
    rows: int
    total: Decimal
    states: Mapping[str, StateSum] = field(default_factory=dict)
    unmatched: tuple[RowShown, ...] = ()
    """The first of them."""
    other_amounts: tuple[RowShown, ...] = ()
    """The first of those matched rows that have another amount than our payment."""
    again: bool = False
    """Taken before: nothing was done now."""


def report_of(registry: Registry, *, again: bool = False) -> RegistryReport:
    """What became of a registry's rows until now. Three queries."""
    lines = registry.lines.all()
    states = lines.values_list("state").annotate(Count("pk"), Sum("amount")).order_by("state")
    return RegistryReport(
        source=registry.source,
        name=registry.name,
        rows=registry.rows,
        total=registry.total,
        states={state: StateSum(count, total) for state, count, total in states},
        unmatched=_first(lines.filter(state=RegistryRow.State.UNMATCHED)),
        other_amounts=_first(lines.filter(state=RegistryRow.State.MATCHED, note="amount")),
        again=again,
    )


def _first(rows: QuerySet[RegistryRow]) -> tuple[RowShown, ...]:
    return tuple(map(RowShown._make, rows.order_by("line").values_list(*_SHOWN_FIELDS)[:SHOWN]))


class WaitingRow(NamedTuple):
    """An unmatched row, and the file it came in."""

    row_id: int
    registry: str
    row: RowShown


def waiting_rows(*, most: int) -> tuple[list[WaitingRow], int]:
    """Rows of all registries that wait for staff, the oldest first, and how many there are. Two queries."""
    waiting = RegistryRow.objects.filter(state=RegistryRow.State.UNMATCHED)
    found = waiting.order_by("registry_id", "line").values_list("pk", "registry__name", *_SHOWN_FIELDS)[:most]
    return [WaitingRow(pk, name, RowShown(*row)) for pk, name, *row in found], waiting.count()
