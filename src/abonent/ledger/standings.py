"""How several accounts stand at once: the last month's lines, what came in since, what is on its way.

The rule of what is owed is `ledger.queries.Balance.due`'s (docs/domain/balances.md); here are the rows of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from abonent.base.months import Month
from abonent.base.prepared import prepared_cursor
from abonent.ledger.queries import Line, months_loaded
from abonent.ledger.received import NOT_IN_THE_MONTH
from abonent.portal.current import portal

#: How many months an account may be behind the portal's last one before all months are searched.
_RECENT = 3


class Came(NamedTuple):
    """Money of an account after its last bill; negative: given back."""

    service_id: int | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's last month with charges, and the money that is not in it."""

    month: date
    lines: tuple[Line, ...]
    since: tuple[Came, ...]
    """Booked on days that the month does not count, or here and not known to billing when it made it."""
    expected: tuple[Came, ...]
    """On its way: being paid, or paid and not booked."""


_LINES = """
SELECT account_id, month, service_id, opening, accrued, corrections, paid, closing, tariff
  FROM ledger_charge
 WHERE account_id = ANY(%s) AND month BETWEEN %s AND %s
"""
_LAST_LINES = """
SELECT line.account_id, line.month, service_id, opening, accrued, corrections, paid, closing, tariff
  FROM (SELECT account_id, max(month) AS month FROM ledger_charge
         WHERE account_id = ANY(%s) GROUP BY account_id) AS last
  JOIN ledger_charge AS line ON line.account_id = last.account_id AND line.month = last.month
"""
_MONEY = f"""
SELECT booked.account_id, false, booked.service_id, booked.amount
  FROM unnest(%(accounts)s::bigint[], %(ends)s::date[], %(months)s::date[]) AS last(account_id, day, month)
  JOIN ledger_payment AS booked ON booked.account_id = last.account_id
  LEFT JOIN ledger_toldpayment AS told ON told.payment_id = booked.id
  LEFT JOIN ledger_loadedmonth AS loaded ON loaded.month = last.month
 WHERE booked.paid_on > last.day OR ({NOT_IN_THE_MONTH})
 UNION ALL
SELECT account_id, true, service_id, amount FROM ledger_expectedpayment
 WHERE account_id = ANY(%(accounts)s)
"""  # noqa: S608 - our own words


def standings(account_ids: Collection[int], *, version: int) -> dict[int, Standing]:
    """By account; without those that were never charged. Two queries; three when some were not charged
    lately."""
    lines = _newest(account_ids, version)
    if not lines:
        return {}
    ends = [portal().bill.counted_until(Month.of(rows[0].month)) for rows in lines.values()]
    months = [rows[0].month for rows in lines.values()]
    money = _by_account(_rows(_MONEY, {"accounts": list(lines), "ends": ends, "months": months}))
    return {key: _standing(rows, money.get(key, ())) for key, rows in lines.items()}


def _rows(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _by_account(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    ordered = sorted(rows, key=lambda row: row[0])
    return {key: [row[1:] for row in group] for key, group in groupby(ordered, key=lambda row: row[0])}


def _newest(account_ids: Collection[int], version: int) -> dict[int, list[Line]]:
    """The lines of each one's last month: mostly one of the portal's latest, a closed account's anywhere."""
    loaded = months_loaded(version=version)
    if loaded is None or not account_ids:
        return {}
    first = max(loaded[0], loaded[1] - _RECENT)
    found = _by_account(_rows(_LINES, [list(account_ids), first.first_day, loaded[1].first_day]))
    late = [key for key in account_ids if key not in found]
    if late and first > loaded[0]:
        found |= _by_account(_rows(_LAST_LINES, [late]))
    return {key: _of_last_month([Line._make(row) for row in rows]) for key, rows in found.items()}


def _of_last_month(lines: list[Line]) -> list[Line]:
    last = max(line.month for line in lines)
    return [line for line in lines if line.month == last]


def _standing(lines: list[Line], money: Collection[tuple[Any, ...]]) -> Standing:
    return Standing(
        month=lines[0].month,
        lines=tuple(lines),
        since=tuple(Came(*row[1:]) for row in money if not row[0]),
        expected=tuple(Came(*row[1:]) for row in money if row[0]),
    )
