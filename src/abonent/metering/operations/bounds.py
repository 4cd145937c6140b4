"""How much one account and one request may ask of the portal (docs/domain/readings.md, «Bounds»)."""

from collections.abc import Collection, Mapping
from itertools import islice
from typing import NamedTuple

from abonent.base.prepared import prepared_cursor
from abonent.metering import photos as pictures
from abonent.metering.fields import MeterField, ReadingForm, key_of
from abonent.metering.photos import BadPictureError, Picture
from abonent.metering.problems import Problem

#: Of an account in one window. Each may write a letter and keep a photo of every meter, for years.
MOST_SUBMISSIONS = 30
#: Of one request: a large picture takes a second to draw anew.
MOST_PHOTOS = 10


class Corrections(NamedTuple):
    """What came before a correction in this window."""

    submissions: int = 0
    """Of the account."""
    of_meter: Mapping[int, int] = {}
    """Values that the new one takes the place of, by meter; a meter that is not corrected is absent."""


_CORRECTED = """
SELECT (SELECT count(*) FROM metering_submission WHERE account_id = %s AND submitted_at >= %s),
       wanted.meter_id,
       (SELECT count(DISTINCT submission_id) FROM metering_submittedreading
         WHERE meter_id = wanted.meter_id AND period = %s AND state = 'corrected')
  FROM unnest(%s::bigint[]) AS wanted (meter_id)
"""


def corrections(form: ReadingForm, new: Collection[MeterField]) -> Corrections:
    """How often this window's readings were corrected. One query, and only for a correction: of what is not
    submitted yet there are no more submissions than meters."""
    again = [meter.id for meter in new if meter.sent]
    window = form.window.now_open
    if not again or not window:
        return Corrections()
    with prepared_cursor() as cursor:
        cursor.execute(_CORRECTED, [form.account_id, window.opens, window.period.first_day, again])
        rows = cursor.fetchall()
    return Corrections(rows[0][0], {meter_id: gone + 1 for _, meter_id, gone in rows})


def corrected_too_often(new: Collection[MeterField], so_far: Corrections) -> dict[str, Problem]:
    """Why readings that stand already may not be corrected once more."""
    if so_far.submissions < MOST_SUBMISSIONS:
        return {}
    again = [meter for meter in new if meter.sent]
    problem = Problem("corrected_too_often", {"times": MOST_SUBMISSIONS})
    return {key_of(meter.id, scale.scale): problem for meter in again for scale in meter.scales}


def drawn_anew(photos: Mapping[int, bytes]) -> tuple[dict[int, Picture], dict[str, Problem]]:
    """The photos as they are kept, and by field what is wrong with the others."""
    drawn: dict[int, Picture] = {}
    bad: dict[str, Problem] = {}
    for meter_id, file in islice(photos.items(), MOST_PHOTOS):
        try:
            drawn[meter_id] = pictures.prepare(file)
        except BadPictureError as error:
            bad[f"photo-{meter_id}"] = error.problem
    for meter_id in islice(photos, MOST_PHOTOS, None):
        bad[f"photo-{meter_id}"] = Problem("too_many_photos", {"most": MOST_PHOTOS})
    return drawn, bad
