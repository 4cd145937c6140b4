"""Reads of the readings that need eyes: each with what stood before it. Constant queries, whatever waits."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from django.db import connection

from abonent.base.months import Month
from abonent.base.numbering import number_of
from abonent.metering.checks import ESTIMATE, consumption, may_have_rolled_over, usual_per_day
from abonent.metering.fields import DAYS_OF_A_MONTH, SCALE_ORDER
from abonent.metering.review import Sign, read
from abonent.portal.queries import ServiceFacts, services

#: More are not counted: nobody asks whether it is ten or twelve thousand.
MOST_COUNTED = 1000
LOOKED_AT = 5000
#: Readings that stand beside a new one.
HISTORY = 12


class Which(NamedTuple):
    """A meter's readings of one submission: its scales are decided on together."""

    submission_id: int
    meter_id: int


@dataclass(frozen=True, slots=True)
class EarlierReading:
    taken_on: date
    value: Decimal
    source: str
    """`customer`, `inspector`, `automatic` or `estimate`."""
    use: Decimal | None
    """Since the reading before, ratio applied; None for the first known and where it went down."""


@dataclass(frozen=True, slots=True)
class ReviewScale:
    scale: str
    value: Decimal
    previous: Decimal | None
    use: Decimal | None
    days: int | None
    """Since the previous reading; None where its day is not known."""
    usual_per_day: Decimal | None
    rolled_over: bool
    signs: tuple[Sign, ...]
    history: tuple[EarlierReading, ...]
    """Oldest first, at most `HISTORY`."""

    @property
    def usual(self) -> Decimal | None:
        """The customer's own, for as many days (for a month where they are not known)."""
        if self.usual_per_day is None:
            return None
        return (self.usual_per_day * (self.days or DAYS_OF_A_MONTH)).quantize(Decimal("0.001"))


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One meter's readings of a submission, beside its history."""

    which: Which
    number: str
    """Of the submission."""
    submitted_at: datetime
    way: str
    account_id: int
    account_number: str
    account_public_id: str
    address: str
    service: ServiceFacts
    serial: str
    taken_on: date
    risk: int
    photo: bool
    corrections: int
    overdue: bool
    scales: tuple[ReviewScale, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    items: tuple[ReviewItem, ...]
    more: bool


# The 10 of the index stands in the text: a parameter would not be recognised. In the index's order both stop
# where there is enough.
_QUEUE = """
SELECT DISTINCT own.risk, own.submission_id, own.meter_id
  FROM metering_submittedreading AS own
  JOIN metering_submission AS sent ON sent.id = own.submission_id
  JOIN accounts_account AS account ON account.id = sent.account_id
 WHERE own.state = 'received' AND own.reviewed_at IS NULL AND own.risk >= 10
   AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
 ORDER BY own.risk DESC, own.submission_id, own.meter_id LIMIT %(limit)s OFFSET %(offset)s
"""
# The organisation is asked for row by row: a join would read all submissions where many wait.
_COUNT = """
SELECT least(count(DISTINCT (submission_id, meter_id)), %(most)s)
  FROM (SELECT submission_id, meter_id FROM metering_submittedreading
         WHERE state = 'received' AND reviewed_at IS NULL AND risk >= 10
         ORDER BY risk DESC, submission_id, meter_id LIMIT %(looked_at)s) AS waiting
 WHERE %(organisation)s::bigint IS NULL
    OR (SELECT account.organisation_id FROM metering_submission AS sent
          JOIN accounts_account AS account ON account.id = sent.account_id
         WHERE sent.id = waiting.submission_id) = %(organisation)s
"""
_UNSCORED = """
SELECT DISTINCT submission_id, meter_id
  FROM (SELECT submission_id, meter_id FROM metering_submittedreading
         WHERE state = 'received' AND risk IS NULL ORDER BY id LIMIT %(limit)s) AS first
"""
_ITEMS = """
SELECT own.submission_id, own.meter_id, sent.submitted_at, sent.way, account.id, account.number,
       account.public_id, account.address, account.flat, data.version, meter.service_id, meter.serial,
       meter.digits, meter.ratio, meter.next_verification_on, own.scale, own.period, own.taken_on, own.value,
       own.previous, own.rolled_over, coalesce(own.risk, 0), own.risk_signs::text,
       EXISTS (SELECT 1 FROM metering_photo AS photo
                WHERE photo.submission_id = own.submission_id AND photo.meter_id = own.meter_id),
       (SELECT count(DISTINCT gone.submission_id) FROM metering_submittedreading AS gone
         WHERE gone.meter_id = own.meter_id AND gone.period = own.period AND gone.state = 'corrected'
           AND gone.submission_id < own.submission_id)
  FROM unnest(%(submissions)s::bigint[], %(meters)s::bigint[]) WITH ORDINALITY
       AS wanted (submission_id, meter_id, place)
  JOIN metering_submittedreading AS own
    ON own.submission_id = wanted.submission_id AND own.meter_id = wanted.meter_id
  JOIN metering_submission AS sent ON sent.id = own.submission_id
  JOIN accounts_account AS account ON account.id = sent.account_id
  JOIN metering_meter AS meter ON meter.id = own.meter_id
 CROSS JOIN portal_dataversion AS data
 ORDER BY wanted.place
"""
# Of one day the inspector's reading counts before the customer's, and any before an estimate (reading_form).
# The echo of the value itself, which comes back through billing, is no reading before it.
_HISTORY = """
SELECT wanted.meter_id, wanted.scale, earlier.taken_on, earlier.value, earlier.source
  FROM unnest(%(meters)s::bigint[], %(scales)s::text[], %(days)s::date[], %(periods)s::date[],
              %(values)s::numeric[]) AS wanted (meter_id, scale, day, period, value)
 CROSS JOIN LATERAL (
      SELECT DISTINCT ON (taken_on) taken_on, value, source
        FROM ((SELECT taken_on, value, source::text,
                      2 * array_position(ARRAY['inspector', 'customer', 'automatic', 'estimate'],
                                         source::text) AS rank
                 FROM metering_reading
                WHERE meter_id = wanted.meter_id AND scale = wanted.scale AND taken_on <= wanted.day
                  AND (source <> 'customer' OR taken_on <> wanted.day OR value <> wanted.value)
                ORDER BY taken_on DESC LIMIT %(most)s)
              UNION ALL
              (SELECT taken_on, value, 'customer', 5
                 FROM metering_submittedreading
                WHERE meter_id = wanted.meter_id AND scale = wanted.scale AND period < wanted.period
                  AND state IN ('received', 'sent', 'accepted', 'used')
                ORDER BY period DESC LIMIT %(most)s)) AS told
       ORDER BY taken_on DESC, rank LIMIT %(most)s
 ) AS earlier
 ORDER BY wanted.meter_id, wanted.scale, earlier.taken_on
"""


class _Row(NamedTuple):
    submission_id: int
    meter_id: int
    submitted_at: datetime
    way: str
    account_id: int
    account_number: str
    account_public_id: str
    address: str
    flat: str
    version: int
    service_id: int
    serial: str
    digits: int
    ratio: Decimal
    next_verification_on: date | None
    scale: str
    period: date
    taken_on: date
    value: Decimal
    previous: Decimal | None
    rolled_over: bool
    risk: int
    signs: str | None
    photo: bool
    corrections: int


def waiting_for_eyes(*, organisation_id: int | None) -> int:
    """How many meters' readings wait for a look, of one organisation or of all: not more than `MOST_COUNTED`,
    and of the portal's riskiest `LOOKED_AT` rows. One query."""
    rows = _select(_COUNT, organisation=organisation_id, most=MOST_COUNTED, looked_at=LOOKED_AT)
    return int(rows[0][0])


def review_page(*, organisation_id: int | None, language: str, limit: int, offset: int = 0) -> ReviewPage:
    """What waits for a look, the riskiest first, then the oldest. Three queries (and the services, once for
    each data version)."""
    found = _select(_QUEUE, organisation=organisation_id, limit=limit + 1, offset=offset)
    which = [Which(submission, meter) for _, submission, meter in found[:limit]]
    return ReviewPage(read_items(which, language=language), len(found) > limit)


def unscored(*, limit: int) -> list[Which]:
    """Readings that came without points, the oldest first. One query."""
    return [Which._make(row) for row in _select(_UNSCORED, limit=limit)]


def read_items(which: Sequence[Which], *, language: str) -> tuple[ReviewItem, ...]:
    """These meters' readings with what stood before them, in this order. Two queries."""
    if not which:
        return ()
    rows = [
        _Row._make(row)
        for row in _select(
            _ITEMS, submissions=[one.submission_id for one in which], meters=[one.meter_id for one in which]
        )
    ]
    if not rows:
        return ()
    names = services(language=language, version=rows[0].version)
    past = _histories(rows)
    groups = groupby(rows, key=lambda row: (row.submission_id, row.meter_id))
    return tuple(_item(list(group), names, past) for _, group in groups)


Points = dict[tuple[int, str], list[tuple[date, Decimal, str]]]


def _histories(rows: Sequence[_Row]) -> Points:
    found = _select(
        _HISTORY,
        meters=[row.meter_id for row in rows],
        scales=[row.scale for row in rows],
        days=[row.taken_on for row in rows],
        periods=[row.period for row in rows],
        values=[row.value for row in rows],
        most=HISTORY + 1,
    )
    points: Points = {}
    for meter_id, scale, taken_on, value, source in found:
        points.setdefault((meter_id, scale), []).append((taken_on, value, source))
    return points


def _item(rows: list[_Row], names: dict[int, ServiceFacts], past: Points) -> ReviewItem:
    first = rows[0]
    scales = sorted(rows, key=lambda row: SCALE_ORDER.index(row.scale))
    return ReviewItem(
        which=Which(first.submission_id, first.meter_id),
        number=number_of(first.submission_id),
        submitted_at=first.submitted_at,
        way=first.way,
        account_id=first.account_id,
        account_number=first.account_number,
        account_public_id=first.account_public_id,
        address=f"{first.address}, {first.flat}" if first.flat else first.address,
        service=names[first.service_id],
        serial=first.serial,
        taken_on=first.taken_on,
        risk=max(row.risk for row in rows),
        photo=first.photo,
        corrections=first.corrections,
        overdue=first.next_verification_on is not None and first.next_verification_on < first.taken_on,
        scales=tuple(_scale(row, past.get((row.meter_id, row.scale), [])) for row in scales),
    )


def _scale(row: _Row, points: list[tuple[date, Decimal, str]]) -> ReviewScale:
    last = next((on for on, value, _ in reversed(points) if value == row.previous), None)
    use = (
        None
        if row.previous is None
        else consumption(row.previous, row.value, row.digits, row.ratio, rolled_over=row.rolled_over)
    )
    return ReviewScale(
        scale=row.scale,
        value=row.value,
        previous=row.previous,
        use=use,
        days=max((row.taken_on - last).days, 1) if last else None,
        usual_per_day=usual_per_day(_month_ends(points), row.ratio),
        rolled_over=row.rolled_over,
        signs=_signs(row.signs),
        history=tuple(_uses(row, points))[-HISTORY:],
    )


def _signs(stored: str | None) -> tuple[Sign, ...]:
    return read(json.loads(stored)) if stored else ()


def _month_ends(points: Iterable[tuple[date, Decimal, str]]) -> list[tuple[date, Decimal]]:
    """The last real reading of each month: what the usual is counted from."""
    real = {Month.of(on): (on, value) for on, value, source in points if source != ESTIMATE}
    return list(real.values())


def _uses(row: _Row, points: Sequence[tuple[date, Decimal, str]]) -> Iterable[EarlierReading]:
    if points:
        yield EarlierReading(*points[0], None)
    for (_, before, _), (on, value, source) in pairwise(points):
        rolled = value < before and may_have_rolled_over(before, value, row.digits)
        went_down = value < before and not rolled
        use = None if went_down else consumption(before, value, row.digits, row.ratio, rolled_over=rolled)
        yield EarlierReading(on, value, source, use)


_PHOTO = """
SELECT photo.jpeg, account.id, account.organisation_id
  FROM metering_photo AS photo
  JOIN metering_submission AS sent ON sent.id = photo.submission_id
  JOIN accounts_account AS account ON account.id = sent.account_id
 WHERE sent.id = %(submission)s AND photo.meter_id = %(meter)s
   AND (%(organisation)s::bigint IS NULL OR account.organisation_id = %(organisation)s)
"""


class StaffPhoto(NamedTuple):
    jpeg: bytes
    account_id: int
    organisation_id: int


def photo_for_staff(which: Which, *, organisation_id: int | None) -> StaffPhoto | None:
    """The photo of a meter that came with a submission of an account in reach. One query."""
    rows = _select(_PHOTO, submission=which.submission_id, meter=which.meter_id, organisation=organisation_id)
    return StaffPhoto(bytes(rows[0][0]), *rows[0][1:]) if rows else None


def _select(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def accounts_of(items: Collection[ReviewItem]) -> list[int]:
    """For the trail: whose readings these are."""
    return sorted({item.account_id for item in items})
