"""Does what must always hold of requests hold? A part of `abonent check`."""

from abonent.interfaces.cli.finding import FAIL, OK, Finding
from abonent.service_requests.invariants import MOST_READ, OF_HISTORY, broken

SHOWN = 5
REMEDY = "docs/domain/requests.md says what each means; change no row by hand before the cause is known"


def finding() -> Finding:
    """FAIL with the first invariant that does not hold and its first rows."""
    for name, rows in broken(*OF_HISTORY).items():
        many = f"{len(rows)} row{'s' if len(rows) > 1 else ''}{' or more' if len(rows) >= MOST_READ else ''}"
        shown = "; ".join(" ".join(map(str, row)) for row in rows[:SHOWN])
        return Finding(FAIL, "requests", f"{name}: {many}: {shown}", REMEDY)
    return Finding(OK, "requests", f"all {len(OF_HISTORY)} invariants hold")
