"""What the ledger tells accounts about payments, so that a payment can prove an account."""

from django.db import connection, transaction

# The latest day's positive amounts of each account; a later day replaces what was known, the same day
# joins it.
_REMEMBER = """
WITH latest AS (
    SELECT account_id, max(paid_on) AS paid_on FROM {payments} WHERE amount > 0 GROUP BY account_id
), told AS (
    SELECT account_id, paid_on, array_agg(DISTINCT payment.amount) AS amounts
    FROM {payments} AS payment JOIN latest USING (account_id, paid_on)
    WHERE payment.amount > 0 GROUP BY account_id, paid_on
)
INSERT INTO accounts_lastpayment AS known (account_id, paid_on, amounts)
SELECT account_id, paid_on, amounts FROM told
ON CONFLICT (account_id) DO UPDATE SET
    paid_on = EXCLUDED.paid_on,
    amounts = CASE WHEN EXCLUDED.paid_on > known.paid_on THEN EXCLUDED.amounts ELSE (
        SELECT array_agg(DISTINCT amount ORDER BY amount) FROM unnest(known.amounts || EXCLUDED.amounts)
        AS amount
    ) END
WHERE EXCLUDED.paid_on > known.paid_on
   OR (EXCLUDED.paid_on = known.paid_on AND NOT known.amounts @> EXCLUDED.amounts)
"""


@transaction.atomic
def remember_last_payments(*, payments: str) -> int:
    """Learn each account's last day of payment and its amounts from the payments just loaded.

    `payments` names a relation (usually the loader's temporary table) with the columns `account_id`,
    `paid_on` and `amount` (numeric, `account_id` resolved); zero and negative amounts, corrections, do
    not count. Called by the ledger in the transaction that loads payments. One statement for any number
    of rows; safe to repeat with the same, older or overlapping payments. Gives the number of accounts
    that learned something.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER.format(payments=connection.ops.quote_name(payments)))
        return int(cursor.rowcount)


@transaction.atomic
def relearn_last_payments(*, payments: str, of: str) -> int:
    """Forget what was known of the accounts in the relation `of` (column `account_id`), and learn it anew
    from `payments` (as `remember_last_payments`): payments were taken back. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_lastpayment WHERE account_id IN"  # noqa: S608 - a relation of ours
            f" (SELECT account_id FROM {connection.ops.quote_name(of)})"
        )
    return remember_last_payments(payments=payments)
