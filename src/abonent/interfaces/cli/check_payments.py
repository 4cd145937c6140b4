"""Does what must always hold of payments hold? A part of `abonent check`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from abonent.interfaces.cli.asking import ask
from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.payments.invariants import INVARIANTS, MOST_READ, MOST_SHOWN, broken

LATE = """
SELECT (SELECT count(*) FROM payments_payment WHERE next_question_at < %s)
     + (SELECT count(*) FROM payments_refund WHERE next_question_at < %s)
"""
LATE_AFTER = timedelta(minutes=15)
REMEDY = "docs/domain/balances.md says what each means; change no row by hand before the cause is known"


def findings(*, now: datetime) -> Iterator[Finding]:
    """A FAIL for each invariant that does not hold, with its first rows; and whether gateways are asked."""
    wrong = broken()
    for name, rows in wrong.items():
        yield Finding(FAIL, "payments", _text(name, rows), REMEDY)
    if not wrong:
        yield Finding(OK, "payments", f"all {len(INVARIANTS)} invariants hold")
    yield _questions(now)


def _text(name: str, rows: list[tuple[Any, ...]]) -> str:
    shown = "; ".join(" ".join(map(str, row)) for row in rows[:MOST_SHOWN])
    more = "; …" if len(rows) > MOST_SHOWN else ""
    many = f"{len(rows)} row{'s' if len(rows) > 1 else ''}{' or more' if len(rows) >= MOST_READ else ''}"
    return f"{name}: {many}: {shown}{more}"


def _questions(now: datetime) -> Finding:
    if late := ask(LATE, now - LATE_AFTER, now - LATE_AFTER):
        text = f"{late} payments and refunds should have been asked about 15 minutes ago"
        return Finding(WARN, "questions", text, "start `abonent worker`")
    return Finding(OK, "questions", "no gateway waits to be asked")
