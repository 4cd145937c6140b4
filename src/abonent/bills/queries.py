"""Reads of receipts: who wants them by mail."""

from abonent.base.prepared import prepared_cursor

_SUBSCRIBED = "SELECT account_id FROM bills_receiptsubscription WHERE user_id = %s AND ended_at IS NULL"


def subscribed_accounts(user_id: int) -> frozenset[int]:
    """The ids of the accounts whose receipts this person gets by mail. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_SUBSCRIBED, [user_id])
        return frozenset(row[0] for row in cursor.fetchall())
