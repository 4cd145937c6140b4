"""What always holds of money given back: a part of `invariants`."""

REFUNDS = {
    "refunds_within_the_payment": """
SELECT payment.public_id, payment.refunded, sum(refund.amount)
  FROM payments_payment payment LEFT JOIN payments_refund refund ON refund.payment_id = payment.id
 GROUP BY payment.id
HAVING coalesce(sum(refund.amount) FILTER (WHERE refund.state <> 'failed'), 0)
       > payment.amount + payment.commission
    OR coalesce(sum(refund.amount) FILTER (WHERE refund.state = 'done'), 0) <> payment.refunded
    OR (payment.state = 'refunded')
       <> (payment.refunded > 0 AND payment.refunded
           >= least(payment.amount + payment.commission, payment.paid_amount))
""",
    "refunds_posted_to_the_kopeck": """
SELECT payment.public_id, payment.refunded, -sum(entry.amount)
  FROM payments_payment payment
  LEFT JOIN payments_refund refund ON refund.payment_id = payment.id
  LEFT JOIN payments_paymentpart part ON part.payment_id = payment.id
  LEFT JOIN ledger_payment entry
    ON entry.source = 'refund' AND entry.external_id = refund.public_id || '-' || part.position
 GROUP BY payment.id
HAVING -coalesce(sum(entry.amount), 0)
       <> CASE WHEN payment.booked_at IS NULL THEN 0 ELSE least(payment.refunded, payment.amount) END
""",
    "no_part_gives_back_more_than_it_got": """
SELECT payment.public_id, part.position, part.amount, sum(entry.amount)
  FROM payments_payment payment
  JOIN payments_paymentpart part ON part.payment_id = payment.id
  JOIN payments_refund refund ON refund.payment_id = payment.id
  JOIN ledger_payment entry
    ON entry.source = 'refund' AND entry.external_id = refund.public_id || '-' || part.position
 GROUP BY payment.id, part.id
HAVING part.amount + sum(entry.amount) < 0 OR max(entry.amount) >= 0
    OR bool_or((entry.account_id, entry.service_id) IS DISTINCT FROM (part.account_id, part.service_id))
""",
    "every_refund_entry_has_its_refund": """
SELECT entry.external_id
  FROM ledger_payment entry
 WHERE entry.source = 'refund'
   AND NOT EXISTS (SELECT FROM payments_refund refund
                    WHERE refund.state = 'done'
                      AND refund.public_id = regexp_replace(entry.external_id, '-[0-9]+$', ''))
""",
}
