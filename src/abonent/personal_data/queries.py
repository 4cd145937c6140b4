"""Reads: a person's consents with their texts, exports and wish; how the forgetting of old data went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.functional import Promise

from abonent.personal_data.models import Deletion, Export, RetentionRun
from abonent.personal_data.retention import RULES, kept_for
from abonent.users.models import Consent, User

LATE = timedelta(days=2)
"""A rule that has not run for so long: the worker stands still."""


@dataclass(frozen=True, slots=True)
class MyData:
    """What the person's page shows."""

    consents: Sequence[Any]
    """`Consent`, the latest first, each with its text and `withdrawn_at`."""
    exports: Sequence[Export]
    """Those still kept, the latest first, without their contents."""
    deletion: Deletion | None
    """The open wish."""


def my_data(user: User, *, now: datetime) -> MyData:
    """Three queries."""
    given = Consent.objects.filter(user=user).select_related("text")
    consents = given.annotate(withdrawn_at=F("withdrawal__withdrawn_at"))
    exports = Export.objects.filter(user=user).defer("facts", "paper")
    return MyData(
        consents=list(consents.order_by("-given_at", "-pk")),
        exports=list(exports.order_by("-asked_at")),
        deletion=Deletion.objects.filter(user=user, cancelled_at=None, done_at=None).first(),
    )


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule of the table and how it went last. `state`: never, running, done, failed or late."""

    code: str
    what: Promise
    days: int
    state: str
    started_at: datetime | None
    rows: int
    rows_ever: int
    error: str


def retention_states(*, now: datetime) -> Sequence[RuleState]:
    """The whole table, in its order. One query."""
    runs = RetentionRun.objects.in_bulk()
    return [
        RuleState(
            code=rule.code,
            what=rule.what,
            days=kept_for(rule).days,
            state=_state(runs.get(rule.code), now),
            started_at=run.started_at if (run := runs.get(rule.code)) else None,
            rows=run.rows if run else 0,
            rows_ever=run.rows_ever if run else 0,
            error=run.error if run else "",
        )
        for rule in RULES
    ]


def overdue_deletions(*, before: datetime) -> int:
    """How many were to be forgotten by then and are not: a hindrance, or a worker that stands still."""
    return Deletion.objects.filter(cancelled_at=None, done_at=None, due_at__lt=before).count()


def _state(run: RetentionRun | None, now: datetime) -> str:
    if run is None:
        return "never"
    if run.error:
        return "failed"
    if run.started_at < now - LATE:
        return "late"
    return "running" if run.finished_at is None else "done"
