"""Writing one submission with all that belongs to it: one statement for its rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from uuid import uuid4

from django.db import IntegrityError, OperationalError, transaction
from psycopg import errors

from abonent.base.prepared import prepared_cursor
from abonent.metering.checks import CheckedValue
from abonent.metering.fields import MeterField, ReadingForm
from abonent.metering.models import KeptForm, Photo, Submission
from abonent.metering.operations.scoring import Scored, scored
from abonent.metering.photos import Picture
from abonent.metering.reading_form import KnownSubmission
from abonent.metering.receipt import write_receipt
from abonent.metering.review import kept
from abonent.metering.typed_form import TypedForm
from abonent.portal.models import Organisation
from abonent.users import audit
from abonent.users.models import User

LONGEST_KEY = 64


class Overtaken(Exception):  # noqa: N818
    """Another transaction was first: look again."""


@dataclass(frozen=True)
class Sending:
    """What came with the request."""

    account_id: int
    user: User | None
    way: str
    typed: TypedForm
    now: datetime
    address: str | None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @cached_property
    def key(self) -> str:
        """A form without a mark of its own is a submission of its own."""
        return self.typed.key[:LONGEST_KEY] or uuid4().hex


def of_known(sending: Sending, known: KnownSubmission) -> Submission:
    return Submission(
        pk=known.id,
        account_id=sending.account_id,
        user_id=known.user_id,
        way=known.way,
        key=sending.key,
        submitted_at=known.submitted_at,
    )


_STORE = """
WITH gone AS (
    UPDATE metering_submittedreading SET state = 'corrected'
     WHERE id IN (SELECT id FROM metering_submittedreading
                   WHERE id = ANY(%(gone)s) AND state = 'received' ORDER BY id FOR NO KEY UPDATE)
 RETURNING id
), sent AS (
    INSERT INTO metering_submission (account_id, user_id, way, key, submitted_at)
    SELECT %(account)s, %(user)s, %(way)s, %(key)s, %(now)s
     WHERE (SELECT count(*) FROM gone) = cardinality(%(gone)s)
        ON CONFLICT (account_id, key) DO NOTHING
 RETURNING id
)
INSERT INTO metering_submittedreading
       (submission_id, meter_id, scale, period, taken_on, value, previous, rolled_over, unusual, state,
        reason, risk, risk_signs)
SELECT sent.id, typed.meter_id, typed.scale, %(period)s, %(taken_on)s, typed.value, typed.previous,
       typed.rolled_over, typed.unusual, 'received', '', typed.risk, typed.signs
  FROM sent
 CROSS JOIN unnest(%(meters)s::bigint[], %(scales)s::text[], %(values)s::numeric[], %(previous)s::numeric[],
                   %(rolled_over)s::boolean[], %(unusual)s::boolean[], %(risk)s::smallint[],
                   %(signs)s::jsonb[])
         AS typed (meter_id, scale, value, previous, rolled_over, unusual, risk, signs)
 ORDER BY typed.meter_id, typed.scale
RETURNING submission_id
"""


def store(
    sending: Sending,
    form: ReadingForm,
    meters: Sequence[MeterField],
    values: Sequence[CheckedValue],
    drawn: Mapping[int, Picture],
    corrected: Mapping[int, int],
) -> Submission:
    """Write the submission with all that belongs to it. Raises `Overtaken` when somebody was first."""
    try:
        with transaction.atomic():
            points = _points(sending, form, values, drawn, corrected)
            gone = [sent.id for meter in meters for sent in meter.sent]
            submission = _insert(sending, form, gone, values, points)
            Photo.objects.bulk_create(
                Photo(submission=submission, meter_id=meter_id, **asdict(picture))
                for meter_id, picture in drawn.items()
            )
            if form.kept:
                KeptForm.objects.filter(account_id=form.account_id, user=sending.user).delete()
            _record(sending, form, submission)
            write_receipt(submission=submission, user=sending.user, form=form, values=values, now=sending.now)
            return submission
    except IntegrityError as error:
        if isinstance(error.__cause__, errors.UniqueViolation):
            raise Overtaken from error
        raise
    except OperationalError as error:
        if isinstance(error.__cause__, errors.DeadlockDetected):
            raise Overtaken from error
        raise


def _points(
    sending: Sending,
    form: ReadingForm,
    values: Sequence[CheckedValue],
    drawn: Mapping[int, Picture],
    corrected: Mapping[int, int],
) -> list[Scored]:
    """What makes each value worth a look (`review`), in the order of the values."""
    taken_on = sending.typed.taken_on
    assert taken_on  # noqa: S101 - without a day nothing is taken
    found = scored(form, values, taken_on=taken_on, photos=drawn, corrected=corrected)
    return [found[one.meter_id, one.scale] for one in values]


def _insert(
    sending: Sending,
    form: ReadingForm,
    gone: Sequence[int],
    values: Sequence[CheckedValue],
    points: Sequence[Scored],
) -> Submission:
    window = form.window.now_open
    assert window  # noqa: S101 - a closed one was refused
    with prepared_cursor() as cursor:
        cursor.execute(
            _STORE,
            {
                "gone": sorted(gone),
                "account": sending.account_id,
                "user": sending.user_id,
                "way": sending.way,
                "key": sending.key,
                "now": sending.now,
                "period": window.period.first_day,
                "taken_on": sending.typed.taken_on,
                "meters": [one.meter_id for one in values],
                "scales": [one.scale for one in values],
                "values": [one.value for one in values],
                "previous": [one.previous for one in values],
                "rolled_over": [one.rolled_over for one in values],
                "unusual": [one.unusual for one in values],
                "risk": [one.risk for one in points],
                "signs": [json.dumps(kept(one.signs)) for one in points],
            },
        )
        rows = cursor.fetchall()
    if not rows:
        raise Overtaken
    known = KnownSubmission(rows[0][0], sending.user_id, sending.way, sending.now)
    return of_known(sending, known)


def _record(sending: Sending, form: ReadingForm, submission: Submission) -> None:
    audit.record(
        action="readings_submitted",
        actor=sending.user,
        subject=f"account:{form.account_id}",
        organisation=Organisation(pk=form.organisation_id),
        address=sending.address,
        now=sending.now,
        submission=submission.number,
        way=sending.way,
    )
