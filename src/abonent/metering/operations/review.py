"""Staff look at readings before billing uses them (docs/domain/reading_review.md).

Staff of an organisation reach its own accounts' readings, the portal's own staff reach all. What they read
and decide stands in the audit trail.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from abonent.base.errors import DomainError
from abonent.metering.operations.rejections import tell_soon
from abonent.metering.operations.scoring import Key, Scored, with_risk
from abonent.metering.review import Facts, kept, signs
from abonent.metering.review_queries import (
    ReviewItem,
    ReviewPage,
    ReviewScale,
    Which,
    accounts_of,
    photo_for_staff,
    read_items,
    review_page,
    unscored,
)
from abonent.metering.review_reasons import in_every_language
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import StaffMembership

#: Ticked at once; a page has fewer.
MOST_AT_ONCE = 100


class NoReason(DomainError):  # noqa: N818 - named after what is missing
    """A reading is not rejected without a word to the customer."""


class Decided(NamedTuple):
    done: int
    """Meters' readings that were decided on now."""
    late: int
    """Those that somebody decided on, the customer corrected or billing took meanwhile; and those that are
    not there for this person."""


@transaction.atomic
def read_queue(
    *, staff: StaffMembership, language: str, limit: int, offset: int, address: str | None, now: datetime
) -> ReviewPage:
    """A page of the queue; that its customers' readings were read is one event of the trail, which names the
    accounts. One transaction."""
    page = review_page(organisation_id=staff.organisation_id, language=language, limit=limit, offset=offset)
    if page.items:
        audit.record(
            action="staff_read_readings",
            actor=staff.user,
            organisation=staff.organisation,
            address=address,
            now=now,
            accounts=accounts_of(page.items),
        )
    return page


@transaction.atomic
def read_photo(*, staff: StaffMembership, which: Which, address: str | None, now: datetime) -> bytes | None:
    """A meter's photo of a submission, in the trail; None where there is none in reach. One transaction."""
    photo = photo_for_staff(which, organisation_id=staff.organisation_id)
    if photo is None:
        return None
    audit.record(
        action="staff_read_photo",
        actor=staff.user,
        subject=f"account:{photo.account_id}",
        organisation=Organisation(pk=photo.organisation_id),
        address=address,
        now=now,
        submission=which.submission_id,
    )
    return photo.jpeg


# Locked in one order, so that two who tick the same rows wait for each other and not in a ring; the second
# finds nothing left. The text of a rejection is in the language of whoever sent the reading.
_DECIDE = """
WITH locked AS MATERIALIZED (
    SELECT own.id, account.id AS account_id, account.organisation_id,
           coalesce(nullif(person.language, ''), %(language)s) AS language
      FROM unnest(%(submissions)s::bigint[], %(meters)s::bigint[]) AS wanted (submission_id, meter_id)
      JOIN metering_submittedreading AS own
        ON own.submission_id = wanted.submission_id AND own.meter_id = wanted.meter_id
      JOIN metering_submission AS sent ON sent.id = own.submission_id
      JOIN accounts_account AS account ON account.id = sent.account_id
      LEFT JOIN users_user AS person ON person.id = sent.user_id
     WHERE own.state = 'received' AND own.reviewed_at IS NULL
       AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
     ORDER BY own.id
       FOR NO KEY UPDATE OF own
), decided AS (
    UPDATE metering_submittedreading AS own
       SET reviewed_at = %(now)s, reviewed_by_id = %(staff)s, state = %(state)s,
           answered_at = CASE %(state)s WHEN 'rejected' THEN %(now)s::timestamptz END,
           reason = coalesce(%(reasons)s::jsonb ->> locked.language, %(reasons)s::jsonb ->> %(language)s, '')
      FROM locked
     WHERE own.id = locked.id
 RETURNING own.submission_id, own.meter_id, locked.account_id, locked.organisation_id
)
SELECT DISTINCT * FROM decided ORDER BY 1, 2
"""


# Only one's own acceptance, and only until billing takes the reading.
_TAKE_BACK = """
WITH locked AS MATERIALIZED (
    SELECT own.id, account.id AS account_id, account.organisation_id
      FROM unnest(%(submissions)s::bigint[], %(meters)s::bigint[]) AS wanted (submission_id, meter_id)
      JOIN metering_submittedreading AS own
        ON own.submission_id = wanted.submission_id AND own.meter_id = wanted.meter_id
      JOIN metering_submission AS sent ON sent.id = own.submission_id
      JOIN accounts_account AS account ON account.id = sent.account_id
     WHERE own.state = 'received' AND own.reviewed_by_id = %(staff)s
       AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
     ORDER BY own.id
       FOR NO KEY UPDATE OF own
), back AS (
    UPDATE metering_submittedreading AS own
       SET reviewed_at = NULL, reviewed_by_id = NULL
      FROM locked
     WHERE own.id = locked.id
 RETURNING own.submission_id, own.meter_id, locked.account_id, locked.organisation_id
)
SELECT DISTINCT * FROM back ORDER BY 1, 2
"""


@transaction.atomic
def accept(
    *, staff: StaffMembership, readings: Collection[Which], address: str | None, now: datetime
) -> Decided:
    """Leave these readings to billing: they are looked at. One transaction, in the trail; safe to repeat
    (what is decided is `late`)."""
    return _decide("received", staff, readings, {}, address, now)


@transaction.atomic
def reject(
    *,
    staff: StaffMembership,
    readings: Collection[Which],
    code: str = "",
    words: str = "",
    address: str | None,
    now: datetime,
) -> Decided:
    """Never send these readings to billing: the customers are told why, each in their language, and may send
    them again. `code` is one of `review_reasons.REASONS`, `words` what staff add or say instead.

    One transaction, in the trail; safe to repeat. The letters are written right after it
    (`metering.tell_rejected`). Raises NoReason.
    """
    reasons = in_every_language(code, words)
    if not reasons:
        raise NoReason
    decided = _decide("rejected", staff, readings, reasons, address, now)
    if decided.done:
        tell_soon(now=now)
    return decided


@transaction.atomic
def take_back(
    *, staff: StaffMembership, readings: Collection[Which], address: str | None, now: datetime
) -> Decided:
    """Put readings that this person accepted back into the queue, until billing has taken them. One
    transaction, in the trail; safe to repeat (what is back, or is somebody else's, is `late`)."""
    wanted, rows = _at_once(_TAKE_BACK, staff, readings)
    _write_down("reading_taken_back", staff, rows, "", address, now)
    return Decided(len(rows), wanted - len(rows))


def _decide(
    state: str,
    staff: StaffMembership,
    readings: Collection[Which],
    reasons: dict[str, str],
    address: str | None,
    now: datetime,
) -> Decided:
    more = {
        "state": state,
        "language": portal().language,
        "reasons": json.dumps(reasons),
        "now": now,
    }
    wanted, rows = _at_once(_DECIDE, staff, readings, **more)
    action = "reading_rejected" if state == "rejected" else "reading_accepted"
    _write_down(action, staff, rows, reasons.get(portal().language, ""), address, now)
    return Decided(len(rows), wanted - len(rows))


def _at_once(
    sql: str, staff: StaffMembership, readings: Collection[Which], **more: Any
) -> tuple[int, list[tuple[int, int, int, int]]]:
    """How many were asked for, and those that were in reach: submission, meter, account, organisation."""
    wanted = sorted(set(readings))[:MOST_AT_ONCE]
    asked = {
        "submissions": [one.submission_id for one in wanted],
        "meters": [one.meter_id for one in wanted],
        "organisation": staff.organisation_id,
        "staff": staff.user_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, asked | more)
        return len(wanted), cursor.fetchall()


def _write_down(
    action: str,
    staff: StaffMembership,
    rows: Sequence[tuple[int, int, int, int]],
    reason: str,
    address: str | None,
    now: datetime,
) -> None:
    for submission_id, meter_id, account_id, organisation_id in rows:
        audit.record(
            action=action,
            actor=staff.user,
            subject=f"account:{account_id}",
            organisation=Organisation(pk=organisation_id),
            address=address,
            reason=reason,
            now=now,
            submission=submission_id,
            meter=meter_id,
        )


def score_waiting(*, limit: int = 500) -> int:
    """Count the points of received readings that have none (sent before there were any, or written by an
    import of old data), `limit` at a time. Returns the meters' readings scored. Safe to repeat and to kill:
    each batch is one transaction."""
    done = 0
    while found := unscored(limit=limit):
        with transaction.atomic():
            _score(read_items(found, language=portal().language))
        done += len(found)
    return done


_SCORE = """
UPDATE metering_submittedreading AS own SET risk = given.risk, risk_signs = given.signs
  FROM unnest(%(submissions)s::bigint[], %(meters)s::bigint[], %(scales)s::text[], %(risk)s::smallint[],
              %(signs)s::jsonb[]) AS given (submission_id, meter_id, scale, risk, signs)
 WHERE own.submission_id = given.submission_id AND own.meter_id = given.meter_id
   AND own.scale = given.scale AND own.risk IS NULL
"""


def _score(items: Sequence[ReviewItem]) -> None:
    rows: list[tuple[Which, Key, Scored]] = []
    for item in items:
        own = {(item.which.meter_id, one.scale): signs(_facts(item, one)) for one in item.scales}
        rows += [(item.which, key, points) for key, points in with_risk(own).items()]
    values: dict[str, Any] = {
        "submissions": [which.submission_id for which, _, _ in rows],
        "meters": [which.meter_id for which, _, _ in rows],
        "scales": [key[1] for _, key, _ in rows],
        "risk": [points.risk for _, _, points in rows],
        "signs": [json.dumps(kept(points.signs)) for _, _, points in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SCORE, values)


def _facts(item: ReviewItem, one: ReviewScale) -> Facts:
    return Facts(
        use=one.use,
        days=one.days or 30,
        usual_per_day=one.usual_per_day,
        unit=item.service.unit,
        rolled_over=one.rolled_over,
        photo=item.photo,
        corrections=item.corrections,
        overdue=item.overdue,
    )
