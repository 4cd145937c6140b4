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
    fields = ("line", "operation", "account_text", "payer", "paid_on", "amount", "note")
    return tuple(map(RowShown._make, rows.order_by("line").values_list(*fields)[:SHOWN]))
