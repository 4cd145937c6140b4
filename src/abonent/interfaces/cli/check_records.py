"""What the tables say of the deployment: can records be rewritten, how hard is it to guess, is work done?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from abonent.accounts.strength import WARN_ABOVE
from abonent.interfaces.cli import check_personal_data, check_tariffs, check_work
from abonent.interfaces.cli.asking import ask, ask_row
from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding

APPEND_ONLY = [
    "users_auditevent",
    "accounts_linkattempt",
    "ledger_payment",
    "tariffs_tariffversion",
    "payments_paymentpart",
    "payments_paymentstep",
    "payments_bankpayment",
    "users_consent",
    "users_consenttext",
    "users_consentwithdrawal",
]
#: One for UPDATE and DELETE, one for TRUNCATE.
TRIGGERS = """
SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname IN ('append_only', 'append_only_truncate') AND tgenabled IN ('O', 'A')
GROUP BY relname HAVING count(*) = 2
"""
REWRITABLE = """
SELECT count(*) FROM unnest(%s::text[]) AS name
WHERE has_table_privilege(name, 'UPDATE') OR has_table_privilege(name, 'DELETE')
   OR has_table_privilege(name, 'TRUNCATE') OR has_table_privilege(name, 'TRIGGER')
"""
WEAKEST = """
SELECT organisation.code, opened::float / accounts, opened, accounts
FROM accounts_linkingstrength JOIN portal_organisation AS organisation ON organisation.id = organisation_id
WHERE accounts > 0 ORDER BY 2 DESC LIMIT 1
"""
LATE = """
SELECT count(*), (array_agg(last_error ORDER BY created_at))[1] FROM notices_letter
WHERE sent_at IS NULL AND next_attempt_at IS NOT NULL AND created_at < %s
  AND NOT (subscribed AND attempts = 0 AND next_attempt_at > %s)
"""
LATE_AFTER = timedelta(minutes=15)
#: A month's receipts go behind all other letters, and may take hours.
MAILING_LATE_AFTER = timedelta(days=1)


def findings(*, now: datetime) -> Iterator[Finding]:
    yield _append_only()
    yield _rights()
    yield _strength()
    yield from check_work.findings()
    yield _letters_waiting(now)
    yield check_tariffs.finding()
    yield check_personal_data.finding(now=now)


def _append_only() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        guarded = {row[0] for row in cursor.fetchall()}
    open_tables = [table for table in APPEND_ONLY if table not in guarded]
    if open_tables:
        remedy = "put the trigger append_only back (see the rooms' migrations), and find out who removed it"
        return Finding(FAIL, "append-only", f"can be rewritten: {', '.join(open_tables)}", remedy)
    return Finding(OK, "append-only", ", ".join(APPEND_ONLY))


def _rights() -> Finding:
    """Whoever serves pages should not even be able to ask for it; only `migrate` and `import` own tables."""
    if ask(REWRITABLE, APPEND_ONLY):
        remedy = "serve as a second role, with the rights of deploy/grants.sql"
        return Finding(
            WARN, "rights", "this role could remove what keeps records from being rewritten", remedy
        )
    return Finding(OK, "rights", "this role can add to those records and read them, nothing else")


def _strength() -> Finding:
    weakest = ask_row(WEAKEST)
    if weakest is None:
        return Finding(WARN, "linking", "how guessable the facts are is not measured", "abonent import")
    code, share, opened, accounts = weakest
    text = f"five guesses open {opened} of the {accounts} accounts of {code}: {share:.2%}"
    if share > WARN_ABOVE:
        remedy = "ask for more in linking.facts, or lower linking.code_required_above: docs/domain/linking.md"
        return Finding(WARN, "linking", text, remedy)
    return Finding(OK, "linking", text)


def _letters_waiting(now: datetime) -> Finding:
    late, reason = ask_row(LATE, now - LATE_AFTER, now - MAILING_LATE_AFTER) or (0, None)
    if late:
        why = f"; the oldest: {reason}" if reason else ""
        remedy = "correct the mail server's settings" if reason else "start `abonent worker`"
        return Finding(WARN, "post", f"{late} letters wait for longer than 15 minutes{why}", remedy)
    return Finding(OK, "post", "no letter waits for long")
