"""The ledger's part of undoing a run: months put back, rows of what goes taken out, payments reversed.

A payment is never taken away: an undo books the same with the other sign (`#undone`), and when billing
sends the payment again, it is booked again (`#again`). Billing's codes cannot begin with `#`. Everything
runs in the caller's transaction, and is not safe to repeat: the caller knows whether the run is undone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from django.db import connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from abonent.accounts.operations import relearn_last_payments
from abonent.base.months import Month
from abonent.base.staging import Staged
from abonent.ledger import partitions
from abonent.ledger.models import LoadedMonth
from abonent.ledger.totals import MonthTotals

Ranges = Sequence[tuple[int, int]]
"""Ids, from and to, both included."""

#: Whether the payment `t` is out: undone once more than it was booked again. Few rows are ever of these
#: sources.
IS_OUT: LiteralString = """
t.id IN (SELECT split_part(external_id, ':', 1)::bigint FROM ledger_payment
          WHERE source IN ('#undone', '#again') GROUP BY 1
         HAVING sum(CASE source WHEN '#undone' THEN 1 ELSE -1 END) > 0)
"""
_REVERSE: LiteralString = """
INSERT INTO ledger_payment (account_id, paid_on, amount, bank, source, external_id, service_id)
SELECT p.account_id, p.paid_on, -p.amount, p.bank, '#undone',
       CASE p.source WHEN '#again' THEN split_part(p.external_id, ':', 1) ELSE p.id::text END || ':' || {run},
       p.service_id
  FROM {ranges} JOIN ledger_payment p ON p.id BETWEEN one.first AND one.last
 ORDER BY p.id
"""
_AGAIN: LiteralString = """
WITH added AS (
    INSERT INTO ledger_payment (account_id, paid_on, amount, bank, source, external_id, service_id)
    SELECT t.account_id, t.paid_on, t.amount, t.bank, '#again', t.id || ':' || {run}, t.service_id
      FROM {staged} s JOIN ledger_payment t USING (id) WHERE NOT s.is_new AND {out}
     ORDER BY t.id RETURNING id
), numbered AS (SELECT id, id - row_number() OVER (ORDER BY id) AS island FROM added)
INSERT INTO {fresh} (run_id, target, first_id, last_id)
SELECT {run}, 'ledger_payment', min(id), max(id) FROM numbered GROUP BY island
"""
_TOUCHED: LiteralString = """
CREATE TEMP TABLE undone_accounts ON COMMIT DROP AS
SELECT DISTINCT p.account_id FROM {ranges} JOIN ledger_payment p ON p.id BETWEEN one.first AND one.last
"""
_REMAINING: LiteralString = """
CREATE TEMP TABLE remaining_payments ON COMMIT DROP AS
SELECT t.account_id, t.paid_on, t.amount FROM undone_accounts JOIN ledger_payment t USING (account_id)
  LEFT JOIN ledger_toldpayment told ON told.payment_id = t.id
 WHERE t.source NOT IN ('#undone', '#again') AND (NOT t.by_portal OR told.confirmed_at IS NOT NULL)
   AND NOT ({out})
"""


def book_again(staged: Staged) -> None:
    """Payments of an undone run that billing sends again, with the same particulars: booked once more."""
    run, fresh = (staged.before.run, staged.before.fresh) if staged.before else (0, "")
    if run:
        _execute(_AGAIN, run=Literal(run), staged=staged.table, out=SQL(IS_OUT), fresh=Identifier(fresh))


def reverse_payments(payments: Ranges, *, run: int) -> int:
    """Book each with the other sign; what accounts remember of their last payments is learnt anew. Returns
    how many."""
    if not payments:
        return 0
    ranges = _ranges(payments)
    many = _execute(_REVERSE, run=Literal(str(run)), ranges=ranges)
    _execute("DROP TABLE IF EXISTS undone_accounts, remaining_payments")
    _execute(_TOUCHED, ranges=ranges)
    _execute(_REMAINING, out=SQL(IS_OUT))
    relearn_last_payments(payments="remaining_payments", of="undone_accounts")
    return many


def take_rows_out(months: Mapping[Month, str], *, accounts: Ranges, services: Ranges) -> None:
    """`months`: those the run changed, by the way they came (months.Way). A part's rows are as they were
    again; of whole months the rows go that name accounts or services which the run brought, so that these
    can go."""
    for loaded in LoadedMonth.objects.filter(month__in=[month.first_day for month in months]):
        if months[loaded.month] == "part":
            _undo_part(loaded)
        elif months[loaded.month] in {"new", "whole"}:
            for column, ids in (("account_id", accounts), ("service_id", services)):
                if ids:
                    _execute(
                        "DELETE FROM {table} c USING {ranges}"
                        " WHERE c.{column} BETWEEN one.first AND one.last",
                        table=Identifier(loaded.table_name),
                        ranges=_ranges(ids),
                        column=Identifier(column),
                    )


def _undo_part(loaded: LoadedMonth) -> None:
    figures = SQL(", ").join(map(Identifier, partitions.FIGURES))
    olds = SQL(", ").join(SQL("o.{}").format(Identifier(name)) for name in partitions.FIGURES)
    key = SQL("(c.account_id, c.service_id) = (o.account_id, o.service_id)")
    _execute(
        "DELETE FROM {table} c USING {new} o WHERE {key}",
        key=key,
        table=Identifier(loaded.table_name),
        new=Identifier(loaded.part_new),
    )
    _execute(
        "UPDATE {table} c SET ({figures}) = ROW ({olds}) FROM {before} o WHERE {key}",
        key=key,
        table=Identifier(loaded.table_name),
        before=Identifier(loaded.part_before),
        figures=figures,
        olds=olds,
    )
    loaded.totals, loaded.part_totals = loaded.part_totals, {}
    loaded.rows = MonthTotals.from_json(loaded.totals).rows
    loaded.part_before = loaded.part_new = ""
    loaded.save()


def put_back(months: Mapping[Month, str], *, now: datetime) -> None:
    """The last step: the tables that held the run's whole months before it, or none. Commit right after.
    Raises partitions.MonthsBusyError."""
    exchanges = []
    for loaded in LoadedMonth.objects.filter(month__in=[month.first_day for month in months]):
        month = loaded.month
        if months[month] in {"new", "whole"}:
            exchanges.append(partitions.Exchange(month, loaded.table_name, loaded.previous_table))
            _forget_run(loaded, now)
    partitions.exchange(exchanges)


def _forget_run(loaded: LoadedMonth, now: datetime) -> None:
    if not loaded.previous_table:
        loaded.delete()
        return
    loaded.table_name, loaded.previous_table = loaded.previous_table, ""
    loaded.rows, loaded.previous_rows = loaded.previous_rows, 0
    loaded.totals, loaded.previous_totals = loaded.previous_totals, {}
    loaded.changed_in_parts, loaded.loaded_at = True, now
    loaded.save()


def _ranges(ids: Ranges) -> Composable:
    return SQL("unnest({}::bigint[], {}::bigint[]) AS one (first, last)").format(
        Literal([first for first, _ in ids]), Literal([last for _, last in ids])
    )


def _execute(query: LiteralString, **parts: Composable) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SQL(query).format(**parts))
        return int(cursor.rowcount)
