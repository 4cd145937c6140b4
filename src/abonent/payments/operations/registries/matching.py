"""What becomes of the staged rows of a registry: one statement for each rule, for any number of rows.

Each rule looks at rows whose state is open (NULL) only. `note` says in a word why a row is not plain:
`amount` (ours is another), `again` (the payment it names has a row already), `ambiguous` (it could be
several payments), `differs` (the operation came with other particulars), `refund` (of more than was paid, or
of nothing known).
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from abonent.payments.operations.registries.sources import code_of, is_method

# An earlier row of the source, or an earlier line of the file, had this operation.
_REPEATED = """
WITH earlier AS (
    SELECT s.line, r.account_text, r.amount
      FROM staged_registry s JOIN payments_registryrow r ON r.operation = s.operation AND r.state <>
      'repeated' JOIN payments_registry g ON g.id = r.registry_id AND g.source = %(source)s
    UNION ALL
    SELECT s.line, f.account_text, f.amount
      FROM staged_registry s JOIN staged_registry f ON f.operation = s.operation AND f.line < s.line
), same AS (
    SELECT e.line, bool_or(e.amount = s.amount AND e.account_text = s.account_text) AS whole
      FROM earlier e JOIN staged_registry s ON s.line = e.line GROUP BY e.line
)
UPDATE staged_registry s
   SET state = CASE WHEN same.whole THEN 'repeated' ELSE 'unmatched' END,
       note = CASE WHEN same.whole THEN '' ELSE 'differs' END
  FROM same WHERE same.line = s.line
"""
# Ways to name a payment of ours (`name` is the row's text that may do so).
_NAMES = """
    SELECT s.line, p.id FROM staged_registry s JOIN payments_payment p ON p.public_id = s.{name}
     WHERE s.state IS NULL AND {which}
    UNION
    SELECT s.line, p.id FROM staged_registry s JOIN payments_payment p ON p.gateway_id = s.{name}
     WHERE s.state IS NULL AND {which} AND s.{name} <> '' AND {methods}
"""
_ANY_METHOD = "(p.method = %(bank)s OR NOT %(is_method)s)"
_ITS_METHOD = "p.method = %(bank)s"
_OURS = f"""
WITH named AS ({_NAMES.format(name="reference", which="s.amount > 0", methods=_ANY_METHOD)}
    UNION {_NAMES.format(name="operation", which="s.amount > 0", methods=_ITS_METHOD)}
), found AS (SELECT line, min(id) AS id, count(*) AS many FROM named GROUP BY line)
UPDATE staged_registry s
   SET state = CASE WHEN found.many = 1 THEN 'matched' ELSE 'unmatched' END,
       payment_id = CASE WHEN found.many = 1 THEN p.id END,
       decides = found.many = 1 AND %(may_decide)s,
       note = CASE WHEN found.many > 1 THEN 'ambiguous'
                   WHEN s.amount IN (p.amount, p.amount + p.commission) THEN '' ELSE 'amount' END
  FROM found JOIN payments_payment p ON p.id = found.id WHERE found.line = s.line
"""  # noqa: S608 - our own pieces
# A payment is paid once: a second operation of the same list for it is more money, and staff say whose.
_TWICE = """
UPDATE staged_registry s SET state = 'unmatched', payment_id = NULL, decides = false, note = 'again'
 WHERE s.state = 'matched' AND s.payment_id IS NOT NULL AND s.amount > 0 AND (
    EXISTS (SELECT 1 FROM staged_registry f
             WHERE f.payment_id = s.payment_id AND f.state = 'matched' AND f.amount > 0 AND f.line < s.line)
    OR EXISTS (SELECT 1 FROM payments_registryrow r JOIN payments_registry g ON g.id = r.registry_id
                WHERE r.payment_id = s.payment_id AND g.source = %(source)s AND r.amount > 0
                  AND r.state IN ('matched', 'reversed')))
"""
_CALLED = """
WITH called AS (
    SELECT s.line, b.account_id, b.amount FROM staged_registry s
      JOIN payments_bankpayment b ON b.txn_id = s.operation AND b.bank = %(bank)s AND b.result = 0
     WHERE s.state IS NULL AND s.amount > 0
    UNION
    SELECT s.line, b.account_id, b.amount FROM staged_registry s
      JOIN payments_bankpayment b ON b.txn_id = s.reference AND b.bank = %(bank)s AND b.result = 0
     WHERE s.state IS NULL AND s.amount > 0
)
UPDATE staged_registry s
   SET state = 'matched', account_id = called.account_id,
       note = CASE WHEN called.amount = s.amount THEN '' ELSE 'amount' END
  FROM called WHERE called.line = s.line
"""
_ACCOUNTS = """
UPDATE staged_registry s SET account_id = a.id FROM accounts_account a
 WHERE s.state IS NULL AND s.amount > 0 AND s.account_key <> '' AND a.key = s.account_key
"""
_REFUNDS_OF_OURS = f"""
WITH named AS ({_NAMES.format(name="parent", which="s.amount < 0", methods=_ANY_METHOD)})
UPDATE staged_registry s SET state = 'matched', payment_id = named.id
  FROM named WHERE named.line = s.line
"""  # noqa: S608 - our own pieces
# What a refund gives back: a row of this file or of an earlier one of the source, or a bank's call.
_REFUNDS = """
WITH asked AS (SELECT DISTINCT parent FROM staged_registry WHERE state IS NULL AND amount < 0 AND parent <>
''), parents AS (
    SELECT operation, account_id, payment_id, amount FROM staged_registry
     WHERE amount > 0 AND (state IS NULL OR state = 'matched') AND operation IN (SELECT parent FROM asked)
    UNION ALL
    SELECT r.operation, r.account_id, r.payment_id, r.amount FROM payments_registryrow r
      JOIN payments_registry g ON g.id = r.registry_id AND g.source = %(source)s
     WHERE r.amount > 0 AND r.state IN ('booked', 'matched', 'reversed')
       AND r.operation IN (SELECT parent FROM asked)
    UNION ALL
    SELECT b.txn_id, b.account_id, NULL, b.amount FROM payments_bankpayment b
     WHERE b.bank = %(bank)s AND b.result = 0 AND b.txn_id IN (SELECT parent FROM asked)
), one AS (
    SELECT DISTINCT ON (operation) * FROM parents
     WHERE account_id IS NOT NULL OR payment_id IS NOT NULL ORDER BY operation, payment_id NULLS LAST
), given AS (
    SELECT r.parent, sum(-r.amount) AS amount FROM payments_registryrow r
      JOIN payments_registry g ON g.id = r.registry_id AND g.source = %(source)s
     WHERE r.amount < 0 AND r.state = 'booked' AND r.parent IN (SELECT parent FROM asked) GROUP BY r.parent
), running AS (
    SELECT line, parent, sum(-amount) OVER (PARTITION BY parent ORDER BY line) AS amount
      FROM staged_registry WHERE state IS NULL AND amount < 0
)
UPDATE staged_registry s
   SET payment_id = one.payment_id,
       account_id = CASE WHEN one.payment_id IS NULL THEN one.account_id END,
       state = CASE WHEN one.payment_id IS NOT NULL THEN 'matched'
                    WHEN running.amount + coalesce(given.amount, 0) > one.amount THEN 'unmatched' END,
       note = CASE WHEN one.payment_id IS NULL AND running.amount + coalesce(given.amount, 0) > one.amount
                   THEN 'refund' ELSE '' END
  FROM one JOIN running ON running.parent = one.operation LEFT JOIN given ON given.parent = one.operation
 WHERE running.line = s.line
"""
_REFUNDS_OF_NOTHING = """
UPDATE staged_registry SET state = 'unmatched', note = 'refund'
 WHERE state IS NULL AND amount < 0 AND account_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Named:
    """The registry's source, and whose code stands in it: a bank's, or a method's."""

    source: str

    @property
    def values(self) -> dict[str, Any]:
        return {"source": self.source, "bank": code_of(self.source), "is_method": is_method(self.source)}

    def run(self, *statements: str, may_decide: bool = True) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, self.values | {"may_decide": may_decide})


def find_repeated(named: Named) -> None:
    """Rows whose operation came before."""
    named.run(_REPEATED)


def match_ours(named: Named, *, may_decide: bool) -> None:
    """Rows that name payments of ours, online or by a bank's call. `may_decide`: what such a row says counts
    for a payment that is not final."""
    named.run(_OURS, _TWICE, _CALLED, may_decide=may_decide)


def find_accounts(named: Named) -> None:
    """Accounts of the rows that are left, and what refunds give back."""
    named.run(_ACCOUNTS, _REFUNDS_OF_OURS, _REFUNDS, _REFUNDS_OF_NOTHING)
