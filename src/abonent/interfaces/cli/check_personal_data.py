"""Are old data forgotten as the table says, and people as they asked? A part of `abonent check`."""

from datetime import datetime, timedelta

from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.personal_data.queries import overdue_deletions, retention_states
from abonent.personal_data.retention import wrong_in_profile

LATE = timedelta(days=1)
REMEDY = "see /office/retention/ and the worker's log; docs/domain/personal_data.md says what each is"


def finding(*, now: datetime) -> Finding:
    """FAIL where a person waits to be forgotten longer than promised: the law counts the days."""
    waiting = overdue_deletions(before=now - LATE)
    if waiting:
        return Finding(FAIL, "personal data", f"{waiting} deletions are overdue", REMEDY)
    wrong = wrong_in_profile()
    if wrong:
        return Finding(WARN, "personal data", "; ".join(wrong), "correct the profile")
    states = retention_states(now=now)
    bad = [f"{one.code} {one.state}" for one in states if one.state in ("failed", "late")]
    if bad:
        return Finding(WARN, "personal data", f"retention: {', '.join(bad)}", REMEDY)
    ran = sum(one.state == "done" for one in states)
    return Finding(OK, "personal data", f"{ran} of {len(states)} rules of retention ran of late")
