"""Payments of a month: by which method, how much, what was given back, and how many failed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from abonent.base.money import ZERO
from abonent.base.months import Month
from abonent.figures.reading_sql import bounds, rows

WAYS = ("online", "bank", "registry")
"""Through a gateway here; a bank that called; a row of a bank's registry."""


@dataclass(frozen=True, slots=True)
class MethodOfMonth:
    """`code`: of the profile's methods or banks, or the registry's source."""

    way: str
    code: str
    count: int
    amount: Decimal
    """What went to the accounts in reach."""


@dataclass(frozen=True, slots=True)
class DayOfPayments:
    day: date
    by_way: tuple[Decimal, ...]
    """In the order of `WAYS`."""


@dataclass(frozen=True, slots=True)
class Payments:
    month: Month
    methods: tuple[MethodOfMonth, ...]
    """The largest sum first."""
    days: tuple[DayOfPayments, ...]
    """Every day of the month up to the last with a payment."""
    failed: int
    """Online payments begun in the month that were declined or not finished in time."""
    refunded: Decimal
    """Given back in the month."""

    @property
    def count(self) -> int:
        return sum(one.count for one in self.methods)

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.methods), ZERO)


# An online payment is counted on the day it was paid, as the gateway says; a registry's row only where it is
# booked by itself: one that confirms an online payment or a bank's call is that payment.
_PAID = """
SELECT paid.way, paid.code, paid.day, count(*), sum(paid.amount)
  FROM (SELECT 'online' AS way, payment.method AS code, (payment.paid_at AT TIME ZONE %(zone)s)::date AS day,
               sum(part.amount) AS amount
          FROM payments_payment AS payment
          JOIN payments_paymentpart AS part ON part.payment_id = payment.id
          JOIN accounts_account AS account ON account.id = part.account_id
         WHERE payment.paid_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND payment.paid_at < %(until)s::timestamp AT TIME ZONE %(zone)s
           AND payment.state IN ('booked', 'told', 'refunded')
           AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
         GROUP BY payment.id
        UNION ALL
        SELECT 'bank', call.bank, (call.paid_at AT TIME ZONE %(zone)s)::date, call.amount
          FROM payments_bankpayment AS call JOIN accounts_account AS account ON account.id = call.account_id
         WHERE call.paid_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND call.paid_at < %(until)s::timestamp AT TIME ZONE %(zone)s
           AND call.result = 0
           AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
        UNION ALL
        SELECT 'registry', registry.source, row.paid_on, row.amount
          FROM payments_registryrow AS row
          JOIN payments_registry AS registry ON registry.id = row.registry_id
          JOIN accounts_account AS account ON account.id = row.account_id
         WHERE row.paid_on >= %(since)s AND row.paid_on < %(until)s AND row.state = 'booked'
           AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)) AS paid
 GROUP BY 1, 2, 3
"""
_LOST = """
SELECT (SELECT count(DISTINCT payment.id)
          FROM payments_payment AS payment
          JOIN payments_paymentpart AS part ON part.payment_id = payment.id
          JOIN accounts_account AS account ON account.id = part.account_id
         WHERE payment.created_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND payment.created_at < %(until)s::timestamp AT TIME ZONE %(zone)s
           AND payment.state IN ('declined', 'expired')
           AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)),
       (SELECT coalesce(sum(refund.amount), 0)
          FROM payments_refund AS refund
         WHERE refund.done_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
           AND refund.done_at < %(until)s::timestamp AT TIME ZONE %(zone)s
           AND refund.state = 'done'
           AND (%(organisation)s::bigint IS NULL OR NOT EXISTS (
                SELECT FROM payments_paymentpart AS part
                  JOIN accounts_account AS account ON account.id = part.account_id
                 WHERE part.payment_id = refund.payment_id
                   AND account.organisation_id <> %(organisation)s)))
"""


def payments(*, organisation_id: int | None, month: Month) -> Payments:
    """Two queries."""
    values = bounds(month, month, organisation_id)
    found = rows(_PAID, values)
    ((failed, refunded),) = rows(_LOST, values)
    methods: dict[tuple[str, str], tuple[int, Decimal]] = {}
    days: dict[tuple[date, str], Decimal] = {}
    for way, code, day, count, amount in found:
        before = methods.get((way, code), (0, ZERO))
        methods[way, code] = (before[0] + count, before[1] + amount)
        days[day, way] = days.get((day, way), ZERO) + amount
    lines = [MethodOfMonth(way, code, *sums) for (way, code), sums in methods.items()]
    return Payments(
        month,
        tuple(sorted(lines, key=lambda one: (-one.amount, one.code))),
        _days(month, days),
        failed,
        refunded,
    )


def _days(month: Month, sums: dict[tuple[date, str], Decimal]) -> tuple[DayOfPayments, ...]:
    last = max((day.day for day, _ in sums), default=0)
    every = (month.first_day.replace(day=number) for number in range(1, last + 1))
    return tuple(DayOfPayments(day, tuple(sums.get((day, way), ZERO) for way in WAYS)) for day in every)
