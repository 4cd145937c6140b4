"""What came in for an account lately, and what is on its way: one statement."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from abonent.base.money import ZERO
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
    those booked here of which billing was not told yet. `expected` are on their way, the earliest first."""

    last_payment: BookedPayment | None = None
    later: tuple[BookedPayment, ...] = ()
    expected: tuple[OnItsWay, ...] = ()

    @property
    def on_its_way(self) -> Decimal:
        return sum((one.amount for one in self.expected), ZERO)

    def left_of(self, closing: Decimal) -> Decimal:
        """What is left to pay of a balance (docs/domain/balances.md)."""
        since = sum((one.amount for one in self.later), ZERO)
        return left_to_pay(closing, since=since, on_its_way=self.on_its_way)


# One payment to a bank may be booked as a row for each service. What is on its way comes in the same answer.
_LAST_PAYMENTS = """
(SELECT paid_on, sum(amount), bank, untold, NULL, NULL, NULL
   FROM (SELECT paid_on, amount, bank, by_portal AND told.payment_id IS NULL AS untold
           FROM ledger_payment LEFT JOIN ledger_toldpayment AS told ON told.payment_id = ledger_payment.id
          WHERE account_id = %s) AS booked
  GROUP BY paid_on, bank, untold
  ORDER BY paid_on DESC
  LIMIT 12)
UNION ALL
SELECT NULL, amount, '', false, since, source, external_id
  FROM ledger_expectedpayment WHERE account_id = %s
 ORDER BY 1 DESC NULLS LAST, 5, 7
"""


def received(account_id: int, *, month: Month) -> Received:
    """What came in that the balance of `month` does not hold, and what is on its way. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_LAST_PAYMENTS, (account_id, account_id))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    counted_until = portal().bill.counted_until(month)
    booked = [(BookedPayment._make([*row[:3], None]), row[3]) for row in rows if row[0]]
    return Received(
        last_payment=next((one for one, _ in booked if one.amount > 0), None),
        later=tuple(one for one, untold in booked if untold or one.paid_on > counted_until),
        expected=tuple(OnItsWay._make([row[1], *row[4:]]) for row in rows if not row[0]),
    )
