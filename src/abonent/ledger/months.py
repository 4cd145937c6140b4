"""What a month of charges becomes: planned against what the portal has, built, put in place, undone.

A month arrives in a bare table (`partitions.create`). See docs/domain/bundle.md, "A month as a whole, or
a part of it". Everything runs in the caller's transaction; `put_in_place` comes last, right before its
commit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, LiteralString

from django.db import connection
from psycopg import sql
from psycopg.sql import SQL, Identifier

from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.ledger import partitions
from abonent.ledger.models import LoadedMonth
from abonent.ledger.totals import MonthTotals, ServiceTotals

Way = Literal["new", "whole", "part", "unchanged"]
#: From this share of the month's rows on, a new table is cheaper than writing row by row, and can be undone.
WHOLE_FROM = 0.25
EXAMPLES = 20


class NothingToUndoError(DomainError):
    """The month has no earlier state to go back to; the message says why."""


@dataclass(frozen=True)
class MonthPlan:
    """What a month of the bundle means, in rows. `kept`: not mentioned and kept; `gone`: not mentioned and
    left out (`--whole-months`)."""

    month: Month
    table: str
    """Where the bundle's rows of this month are."""
    way: Way
    totals: MonthTotals
    rows: int
    new: int
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    gone: int = 0
    current_table: str = ""
    part_before: str = ""
    part_new: str = ""
    dropped_services: tuple[int, ...] = field(default=(), repr=False)

    @property
    def changes(self) -> bool:
        return self.way != "unchanged"


@dataclass(frozen=True)
class OpeningDoubt:
    """A line whose opening balance is not the last month's closing balance."""

    account_id: int
    service_id: int
    opening: Decimal
    last_closing: Decimal


def plan(
    month: Month, table: str, totals: MonthTotals, *, whole_of: Collection[int] | None = None
) -> MonthPlan:
    """Compare the rows in `table` with what the portal has. `whole_of`: the services about which the bundle
    says all there is to say (None: unmentioned rows stay)."""
    rows, loaded = totals.rows, LoadedMonth.objects.filter(month=month.first_day).first()
    current = loaded.table_name if loaded else ""
    if loaded is None or not current:
        return MonthPlan(month, table, "new", totals, rows, new=rows)
    partitions.add_key(table)
    partitions.analyze(table)
    new, changed, mentioned = _compared(table, current)
    gone = _unmentioned(table, current, whole_of) if whole_of else 0
    kept = loaded.rows - mentioned - gone
    way: Way = "whole" if rows >= WHOLE_FROM * loaded.rows or gone else "part"
    return MonthPlan(
        month,
        table,
        way if new or changed or gone else "unchanged",
        totals,
        rows,
        new=new,
        changed=changed,
        unchanged=rows - new - changed,
        kept=kept,
        gone=gone,
        current_table=current,
        dropped_services=tuple(sorted(whole_of or ())),
    )


def build(planned: MonthPlan) -> MonthPlan:
    """Make the table that is to be in place: carry over what the bundle does not mention, then keys and
    references. A part is written into the month's own table. Returns the plan with the month's totals."""
    if planned.way == "unchanged":
        partitions.drop(planned.table)
        return planned
    if planned.way == "part":
        planned = _keep_rows(planned)
        _write_rows(planned)
        partitions.drop(planned.table)
        return _recounted(planned, planned.current_table)
    if planned.way == "new":
        partitions.add_key(planned.table)
    elif planned.kept:
        _carry_over(planned)
    partitions.add_references(planned.table)
    return _recounted(planned, planned.table) if planned.kept else planned


def put_in_place(built: Sequence[MonthPlan], *, now: datetime) -> None:
    """Let readers see the months at commit. Raises partitions.MonthsBusyError. Commit right after."""
    for one in built:
        if one.changes:
            _remember(one, now)
    partitions.exchange(
        [
            partitions.Exchange(one.month, one.current_table, one.table)
            for one in built
            if one.way in {"new", "whole"}
        ]
    )


def undo(month: Month, *, now: datetime) -> None:
    """Put back the table that held the month before its last load as a whole; again, and the newer one
    returns.

    One transaction with the caller's; under a second. Raises NothingToUndoError, MonthsBusyError.
    """
    loaded = LoadedMonth.objects.select_for_update().filter(month=month.first_day).first()
    if loaded is None:
        raise NothingToUndoError(f"{month} was never loaded")
    if loaded.changed_in_parts:
        raise NothingToUndoError(
            f"{month} was changed in parts, or put back, since it was loaded: send the right figures"
        )
    if not loaded.table_name and not loaded.previous_table:
        raise NothingToUndoError(f"{month} has no earlier state")
    leaves, enters = loaded.table_name, loaded.previous_table
    loaded.table_name, loaded.previous_table = enters, leaves
    loaded.rows, loaded.previous_rows = loaded.previous_rows, loaded.rows
    loaded.totals, loaded.previous_totals = loaded.previous_totals, loaded.totals
    loaded.loaded_at = now
    loaded.save()
    partitions.exchange([partitions.Exchange(month, leaves, enters)])


def forget_parts() -> None:
    """What earlier parts changed is kept for the undo of the last run alone; `sweep` drops the tables."""
    LoadedMonth.objects.exclude(part_before="").update(part_before="", part_new="", part_totals={})


def sweep() -> list[str]:
    """Drop tables that nothing refers to. Returns their names. Not in the transaction of a load: to drop a
    table locks the accounts it refers to, and a reader would wait for it."""
    known = LoadedMonth.objects.values_list("table_name", "previous_table", "part_before", "part_new")
    return partitions.sweep(keep=[name for names in known for name in names if name])


def in_place(months: Collection[Month]) -> dict[Month, tuple[str, MonthTotals]]:
    """Table and totals of those months that are in place."""
    loaded = LoadedMonth.objects.filter(month__in=list(months)).exclude(table_name="")
    return {one.month: (one.table_name, MonthTotals.from_json(one.totals)) for one in loaded}


def newest() -> Month | None:
    """The latest month that has charges."""
    last = LoadedMonth.objects.exclude(table_name="").order_by("-month").first()
    return last.month if last else None


def openings_that_differ(
    table: str, last_table: str, *, but: Collection[int] = ()
) -> tuple[int, list[OpeningDoubt]]:
    """Lines of `table` that do not open with what the line closed with in `last_table` (0 when it was not
    there), those of the services `but` aside: how many, and the first EXAMPLES."""
    rows = _rows(
        "SELECT n.account_id, n.service_id, n.opening, coalesce(o.closing, 0), count(*) OVER ()"
        " FROM {new} n LEFT JOIN {old} o USING (account_id, service_id)"
        " WHERE n.opening <> coalesce(o.closing, 0) AND NOT (n.service_id = ANY({but}::bigint[]))"
        " ORDER BY 1, 2 LIMIT {most}",
        new=Identifier(table),
        old=Identifier(last_table),
        most=sql.Literal(EXAMPLES),
        but=sql.Literal(sorted(but)),
    )
    return (rows[0][4] if rows else 0), [OpeningDoubt(*row[:4]) for row in rows]


def _compared(table: str, current: str) -> tuple[int, int, int]:
    """Rows that are new, that are changed, and that are known at all."""
    ((new, changed, known),) = _rows(
        "SELECT count(*) FILTER (WHERE o.account_id IS NULL),"
        " count(*) FILTER (WHERE o.account_id IS NOT NULL AND ({ours}) IS DISTINCT FROM ({theirs})),"
        " count(o.account_id) FROM {new} n LEFT JOIN {old} o USING (account_id, service_id)",
        new=Identifier(table),
        old=Identifier(current),
        ours=_columns("n"),
        theirs=_columns("o"),
    )
    return new, changed, known


def _unmentioned(table: str, current: str, services: Collection[int]) -> int:
    ((many,),) = _rows(
        "SELECT count(*) FROM {old} o WHERE service_id = ANY({services}) AND NOT EXISTS ("
        "SELECT 1 FROM {new} n WHERE (n.account_id, n.service_id) = (o.account_id, o.service_id))",
        new=Identifier(table),
        old=Identifier(current),
        services=sql.Literal(sorted(services)),
    )
    return int(many)


def _carry_over(planned: MonthPlan) -> None:
    _execute(
        "INSERT INTO {new} SELECT o.* FROM {old} o WHERE NOT (service_id = ANY({services}::bigint[]))"
        " AND NOT EXISTS (SELECT 1 FROM {new} n"
        " WHERE (n.account_id, n.service_id) = (o.account_id, o.service_id))",
        new=Identifier(planned.table),
        old=Identifier(planned.current_table),
        services=sql.Literal(list(planned.dropped_services)),
    )


def _keep_rows(planned: MonthPlan) -> MonthPlan:
    """Before a part is written: the rows it changes as they are, and those it brings, in tables of their
    own."""
    before, new = partitions.create(planned.month), partitions.create(planned.month)
    parts = {"part": Identifier(planned.table), "current": Identifier(planned.current_table)}
    _execute(
        "INSERT INTO {before} SELECT o.* FROM {part} n JOIN {current} o USING (account_id, service_id)"
        " WHERE ({ours}) IS DISTINCT FROM ({theirs})",
        before=Identifier(before),
        ours=_columns("n"),
        theirs=_columns("o"),
        **parts,
    )
    _execute(
        "INSERT INTO {new} SELECT n.* FROM {part} n LEFT JOIN {current} o USING (account_id, service_id)"
        " WHERE o.account_id IS NULL",
        new=Identifier(new),
        **parts,
    )
    return replace(planned, part_before=before, part_new=new)


def _write_rows(planned: MonthPlan) -> None:
    figures = [Identifier(name) for name in partitions.FIGURES]
    _execute(
        "INSERT INTO {current} AS o SELECT * FROM {new} ON CONFLICT (account_id, month, service_id) DO UPDATE"
        " SET ({figures}) = ROW ({excluded}) WHERE ({theirs}) IS DISTINCT FROM ({excluded})",
        current=Identifier(planned.current_table),
        new=Identifier(planned.table),
        figures=SQL(", ").join(figures),
        excluded=_columns("excluded"),
        theirs=_columns("o"),
    )


def _recounted(planned: MonthPlan, table: str) -> MonthPlan:
    """The plan with the totals of all the month's rows, counted where they are now."""
    rows = _rows(
        "SELECT service_id, count(*), (sum(opening) * 100)::bigint, (sum(accrued) * 100)::bigint,"
        " (sum(closing) * 100)::bigint FROM {table} GROUP BY service_id",
        table=Identifier(table),
    )
    totals = MonthTotals({row[0]: ServiceTotals(*row[1:]) for row in rows})
    return replace(planned, totals=totals)


def _remember(built: MonthPlan, now: datetime) -> None:
    loaded = LoadedMonth.objects.filter(month=built.month.first_day).first() or LoadedMonth(
        month=built.month.first_day
    )
    if built.way == "part":
        loaded.previous_table, loaded.previous_rows, loaded.previous_totals = "", 0, {}
        loaded.part_before, loaded.part_new = built.part_before, built.part_new
        loaded.part_totals = loaded.totals
        loaded.changed_in_parts = True
    else:
        loaded.previous_table = loaded.table_name
        loaded.previous_rows, loaded.previous_totals = loaded.rows or 0, loaded.totals
        loaded.table_name, loaded.changed_in_parts = built.table, False
    loaded.rows, loaded.totals, loaded.loaded_at = built.totals.rows, built.totals.as_json(), now
    loaded.save()


def _columns(of: str) -> sql.Composed:
    return SQL(", ").join(
        SQL("{}.{}").format(Identifier(of), Identifier(name)) for name in partitions.FIGURES
    )


def _execute(query: LiteralString, **parts: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL(query).format(**parts))


def _rows(query: LiteralString, **parts: sql.Composable) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL(query).format(**parts))
        return list(cursor.fetchall())
