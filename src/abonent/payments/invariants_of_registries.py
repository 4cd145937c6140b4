"""What always holds of registries: each query returns the rows that break it (docs/domain/balances.md)."""

REGISTRIES = {
    "a_registry_is_the_sum_of_its_rows": """
SELECT registry.source, registry.name, registry.rows, registry.total, count(line.id), sum(line.amount)
  FROM payments_registry registry LEFT JOIN payments_registryrow line ON line.registry_id = registry.id
 GROUP BY registry.id
HAVING (registry.rows, registry.total) IS DISTINCT FROM (count(line.id), coalesce(sum(line.amount), 0))
""",
    "a_booked_row_stands_in_the_ledger": """
SELECT coalesce(line.source || ' ' || line.operation, entry.source || ' ' || entry.external_id)
  FROM (SELECT 'registry:' || split_part(registry.source, ':', 2) AS source, line.*
          FROM payments_registryrow line JOIN payments_registry registry ON registry.id = line.registry_id
         WHERE line.state IN ('booked', 'reversed')) line
  FULL JOIN (SELECT * FROM ledger_payment WHERE by_portal AND source LIKE 'registry:%') entry
    ON entry.source = line.source AND entry.external_id = line.operation
 WHERE (line.account_id, line.amount) IS DISTINCT FROM (entry.account_id, entry.amount)
""",
    "a_reversed_row_is_taken_back": """
SELECT coalesce(line.id::text, entry.external_id)
  FROM (SELECT * FROM payments_registryrow WHERE state = 'reversed') line
  FULL JOIN (SELECT * FROM ledger_payment WHERE source = 'reversal') entry
    ON entry.external_id = line.id::text
 WHERE (line.account_id, -line.amount) IS DISTINCT FROM (entry.account_id, entry.amount)
""",
    "an_operation_is_booked_once": """
SELECT registry.source, line.operation, count(*)
  FROM payments_registryrow line JOIN payments_registry registry ON registry.id = line.registry_id
 WHERE line.state IN ('booked', 'matched', 'reversed')
 GROUP BY registry.source, line.operation HAVING count(*) > 1
""",
    "what_a_row_names_is_posted_once": """
SELECT registry.source, line.operation, payment.public_id
  FROM payments_registryrow line
  JOIN payments_registry registry ON registry.id = line.registry_id
  JOIN payments_payment payment ON line.reference IN (payment.public_id, nullif(payment.gateway_id, ''))
 WHERE line.state = 'booked' AND line.amount > 0 AND payment.booked_at IS NOT NULL
   AND line.note <> 'again' AND line.note <> 'ambiguous'
UNION ALL
SELECT registry.source, line.operation, call.txn_id
  FROM payments_registryrow line
  JOIN payments_registry registry ON registry.id = line.registry_id
  JOIN payments_bankpayment call
    ON registry.source = 'registry:' || call.bank AND call.txn_id IN (line.operation, line.reference)
 WHERE line.state = 'booked' AND line.amount > 0 AND call.result = 0
""",
}
