"""What always holds of payments, as questions to the database: each query returns the rows that break it.

The same queries stand in docs/domain/balances.md («What always holds of payments»), which a test compares;
tests ask them after everything they do, and `abonent check` of the database that serves.
"""

from typing import Any

from django.db import connection

from abonent.payments.invariants_of_refunds import REFUNDS
from abonent.payments.invariants_of_registries import REGISTRIES

MOST_SHOWN = 5
MOST_READ = 1000
"""Rows of one invariant: a wrong rule breaks as many as there are payments."""

_ONLINE = {
    "posted_once": """
SELECT source, external_id, count(*)
  FROM ledger_payment GROUP BY source, external_id HAVING count(*) > 1
""",
    "posted_as_fixed": """
SELECT coalesce(payment.public_id || '-' || part.position, entry.external_id) AS entry
  FROM payments_payment payment
  JOIN payments_paymentpart part ON part.payment_id = payment.id
  FULL JOIN (SELECT * FROM ledger_payment WHERE source = 'online') entry
    ON entry.external_id = payment.public_id || '-' || part.position
 WHERE (payment.booked_at IS NULL) <> (entry.id IS NULL)
    OR (entry.id IS NOT NULL AND (entry.account_id, entry.amount, entry.service_id)
        IS DISTINCT FROM (part.account_id, part.amount, part.service_id))
""",
    "parts_are_the_payment": """
SELECT payment.public_id, payment.amount, sum(part.amount)
  FROM payments_payment payment LEFT JOIN payments_paymentpart part ON part.payment_id = payment.id
 GROUP BY payment.id HAVING payment.amount IS DISTINCT FROM sum(part.amount)
""",
    "booked_is_what_was_charged": """
SELECT public_id, state, paid_amount FROM payments_payment
 WHERE (booked_at IS NOT NULL AND paid_amount IS DISTINCT FROM amount + commission)
    OR (state IN ('booked', 'told') AND booked_at IS NULL)
    OR (state IN ('created', 'sent', 'paid', 'declined', 'expired') AND booked_at IS NOT NULL)
""",
    "expected_while_on_its_way": """
SELECT coalesce(payment.public_id || '-' || part.position, money.external_id) AS entry
  FROM payments_payment payment
  JOIN payments_paymentpart part ON part.payment_id = payment.id
  FULL JOIN (SELECT * FROM ledger_expectedpayment WHERE source = 'online') money
    ON money.external_id = payment.public_id || '-' || part.position
 WHERE coalesce(payment.state IN ('sent', 'paid'), false) <> (money.id IS NOT NULL)
    OR (money.id IS NOT NULL AND (money.account_id, money.amount, money.service_id)
        IS DISTINCT FROM (part.account_id, part.amount, part.service_id))
""",
    "one_receipt_letter": """
SELECT 'payment ' || public_id FROM payments_payment
 WHERE (receipt_letter IS NOT NULL) <> (booked_at IS NOT NULL AND email <> '')
UNION ALL
SELECT 'letter ' || letter.id FROM notices_letter letter
 WHERE letter.kind = 'payment_receipt'
   AND NOT EXISTS (SELECT FROM payments_payment WHERE receipt_letter = letter.id)
""",
    "history_leads_to_the_state": """
SELECT public_id, before, step_state, state
  FROM (SELECT payment.public_id, payment.state, step.state AS step_state,
               lag(step.state) OVER history AS before, lead(step.id) OVER history IS NULL AS is_last
          FROM payments_payment payment LEFT JOIN payments_paymentstep step ON step.payment_id = payment.id
        WINDOW history AS (PARTITION BY payment.id ORDER BY step.id)) AS steps
 WHERE (is_last AND step_state IS DISTINCT FROM state)
    OR (before IS NULL AND step_state <> 'created')
    OR (before <> step_state AND NOT before || '>' || step_state = ANY (ARRAY[
        'created>sent', 'created>declined', 'created>expired', 'created>paid', 'created>booked',
        'sent>paid', 'sent>booked', 'sent>declined', 'sent>expired',
        'declined>paid', 'declined>booked', 'expired>paid', 'expired>booked', 'expired>declined',
        'paid>booked', 'paid>refunded', 'booked>told', 'booked>refunded', 'told>refunded']))
""",
    "next_question_planned": """
SELECT 'payment ' || public_id FROM payments_payment
 WHERE state IN ('created', 'sent') AND next_question_at IS NULL
UNION ALL
SELECT 'refund ' || public_id FROM payments_refund
 WHERE state IN ('created', 'sent') AND next_question_at IS NULL
""",
    "written_before_the_gateway_knew": """
SELECT public_id FROM payments_payment
 WHERE (state = 'sent' AND (gateway_id = '' OR sent_at IS NULL)) OR sent_at < created_at
""",
    "notices_once_and_heard": """
SELECT method, event_id FROM payments_gatewaynotice GROUP BY method, event_id HAVING count(*) > 1
UNION ALL
SELECT notice.method, notice.event_id
  FROM payments_gatewaynotice notice
  JOIN payments_payment payment
    ON payment.method = notice.method AND payment.gateway_id = notice.gateway_id
 WHERE notice.payment_id IS NULL AND notice.gateway_id <> ''
""",
    "told_when_billing_knows_all": """
SELECT payment.public_id, payment.state
  FROM payments_payment payment
  JOIN payments_paymentpart part ON part.payment_id = payment.id
  JOIN ledger_payment entry
    ON entry.source = 'online' AND entry.external_id = payment.public_id || '-' || part.position
  LEFT JOIN ledger_toldpayment told ON told.payment_id = entry.id
 WHERE payment.state IN ('booked', 'told')
 GROUP BY payment.id
HAVING (payment.state = 'told' AND NOT bool_and(told.payment_id IS NOT NULL))
    OR (payment.state = 'booked' AND bool_and(told.payment_id IS NOT NULL)
        AND max(told.told_at) < now() - interval '1 day')
""",
    "every_entry_has_its_cause": """
SELECT source, external_id FROM ledger_payment
 WHERE by_portal AND source NOT IN ('online', 'refund', 'reversal')
   AND source NOT LIKE 'bank:%' AND source NOT LIKE 'registry:%'
""",
    "bank_calls_posted_once": """
SELECT coalesce(call.bank || ' ' || call.txn_id, entry.source || ' ' || entry.external_id)
  FROM (SELECT * FROM payments_bankpayment WHERE result = 0) call
  FULL JOIN (SELECT * FROM ledger_payment WHERE by_portal AND source LIKE 'bank:%') entry
    ON entry.source = 'bank:' || call.bank AND entry.external_id = call.txn_id
 WHERE (call.account_id, call.amount) IS DISTINCT FROM (entry.account_id, entry.amount)
""",
    "records_are_only_added_to": """
SELECT name FROM unnest(ARRAY['ledger_payment', 'payments_paymentpart', 'payments_paymentstep',
                              'payments_bankpayment']) AS name
 WHERE 2 > (SELECT count(*) FROM pg_trigger WHERE tgrelid = name::regclass AND tgenabled IN ('O', 'A')
               AND tgname IN ('append_only', 'append_only_truncate'))
""",
}

OWN = _ONLINE | REFUNDS
#: By name, in the order of docs/domain/balances.md.
INVARIANTS: dict[str, str] = OWN | REGISTRIES


def broken(*names: str) -> dict[str, list[tuple[Any, ...]]]:
    """The invariants that do not hold (of those named; all without names), with the first rows of each. A
    query for each."""
    found = {name: _rows(INVARIANTS[name]) for name in names or INVARIANTS}
    return {name: rows for name, rows in found.items() if rows}


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchmany(MOST_READ))
