"""Reads of meters, and of one submission."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet

from abonent.base.months import Month
from abonent.base.numbering import id_of, number_of
from abonent.base.prepared import prepared_cursor
from abonent.metering.checks import consumption
from abonent.metering.fields import SCALE_ORDER
from abonent.metering.models import Meter
from abonent.metering.rules import OwnRules, rules_of
from abonent.metering.windows import Rules, cut_off, window_state
from abonent.portal.queries import ServiceFacts, services


class MeterDates(NamedTuple):
    """A meter in use, and when it is to be replaced and verified."""

    service_id: int
    serial: str
    planned_replacement_on: date | None
    next_verification_on: date | None


_METERS = """
SELECT service_id, serial, planned_replacement_on, next_verification_on
  FROM metering_meter
 WHERE account_id = %s AND removed_on IS NULL
 ORDER BY service_id, serial
"""


def meters_in_use(account_id: int) -> list[MeterDates]:
    """The account's meters that were not taken off. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(_METERS, [account_id])
        return [MeterDates._make(row) for row in cursor.fetchall()]


def meters_of_services(service_ids: Collection[int], *, today: date) -> QuerySet[Meter]:
    """Meters in use of these services, for the subquery of whoever asks about accounts."""
    in_use = Q(removed_on=None) | Q(removed_on__gt=today)
    return Meter.objects.filter(in_use, service_id__in=service_ids)


@dataclass(frozen=True, slots=True)
class SubmittedScale:
    scale: str
    value: Decimal
    taken_on: date
    previous: Decimal | None
    """As the customer saw it."""
    consumption: Decimal | None
    """In the service's unit, ratio applied."""
    rolled_over: bool
    unusual: bool


@dataclass(frozen=True, slots=True)
class SubmittedMeter:
    """A meter's scales share their state."""

    id: int
    service: ServiceFacts
    serial: str
    state: str
    """`received`, `sent`, `accepted`, `rejected`, `used` or `corrected`."""
    reason: str
    used_in: Month | None
    sent_at: datetime | None
    answered_at: datetime | None
    corrected_by: str | None
    """The number of the submission that took its place."""
    photo: bool
    """One was sent along, since the account has its present owner."""
    scales: tuple[SubmittedScale, ...]


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    number: str
    submitted_at: datetime
    way: str
    by_you: bool
    period: Month
    taken_on: date
    rules: Rules
    can_be_corrected: bool
    """Its window is open and billing has not taken all of it."""
    correct_until: datetime | None
    meters: tuple[SubmittedMeter, ...]


_SUBMISSION = """
SELECT sent.submitted_at, sent.way, sent.user_id, data.version,
       owner.id, owner.readings_from, owner.readings_to, owner.time_zone, owner.overdue_readings,
       own.period, own.taken_on, meter.id, meter.service_id, meter.serial, meter.digits, meter.ratio,
       own.scale, own.value, own.previous, own.rolled_over, own.unusual,
       own.state, own.reason, own.used_in, own.sent_at, own.answered_at,
       (SELECT min(later.submission_id) FROM metering_submittedreading AS later
         WHERE own.state = 'corrected' AND later.meter_id = own.meter_id AND later.scale = own.scale
           AND later.period = own.period AND later.id > own.id),
       photo.id IS NOT NULL AND sent.submitted_at >= coalesce(account.owner_since, '-infinity')
  FROM metering_submission AS sent
 CROSS JOIN portal_dataversion AS data
  JOIN accounts_account AS account ON account.id = sent.account_id
  JOIN portal_organisation AS owner ON owner.id = account.organisation_id
  JOIN metering_submittedreading AS own ON own.submission_id = sent.id
  JOIN metering_meter AS meter ON meter.id = own.meter_id
  LEFT JOIN metering_photo AS photo ON photo.submission_id = sent.id AND photo.meter_id = meter.id
 WHERE sent.id = %(submission)s AND sent.account_id = %(account)s
"""
_PHOTO = """
SELECT photo.jpeg
  FROM metering_photo AS photo
  JOIN metering_submission AS sent ON sent.id = photo.submission_id
  JOIN accounts_account AS account ON account.id = sent.account_id
 WHERE sent.id = %(submission)s AND account.id = %(account)s AND photo.meter_id = %(meter)s
   AND sent.submitted_at >= coalesce(account.owner_since, '-infinity')
   AND (%(sent_by)s::bigint IS NULL OR sent.user_id = %(sent_by)s)
"""


class _Row(NamedTuple):
    submitted_at: datetime
    way: str
    user_id: int | None
    version: int
    organisation_id: int
    readings_from: int | None
    readings_to: int | None
    time_zone: str
    overdue_readings: str
    period: date
    taken_on: date
    meter_id: int
    service_id: int
    serial: str
    digits: int
    ratio: Decimal
    scale: str
    value: Decimal
    previous: Decimal | None
    rolled_over: bool
    unusual: bool
    state: str
    reason: str
    used_in: date | None
    sent_at: datetime | None
    answered_at: datetime | None
    later: int | None
    photo: bool


def submission(
    account_id: int, number: str, *, user_id: int | None, language: str, now: datetime
) -> SubmissionPage | None:
    """One submission of this account by its number, and where its readings are; None when there is no such.

    One query (and the services, once for each data version).
    """
    submission_id = id_of(number)
    if submission_id is None:
        return None
    with prepared_cursor() as cursor:
        cursor.execute(_SUBMISSION, {"submission": submission_id, "account": account_id})
        rows = [_Row._make(row) for row in cursor.fetchall()]
    if not rows:
        return None
    names = services(language=language, version=rows[0].version)
    return _page(number_of(submission_id), rows, names, user_id, now)


def _page(
    number: str, rows: list[_Row], names: dict[int, ServiceFacts], user_id: int | None, now: datetime
) -> SubmissionPage:
    head = rows[0]
    rules = rules_of(OwnRules(*head[4:9]))
    window = window_state(rules, now).now_open
    period = Month.of(head.period)
    still = window is not None and window.period == period and any(row.state == "received" for row in rows)
    meters = [_submitted_meter(list(group), names) for group in _by_meter(rows)]
    return SubmissionPage(
        number=number,
        submitted_at=head.submitted_at,
        way=head.way,
        by_you=user_id is not None and head.user_id == user_id,
        period=period,
        taken_on=head.taken_on,
        rules=rules,
        can_be_corrected=still,
        correct_until=cut_off(rules, window, now) if window and still else None,
        meters=tuple(sorted(meters, key=lambda meter: (meter.service.place, meter.serial))),
    )


def _by_meter(rows: list[_Row]) -> list[list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in sorted(rows, key=lambda row: SCALE_ORDER.index(row.scale)):
        found.setdefault(row.meter_id, []).append(row)
    return list(found.values())


def _submitted_meter(rows: list[_Row], names: dict[int, ServiceFacts]) -> SubmittedMeter:
    head = rows[0]
    return SubmittedMeter(
        id=head.meter_id,
        service=names[head.service_id],
        serial=head.serial,
        state=head.state,
        reason=head.reason,
        used_in=Month.of(head.used_in) if head.used_in else None,
        sent_at=head.sent_at,
        answered_at=head.answered_at,
        corrected_by=number_of(head.later) if head.later else None,
        photo=head.photo,
        scales=tuple(_submitted_scale(row) for row in rows),
    )


def _submitted_scale(row: _Row) -> SubmittedScale:
    used = (
        None
        if row.previous is None
        else consumption(row.previous, row.value, row.digits, row.ratio, rolled_over=row.rolled_over)
    )
    return SubmittedScale(
        row.scale, row.value, row.taken_on, row.previous, used, row.rolled_over, row.unusual
    )


def photo(account_id: int, number: str, meter_id: int, *, sent_by: int | None = None) -> bytes | None:
    """The JPEG sent along with a meter's readings, of this account only (with `sent_by`: by this person), and
    not from before its present owner. One query."""
    submission_id = id_of(number)
    if submission_id is None:
        return None
    with prepared_cursor() as cursor:
        cursor.execute(
            _PHOTO,
            {"submission": submission_id, "account": account_id, "meter": meter_id, "sent_by": sent_by},
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else None
