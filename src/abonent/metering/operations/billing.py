"""Submitted readings on their way: taken for billing, and billing's answers staged, judged and taken.

docs/domain/bundle.md, «Back to billing», says what the states mean; a test holds its table against `MOVES`.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, LiteralString, NamedTuple

from django.db import connection
from psycopg.sql import SQL, Identifier

from abonent.base import staging
from abonent.base.months import Month
from abonent.base.staging import MOST_LISTED, Before, Staged, Taken
from abonent.metering.models import SubmittedReading
from abonent.metering.operations.rejections import tell_soon
from abonent.metering.review import RISKY
from abonent.metering.rules import OwnRules, rules_of
from abonent.metering.windows import DAILY, Rules, Window, next_hour, window_of
from abonent.portal.current import portal

_SUBMITTED = SubmittedReading._meta.db_table
#: Above every risk: nothing is held back.
NOBODY_IS = 1000
_ANSWER = {"state": "state", "reason": "reason", "used_in": "month"}

#: From a state to those that billing's answer may bring. The same once more corrects its reason or month.
MOVES: dict[str, frozenset[str]] = {
    "received": frozenset(),
    "sent": frozenset({"accepted", "rejected", "used"}),
    "accepted": frozenset({"accepted", "used"}),
    "rejected": frozenset({"rejected"}),
    "used": frozenset({"used"}),
    "corrected": frozenset(),
}


class Waiting(NamedTuple):
    """Readings that wait for billing: those of an organisation and a period received before `before`."""

    organisation_id: int
    period: date
    before: datetime | None
    """None: all of them."""
    risk_below: int
    """Of what nobody has looked at, readings with so many points stay (docs/domain/reading_review.md)."""


_GROUPS = """
SELECT DISTINCT organisation.id, reading.period, organisation.readings_from, organisation.readings_to,
       organisation.time_zone, organisation.overdue_readings
  FROM metering_submittedreading reading
  JOIN metering_submission submission ON submission.id = reading.submission_id
  JOIN accounts_account account ON account.id = submission.account_id
  JOIN portal_organisation organisation ON organisation.id = account.organisation_id
 WHERE reading.state = 'received'
 ORDER BY 1, 2
"""
# A row that somebody holds is being corrected: it is passed by, and with it its meter, whose scales go
# together. One statement, so that nothing comes in between. Everything is joined by an index: with a million
# rows just written the planner knows little.
_TAKE = """
WITH due AS (
    SELECT * FROM unnest(%(organisations)s::bigint[], %(periods)s::date[], %(befores)s::timestamptz[],
                         %(risks)s::int[])
                  AS due (organisation_id, period, before, risk_below)
), locked AS MATERIALIZED (
    SELECT reading.id, reading.meter_id, reading.period
      FROM metering_submittedreading reading
      JOIN metering_submission submission ON submission.id = reading.submission_id
      JOIN accounts_account account ON account.id = submission.account_id
      JOIN due ON due.organisation_id = account.organisation_id AND due.period = reading.period
     WHERE reading.state = 'received'
       AND (due.before IS NULL OR submission.submitted_at < due.before)
       AND (reading.reviewed_at IS NOT NULL OR coalesce(reading.risk, 0) < due.risk_below)
       AND (%(since)s::timestamptz IS NULL OR submission.submitted_at >= %(since)s)
       FOR UPDATE OF reading SKIP LOCKED
), whole AS (
    SELECT unnest(array_agg(id)) AS id FROM locked GROUP BY meter_id, period
    HAVING count(*) = (SELECT count(*) FROM metering_submittedreading scale
                        WHERE scale.meter_id = locked.meter_id AND scale.period = locked.period
                          AND scale.state = 'received')
)
UPDATE metering_submittedreading reading SET state = 'sent', batch = %(batch)s, sent_at = %(now)s
  FROM whole WHERE reading.id = whole.id
"""


def due_before(rules: Rules, window: Window, now: datetime) -> datetime | None:
    """Readings of `window` received before this moment have passed their cut-off (`windows.cut_off`): those
    of a closed window all. None when none has."""
    if now >= window.closes:
        return now + timedelta(days=1)
    if rules.sent_to_billing != DAILY:
        return None
    last = next_hour(rules, now - timedelta(days=2))
    while (following := next_hour(rules, last)) <= now:
        last = following
    return last


def waiting(*, everything: bool, now: datetime) -> list[Waiting]:
    """What is to go to billing: what has passed its cut-off, or with `everything` all that was received. One
    query."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS)
        groups = cursor.fetchall()
    return list(_due(groups, everything, now))


def _due(groups: list[tuple[Any, ...]], everything: bool, now: datetime) -> Iterator[Waiting]:
    for organisation_id, period, *own in groups:
        if everything:
            yield Waiting(organisation_id, period, None, NOBODY_IS)
            continue
        rules = rules_of(OwnRules(organisation_id, *own))
        window = window_of(rules, Month.of(period))
        if before := due_before(rules, window, now):
            yield Waiting(organisation_id, period, before, held_from(window, now))


def held_from(window: Window, now: datetime) -> int:
    """From how many points a reading that nobody has looked at is held back: where the profile wants it, and
    until the day before the window closes."""
    held = portal().readings.held_for_review and now < window.closes - timedelta(days=1)
    return RISKY if held else NOBODY_IS


def take_for_billing(*, batch: int, everything: bool = False, since: datetime | None, now: datetime) -> int:
    """Give what has passed its cut-off (with `everything`: all that was received) the state `sent` and the
    number of the file that takes it. Returns the rows.

    In the caller's transaction; safe to repeat. Waits for nobody: a reading that is being corrected at this
    moment stays for the next file, and so does one of whose meter a scale is not due. From the commit on only
    billing's answer changes the rows.
    """
    due = waiting(everything=everything, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "organisations": [one.organisation_id for one in due],
                "periods": [one.period for one in due],
                "befores": [one.before for one in due],
                "risks": [one.risk_below for one in due],
                "since": since,
                "batch": batch,
                "now": now,
            },
        )
        return int(cursor.rowcount)


class WrongAnswer(NamedTuple):
    """A staged answer that cannot be taken."""

    line: int
    column: str
    value: str
    reason: str


def resolve_answers(staged: Staged) -> list[tuple[int, str]]:
    """Find the readings that staged answers name. Returns numbers that are no reading's, as (line,
    number)."""
    unknown = staging.resolve(staged, "id", _SUBMITTED, {"id": "reading"})
    with connection.cursor() as cursor:
        cursor.execute(SQL("UPDATE {} SET is_new = false").format(staged.table))
    return [(line, str(number)) for line, number in unknown]


def wrong_answers(staged: Staged) -> list[WrongAnswer]:
    """Answers that lack what their state asks for, that a reading's state does not allow, or that differ from
    another scale's of the same meter. Three queries."""
    return [*_incomplete(staged), *_moves_not_made(staged), *_at_odds(staged)]


_INCOMPLETE: LiteralString = """
SELECT line, state, reason, month FROM {staged}
 WHERE (state = 'rejected') = (reason = '') OR (state = 'used') = (month IS NULL) ORDER BY line LIMIT {most}
"""


def _incomplete(staged: Staged) -> Iterator[WrongAnswer]:
    for line, state, reason, month in _rows(_INCOMPLETE, staged):
        if state == "rejected" and not reason:
            yield WrongAnswer(line, "reason", "", "is required for a rejected reading: the customer reads it")
        elif state != "rejected" and reason:
            yield WrongAnswer(line, "reason", reason, "stands with rejected readings alone")
        if state == "used" and month is None:
            yield WrongAnswer(line, "month", "", "is required for a used reading: the month of its bill")
        elif state != "used" and month is not None:
            yield WrongAnswer(line, "month", str(Month.of(month)), "stands with used readings alone")


_MOVED: LiteralString = """
SELECT s.line, s.state, t.state, t.used_in FROM {staged} s JOIN metering_submittedreading t ON t.id = s.id
 WHERE t.state || '>' || s.state <> ALL({allowed}) ORDER BY s.line LIMIT {most}
"""


def _moves_not_made(staged: Staged) -> Iterator[WrongAnswer]:
    for line, to, state, used_in in _rows(_MOVED, staged):
        yield WrongAnswer(line, "state", to, _why_not(state, used_in))


def _why_not(state: str, used_in: date | None) -> str:
    match state:
        case "received":
            return "answers a reading that has not gone to billing yet"
        case "corrected":
            return "answers a reading that its customer corrected before it went to billing"
        case "accepted":
            return "cannot be: the reading is accepted already"
        case "rejected":
            return "cannot be: the reading is rejected already, and its customer is told"
        case _:
            return f"cannot be: the reading is used already, in {Month.of(used_in or date.min)}"


_AT_ODDS: LiteralString = """
WITH named AS (
    SELECT s.line, s.state, s.reason, s.month, t.batch, t.meter_id, t.period
      FROM {staged} s JOIN metering_submittedreading t ON t.id = s.id WHERE t.batch IS NOT NULL
), firsts AS (
    SELECT DISTINCT ON (batch, meter_id, period) * FROM named ORDER BY batch, meter_id, period, line
)
SELECT named.line, named.state, firsts.line FROM named JOIN firsts USING (batch, meter_id, period)
 WHERE (named.state, named.reason, named.month) IS DISTINCT FROM (firsts.state, firsts.reason, firsts.month)
 ORDER BY named.line LIMIT {most}
"""


def _at_odds(staged: Staged) -> Iterator[WrongAnswer]:
    for line, state, first in _rows(_AT_ODDS, staged):
        yield WrongAnswer(
            line, "state", state, f"differs from line {first}, which answers another scale of the meter"
        )


def compare_answers(staged: Staged) -> Taken:
    """`new` is always 0: an answer changes a reading that is there."""
    return staging.compare(staged, _SUBMITTED, _ANSWER)


_ANSWERED: LiteralString = """
UPDATE metering_submittedreading reading
   SET state = s.state, reason = s.reason, used_in = s.month, answered_at = %s
  FROM {staged} s JOIN metering_submittedreading named ON named.id = s.id
 WHERE reading.batch = named.batch AND reading.meter_id = named.meter_id AND reading.period = named.period
   AND (reading.state, reading.reason, reading.used_in) IS DISTINCT FROM (s.state, s.reason, s.month)
"""


_KEEP: LiteralString = """
INSERT INTO {images} (run_id, target, row_id, was)
SELECT DISTINCT ON (reading.id) {run}, {target}, reading.id, jsonb_build_object(
       'state', reading.state, 'reason', reading.reason, 'used_in', reading.used_in,
       'answered_at', reading.answered_at)
  FROM {staged} s JOIN metering_submittedreading named ON named.id = s.id
  JOIN metering_submittedreading reading
    ON reading.batch = named.batch AND reading.meter_id = named.meter_id AND reading.period = named.period
 WHERE (reading.state, reading.reason, reading.used_in) IS DISTINCT FROM (s.state, s.reason, s.month)
"""
#: A rejection that its customer was told of stays, and so does one that the customer has answered already.
STAYS: LiteralString = """
t.state = 'rejected' AND (t.told_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM metering_submittedreading live WHERE live.id <> t.id AND live.meter_id = t.meter_id
       AND live.scale = t.scale AND live.period = t.period
       AND live.state IN ('received', 'sent', 'accepted', 'used')))
"""


def _keep_answered(staged: Staged) -> None:
    """What the answers change, where their run is to be undoable."""
    if staged.before:
        with connection.cursor() as cursor:
            cursor.execute(
                SQL(_KEEP).format(
                    images=Identifier(staged.before.images),
                    run=staged.before.run,
                    target=_SUBMITTED,
                    staged=staged.table,
                )
            )


def take_answers_back(before: Before) -> int:
    """Undo what a run answered: readings wait for billing's answer again; a rejection of which somebody was
    told stays. Returns the readings that changed. In the caller's transaction."""
    return staging.restore(before, _SUBMITTED, unless=STAYS)


def take_answers(staged: Staged, *, now: datetime) -> int:
    """Write staged answers, each to all scales of its meter that went in the same file; then have customers
    told of rejections. Returns the readings that changed."""
    _keep_answered(staged)
    with connection.cursor() as cursor:
        cursor.execute(SQL(_ANSWERED).format(staged=staged.table), [now])
        changed = int(cursor.rowcount)
    tell_soon(now=now)
    return changed


def _rows(query: LiteralString, staged: Staged) -> list[tuple[Any, ...]]:
    allowed = [f"{state}>{to}" for state, moves in MOVES.items() for to in moves]
    composed = SQL(query).format(staged=staged.table, most=MOST_LISTED, allowed=allowed)
    with connection.cursor() as cursor:
        cursor.execute(composed)
        return list(cursor.fetchall())
