"""The undo of the last run applied: what it changed comes back, what it brought goes, all of it or nothing.

docs/domain/bundle.md, «Undoing a run», says exactly what is undone and what is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from django.db import IntegrityError, connection, transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

from abonent.accounts.models import Account, LastPayment, LinkingStrength
from abonent.accounts.operations import measure_strength
from abonent.base import staging
from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.exchange import journal
from abonent.exchange.models import FreshRows, Run
from abonent.ledger import months as ledger_months
from abonent.ledger import undone
from abonent.ledger.undone import Ranges
from abonent.metering.models import Meter, Reading, SubmittedReading
from abonent.metering.operations.billing import take_answers_back
from abonent.portal.models import Organisation, Service
from abonent.portal.operations import bump_data_version

_PAYMENTS = "ledger_payment"
_ORGANISATIONS, _SERVICES, _ACCOUNTS, _METERS, _READINGS = (
    model._meta.db_table for model in (Organisation, Service, Account, Meter, Reading)
)
#: In the order in which they are given back; taken out in the other.
_TARGETS = (_ORGANISATIONS, _SERVICES, _ACCOUNTS, _METERS, _READINGS)
#: Drawn from billing's data by ourselves: these go with what they are about.
_DERIVED = {LastPayment._meta.db_table: "account_id", LinkingStrength._meta.db_table: "organisation_id"}


class NotUndoneError(DomainError):
    """The run cannot be undone; `blocks` says what stands on it, as (what, how many)."""

    def __init__(self, blocks: Sequence[tuple[str, int]]) -> None:
        super().__init__("; ".join(f"{what}: {many}" for what, many in blocks))
        self.blocks = tuple(blocks)


@dataclass(frozen=True)
class Undo:
    """What an undo would do, in rows by the kind of row; months by the way they came."""

    changed: dict[str, int]
    fresh: dict[str, int]
    months: dict[str, str]
    blocks: tuple[tuple[str, int], ...]
    """What stands on rows that would go, by the name of its table; `links_since`: links made since to
    accounts whose payer would change back. None may be there."""
    told: int
    """Rejected readings of which customers were told: these stay rejected."""


def what_comes_back(run: Run) -> Undo:
    """Before the undo of a run that is `undoable`: what it would do, and what stands in its way. At most six
    queries."""
    fresh = _fresh(run)
    return Undo(
        changed=dict(_rows(_CHANGED, [run.pk])),
        fresh={target: sum(last - first + 1 for first, last in ids) for target, ids in fresh.items()},
        months=ways(run),
        blocks=tuple(_blocks(run, fresh)),
        told=_rows(_TOLD, [run.pk, SubmittedReading._meta.db_table])[0][0],
    )


def ways(run: Run) -> dict[str, str]:
    """The months that the run changed, by the way they came."""
    months: dict[str, list[Any]] = run.counts.get("months", {})
    return {month: figures[0] for month, figures in months.items() if figures[0] != "unchanged"}


def undo(run: Run, *, now: datetime) -> None:
    """Undo it. In the caller's transaction, which must commit at once; `exchange.operations.alone` around it.
    Raises NotUndoneError, MonthsBusyError."""
    fresh = _fresh(run)
    if blocks := list(_blocks(run, fresh)):
        raise NotUndoneError(blocks)
    months = {Month.parse(month): way for month, way in ways(run).items()}
    before = journal.before(run)
    undone.take_rows_out(months, accounts=fresh.get(_ACCOUNTS, []), services=fresh.get(_SERVICES, []))
    undone.reverse_payments(fresh.get(_PAYMENTS, []), run=run.pk)
    take_answers_back(before)
    for target in _TARGETS:
        staging.restore(before, target)
    try:
        with transaction.atomic():
            _take_out(fresh)
    except IntegrityError as error:  # somebody was quicker: what stands on it came between look and deed
        raise NotUndoneError([("something_new", 1)]) from error
    journal.forget_images()
    bump_data_version(now=now)
    undone.put_back(months, now=now)


def after(run: Run, *, now: datetime) -> None:
    """What may follow the undo in transactions of its own: tables dropped, linking measured."""
    ledger_months.sweep()
    measure_strength(now=now)


def _take_out(fresh: dict[str, Ranges]) -> None:
    for derived, column in _DERIVED.items():
        of = _ACCOUNTS if column == "account_id" else _ORGANISATIONS
        _delete(derived, column, fresh.get(of, []))
    for target in reversed(_TARGETS):
        _delete(target, "id", fresh.get(target, []))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _delete(table: str, column: str, ids: Ranges) -> None:
    with connection.cursor() as cursor:
        for first, last in ids:
            query = SQL("DELETE FROM {} WHERE {} BETWEEN %s AND %s")
            cursor.execute(query.format(Identifier(table), Identifier(column)), [first, last])


def _fresh(run: Run) -> dict[str, Ranges]:
    found: dict[str, list[tuple[int, int]]] = {}
    rows = FreshRows.objects.filter(run_id=run.pk).order_by("target", "first_id")
    for target, first, last in rows.values_list("target", "first_id", "last_id"):
        found.setdefault(target, []).append((first, last))
    return dict(found)


_CHANGED: LiteralString = """
SELECT target, count(*) FROM exchange_beforeimage WHERE run_id = %s GROUP BY 1
"""
_TOLD: LiteralString = """
SELECT count(*) FROM exchange_beforeimage i JOIN metering_submittedreading r ON r.id = i.row_id
 WHERE i.run_id = %s AND i.target = %s AND r.state = 'rejected' AND r.told_at IS NOT NULL
"""
# Rows of other tables that refer to rows the run brought, but for those that it brought or changed itself.
_REFERENCES: LiteralString = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text,
       c.conrelid::regclass::text = ANY(%(targets)s)
  FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(%(fresh)s)
   AND c.conrelid::regclass::text <> ALL(%(derived)s)
   AND c.conrelid::regclass::text NOT LIKE 'ledger\\_charge%%'
 ORDER BY 1, 2
"""
_STANDS: LiteralString = """
SELECT {name}, count(*) FROM exchange_freshrows f
  JOIN {table} r ON r.{column} BETWEEN f.first_id AND f.last_id
 WHERE f.run_id = {run} AND f.target = {target}
"""
_NOT_OWN: LiteralString = """
   AND NOT EXISTS (SELECT 1 FROM exchange_freshrows own WHERE own.run_id = {run} AND own.target = {name}
                      AND r.id BETWEEN own.first_id AND own.last_id)
   AND NOT EXISTS (SELECT 1 FROM exchange_beforeimage own WHERE own.run_id = {run} AND own.target = {name}
                      AND own.row_id = r.id)
"""
_LINKS_SINCE: LiteralString = """
SELECT 'links_since', count(*) FROM exchange_beforeimage i
  JOIN accounts_account a ON a.id = i.row_id
  JOIN accounts_accountlink l ON l.account_id = a.id AND l.ended_at IS NULL AND l.created_at >= {since}
 WHERE i.run_id = {run} AND i.target = 'accounts_account'
   AND (i.was->>'payer' <> a.payer OR i.was ? 'owner_since'
        AND (i.was->>'owner_since')::date IS DISTINCT FROM a.owner_since)
"""


def _blocks(run: Run, fresh: dict[str, Ranges]) -> list[tuple[str, int]]:
    asked = {"targets": list(_TARGETS), "fresh": list(fresh), "derived": list(_DERIVED)}
    number = Literal(run.pk)
    parts: list[Composable] = [
        SQL(_LINKS_SINCE).format(since=Literal(run.finished_at or run.started_at), run=number)
    ]
    for table, column, target, own in _rows(_REFERENCES, asked):
        query = SQL(_STANDS + _NOT_OWN) if own else SQL(_STANDS)
        parts.append(
            query.format(
                name=Literal(table),
                table=Identifier(table),
                column=Identifier(column),
                run=number,
                target=Literal(target),
            )
        )
    whole = SQL("SELECT what, sum(many)::bigint FROM ({}) one (what, many) GROUP BY 1 ORDER BY 1")
    found = _rows(whole.format(SQL(" UNION ALL ").join(parts)), None)
    return [(what, many) for what, many in found if many]


def _rows(query: LiteralString | Composable, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
