"""What came in for an account lately, and what is on its way: one statement."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from abonent.base.money import ZERO, to_unit
from abonent.base.months import Month
from abonent.base.prepared import prepared_cursor
from abonent.ledger.balances import left_to_pay
from abonent.portal.current import portal


class BookedPayment(NamedTuple):
    """A payment as billing booked it; a negative amount corrects an earlier one."""

    paid_on: date
    amount: Decimal
    bank: str
    service_id: int | None


class OnItsWay(NamedTuple):
    """Money a customer is paying, or has paid, that is not booked yet; what its entry will be called."""

    amount: Decimal
    since: datetime
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Received:
    """`later` are payments that are known and not in the month's balance: of the days after it counts, and
    those booked here that billing did not know when it made the month. `expected` are on their way, the
    earliest first."""

    last_payment: BookedPayment | None = None
    later: tuple[BookedPayment, ...] = ()
    expected: tuple[OnItsWay, ...] = ()
    later_voluntary: Decimal = ZERO
    """Of `later`, what was paid for services that nobody has to pay."""
    expected_voluntary: Decimal = ZERO

    @property
    def on_its_way(self) -> Decimal:
        return sum((one.amount for one in self.expected), ZERO)

    def left_of(self, closing: Decimal) -> Decimal:
        """What is left to pay of a balance without its voluntary services, in the unit that bills ask in:
        who has paid the bill owes nothing (docs/domain/balances.md)."""
        since = sum((one.amount for one in self.later), ZERO) - self.later_voluntary
        left = left_to_pay(closing, since=since, on_its_way=self.on_its_way - self.expected_voluntary)
        return left if left < 0 else to_unit(left, portal().bill.unit)


NOT_IN_THE_MONTH = """
by_portal AND told.confirmed_at IS NULL
          AND (told.payment_id IS NULL OR told.told_at > coalesce(loaded.loaded_at, told.told_at))
"""
"""Booked here, and billing cannot have counted it in the charges of the month `loaded`, whatever its day: it
has not said it back, and was told of it after those charges came, or not yet."""

# One payment to a bank may be booked as a row for each service. All that the month does not hold, and a dozen
# others, among which the last one is looked for. What is on its way comes in the same answer.
_LAST_PAYMENTS = f"""
(SELECT paid_on, amount, bank, untold, voluntary, NULL, NULL, NULL
   FROM (SELECT paid_on, sum(amount) AS amount, bank, untold,
                coalesce(sum(amount) FILTER (WHERE is_voluntary), 0) AS voluntary,
                row_number() OVER (ORDER BY paid_on DESC) AS place
   FROM (SELECT paid_on, amount, bank, {NOT_IN_THE_MONTH} AS untold,
                service.obligation = 'voluntary' AS is_voluntary
           FROM ledger_payment AS payment
                LEFT JOIN ledger_toldpayment AS told ON told.payment_id = payment.id
                LEFT JOIN ledger_loadedmonth AS loaded ON loaded.month = %s
                LEFT JOIN portal_service AS service ON service.id = payment.service_id
          WHERE account_id = %s) AS booked
  GROUP BY paid_on, bank, untold) AS grouped
  WHERE place <= 12 OR untold OR paid_on > %s)
UNION ALL
SELECT NULL, amount, '', false, CASE service.obligation WHEN 'voluntary' THEN amount ELSE 0 END,
       since, source, external_id
  FROM ledger_expectedpayment AS expected
       LEFT JOIN portal_service AS service ON service.id = expected.service_id
 WHERE account_id = %s
 ORDER BY 1 DESC NULLS LAST, 6, 8
"""  # noqa: S608 - our own words


def received(account_id: int, *, month: Month) -> Received:
    """What came in that the balance of `month` does not hold, and what is on its way. One query."""
    counted_until = portal().bill.counted_until(month)
    with prepared_cursor() as cursor:
        cursor.execute(_LAST_PAYMENTS, (month.first_day, account_id, counted_until, account_id))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    known = [row for row in rows if row[0]]
    later = [row for row in known if row[3] or row[0] > counted_until]
    coming = [row for row in rows if not row[0]]
    return Received(
        last_payment=next((_booked(row) for row in known if row[1] > 0), None),
        later=tuple(map(_booked, later)),
        expected=tuple(OnItsWay._make([row[1], *row[5:]]) for row in coming),
        later_voluntary=sum((row[4] for row in later), ZERO),
        expected_voluntary=sum((row[4] for row in coming), ZERO),
    )


def _booked(row: tuple[Any, ...]) -> BookedPayment:
    return BookedPayment(row[0], row[1], row[2], None)
