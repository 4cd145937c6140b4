"""Linking strength: how many accounts the five likeliest answers to the profile's facts would open.

Measured from the portal's own data, per organisation, kept in `LinkingStrength`, shown to staff, and compared
with `linking.code_required_above` at each try. Above `WARN_ABOVE` the office warns.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from abonent.portal.current import portal

GUESSES = 5
#: 0.1 %
WARN_ABOVE = 0.001

#: What a guesser has to name, in SQL, from `account` and `payment` (one row for each amount of the last day).
_ANSWERS = {
    "last_payment_amount": "payment.amount",
    "last_payment_date": "payment.paid_on",
    "last_payment_month": "date_trunc('month', payment.paid_on)",
    "last_payment_month_and_day": "to_char(payment.paid_on, 'MM-DD')",
    "surname": "lower(split_part(account.payer, ' ', 1))",
    "flat": "lower(account.flat)",
}

# An answer is an array of texts; the five likeliest of each organisation, and the accounts that any of
# them opens.
_MEASURE = """
WITH payment AS (
    SELECT account_id, paid_on, unnest(amounts) AS amount FROM accounts_lastpayment
), answers AS (
    SELECT account.id, account.organisation_id, ARRAY[{answer}] AS answer
      FROM accounts_account AS account {join} payment ON payment.account_id = account.id
       AND (account.owner_since IS NULL OR payment.paid_on >= account.owner_since)
), ranked AS (
    SELECT organisation_id, answer,
           row_number() OVER (PARTITION BY organisation_id ORDER BY count(DISTINCT id) DESC, answer) AS place
      FROM answers GROUP BY organisation_id, answer
), opened AS (
    SELECT answers.organisation_id, count(DISTINCT answers.id) AS accounts
      FROM answers JOIN ranked USING (organisation_id, answer) WHERE place <= {guesses}
     GROUP BY answers.organisation_id
), every AS (
    SELECT organisation_id, count(*) AS accounts FROM accounts_account GROUP BY organisation_id
)
INSERT INTO accounts_linkingstrength (organisation_id, accounts, opened, measured_at)
SELECT every.organisation_id, every.accounts, coalesce(opened.accounts, 0), %(now)s
  FROM every LEFT JOIN opened USING (organisation_id)
ON CONFLICT (organisation_id) DO UPDATE
   SET accounts = EXCLUDED.accounts, opened = EXCLUDED.opened, measured_at = EXCLUDED.measured_at
"""


def _statement(facts: Sequence[str]) -> str:
    answer = ", ".join(f"({_ANSWERS[fact]})::text" for fact in facts)
    paid = any(fact.startswith("last_payment") for fact in facts)
    return _MEASURE.format(answer=answer, join="JOIN" if paid else "LEFT JOIN", guesses=GUESSES)


@transaction.atomic
def measure_strength(*, now: datetime) -> None:
    """Measure every organisation afresh, by the facts the profile asks. One statement; safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(portal().linking.facts), {"now": now})
