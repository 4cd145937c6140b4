"""What was booked here on a day, and how far billing knows of it: for the reconciliation of `payments`."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from abonent.base.prepared import prepared_cursor


class BookedHere(NamedTuple):
    """An entry of the portal's own; negative: given back or reversed."""

    source: str
    external_id: str
    organisation_id: int
    amount: Decimal
    booked_at: datetime
    told_at: datetime | None
    confirmed_at: datetime | None


_BOOKED = """
SELECT booked.source, booked.external_id, account.organisation_id, booked.amount,
       coalesce(booked.booked_at, booked.paid_on::timestamptz), told.told_at, told.confirmed_at
  FROM ledger_payment AS booked
  JOIN accounts_account AS account ON account.id = booked.account_id
  LEFT JOIN ledger_toldpayment AS told ON told.payment_id = booked.id
 WHERE booked.by_portal AND booked.paid_on = %s
 ORDER BY booked.id
"""


def booked_here(day: date) -> list[BookedHere]:
    """Every entry of payments of that day that was booked here, however late. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_BOOKED, [day])
        return [BookedHere._make(row) for row in cursor.fetchall()]
