"""How much one account and one request may ask of the portal (docs/domain/readings.md, «Bounds»)."""

from collections.abc import Collection, Mapping
from itertools import islice

from abonent.metering import photos as pictures
from abonent.metering.fields import MeterField, ReadingForm, key_of
from abonent.metering.models import Submission
from abonent.metering.photos import BadPictureError, Picture
from abonent.metering.problems import Problem

#: Of an account in one window. Each may write a letter and keep a photo of every meter, for years.
MOST_SUBMISSIONS = 30
#: Of one request: a large picture takes a second to draw anew.
MOST_PHOTOS = 10


def corrected_too_often(form: ReadingForm, new: Collection[MeterField]) -> dict[str, Problem]:
    """Why readings that stand already may not be corrected once more. One query, and only for a correction:
    of what is not submitted yet there are no more submissions than meters."""
    again = [meter for meter in new if meter.sent]
    window = form.window.now_open
    if not again or not window:
        return {}
    sent = Submission.objects.filter(account_id=form.account_id, submitted_at__gte=window.opens)
    if sent.count() < MOST_SUBMISSIONS:
        return {}
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
