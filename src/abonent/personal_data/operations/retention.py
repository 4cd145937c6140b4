"""The nightly forgetting of old data, rule by rule, in batches: no giant transaction; a kill costs one."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from django.db import connection, transaction
from django.db.models import F

from abonent.accounts import personal as accounts
from abonent.metering import personal as metering
from abonent.notices import personal as notices
from abonent.payments import personal as payments
from abonent.personal_data.models import Export, RetentionRun
from abonent.personal_data.operations.deletion import forget_now
from abonent.personal_data.retention import RULES, Rule, kept_for
from abonent.service_requests import personal as service_requests
from abonent.service_requests.operations.drafts import forget_drafts
from abonent.users import audit
from abonent.users import personal as users

log = logging.getLogger(__name__)

MOST_BATCHES = 2000
"""Of one rule in one night: the next goes on."""
Forget = Callable[[datetime, int, datetime], int]
"""(before, limit, now) -> how many: at most `limit` of the oldest; safe to repeat."""


def forget_old(*, now: datetime, clock: Callable[[], datetime] | None = None) -> dict[str, int]:
    """Every rule of the table; rows by rule. A transaction a batch, safe to repeat, to kill and to run twice.

    A rule that fails is written down with its error, and holds up no other. `clock` says when each ended. How
    many went stands in the trail, a line a rule and a night.
    """
    return {rule.code: _forget(rule, now, clock or (lambda: now)) for rule in RULES}


def _forget(rule: Rule, now: datetime, clock: Callable[[], datetime]) -> int:
    begun = {"started_at": now, "finished_at": None, "rows": 0, "error": ""}
    RetentionRun.objects.update_or_create(rule=rule.code, defaults=begun)
    run, rows = RetentionRun.objects.filter(pk=rule.code), 0
    try:
        for _batch in range(MOST_BATCHES):
            gone = _one_batch(rule, now)
            rows += gone
            if not gone:
                break
    except Exception as error:  # whatever a rule meets, the others go on
        log.exception("retention of %s failed", rule.code)
        run.update(error=f"{type(error).__name__}: {error}"[:300])
    else:
        run.update(finished_at=clock())
    if rows:
        audit.record(
            action="retention_done", actor=None, subject=f"retention:{rule.code}", now=now, rows=rows
        )
    return rows


@transaction.atomic
def _one_batch(rule: Rule, now: datetime) -> int:
    """One batch and its count together: what is counted is gone, and what is gone is counted."""
    gone = FORGETTERS[rule.code](now - kept_for(rule), rule.batch, now)
    if gone:
        counted = {"rows": F("rows") + gone, "rows_ever": F("rows_ever") + gone}
        RetentionRun.objects.filter(pk=rule.code).update(**counted)
    return gone


def _exports(*, before: datetime, limit: int) -> int:
    old = Export.objects.filter(asked_at__lt=before).order_by("asked_at").values_list("pk", flat=True)
    return Export.objects.filter(pk__in=list(old[:limit])).delete()[0]


def _files(before: datetime, limit: int, now: datetime) -> int:
    return service_requests.forget_files(closed_before=before, limit=limit, now=now)


def _unconfirmed(before: datetime, limit: int, now: datetime) -> int:
    """As if they had asked to be forgotten; no letter: nobody has said that the mailbox is theirs."""
    people = accounts.unconfirmed_without_account(before=before, limit=limit)
    for pk in people:
        forget_now(pk, now=now)
    return len(people)


_TASKS = """
DELETE FROM procrastinate_jobs WHERE id IN (
    SELECT job.id FROM procrastinate_jobs AS job
     WHERE job.status NOT IN ('todo', 'doing')
       AND NOT EXISTS (SELECT FROM procrastinate_events AS event
                        WHERE event.job_id = job.id AND event.at >= %s)
     ORDER BY job.id LIMIT %s)
"""


def _tasks(*, before: datetime, limit: int) -> int:
    """Tasks that failed or were called off; those that succeeded the worker deletes itself."""
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, [before, limit])
        return int(cursor.rowcount)


def _call(forget: Callable[..., int], name: str, before: datetime, limit: int, _now: datetime) -> int:
    return forget(**{name: before, "limit": limit})


def _old(forget: Callable[..., int], name: str = "before") -> Forget:
    """A room's function, which asks nothing of the clock."""
    return partial(_call, forget, name)


FORGETTERS: Mapping[str, Forget] = {
    "sessions": _old(users.forget_sessions),
    "request_drafts": _old(forget_drafts, "created_before"),
    "last_words": _old(notices.forget_last_words),
    "exports": _old(_exports),
    "bank_calls": _old(payments.forget_bank_calls),
    "unconfirmed": _unconfirmed,
    "tasks": _old(_tasks),
    "kept_forms": _old(metering.forget_kept_forms),
    "reading_links": _old(metering.forget_reading_links),
    "letters": _old(notices.forget_letters),
    "looks": _old(accounts.forget_looks),
    "trail_addresses": _old(audit.forget_addresses),
    "gateway_notices": _old(payments.forget_notices),
    "tries": _old(accounts.forget_tries),
    "photos": _old(metering.forget_photos),
    "trail_reasons": _old(audit.forget_reasons),
    "request_files": _files,
}
"""Who deletes what: one for each rule of the table."""
