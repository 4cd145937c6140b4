"""Banks that call, and what does not agree: parts of `abonent check`. Nobody is called."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.payments.bank_access import mistakes
from abonent.payments.differences import open_count, open_differences
from abonent.payments.operations.bank_call_counts import hours_of_trying
from abonent.portal.current import portal

GUIDE = 'docs/operations/payments.md, "Banks that call"'
LATELY = timedelta(days=1)
TOO_OLD = timedelta(days=3)
SHOWN = 5


def configuration() -> Iterator[Finding]:
    """One for each bank: whether it can be known from anybody else."""
    for bank in portal().paying.banks:
        subject = f"bank: {bank.code}"
        wrong = mistakes(bank, proxies=settings.TRUSTED_PROXIES)
        if wrong:
            yield Finding(FAIL, subject, "; ".join(wrong), GUIDE)
        else:
            yield Finding(OK, subject, f"{bank.protocol}, at /api/banks/{bank.code}/")


def findings(*, now: datetime) -> Iterator[Finding]:
    """What the tables say: who tries account numbers, and what gateway, portal and billing disagree about."""
    if portal().paying.banks:
        yield _trying(now)
    yield _differences(now)


def _trying(now: datetime) -> Finding:
    found = hours_of_trying(since=now - LATELY)
    if found:
        text = "account numbers, or a secret, were tried within a day: " + ", ".join(found)
        return Finding(WARN, "bank calls", text, f"ask the bank; change its secret ({GUIDE})")
    return Finding(OK, "bank calls", "nobody tries account numbers")


def _differences(now: datetime) -> Finding:
    """A kopeck is an alarm; what nobody settled in three days is more than one."""
    counted = open_count()
    if counted.oldest is None:
        return Finding(OK, "reconciliation", "no difference is open")
    rows = "; ".join(
        f"{one.day} {one.source} {one.reference} {one.kind} ({one.owner}, {one.age.days} d)"
        for one in open_differences(now=now, limit=SHOWN)
    )
    more = "; …" if counted.count > SHOWN else ""
    text = f"{counted.count} open, the oldest for {(now - counted.oldest).days} days: {rows}{more}"
    state = FAIL if now - counted.oldest > TOO_OLD else WARN
    return Finding(state, "reconciliation", text, "/office/reconciliation/, or `abonent payments reconcile`")
