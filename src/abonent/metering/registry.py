"""The registry of readings: everything told and submitted, by month, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from abonent.base.months import Month
from abonent.base.numbering import number_of
from abonent.base.prepared import prepared_cursor
from abonent.metering.fields import SCALE_ORDER
from abonent.portal.queries import ServiceFacts, services

CORRECTED = "corrected"
LIVE = ("received", "sent", "accepted", "used")


@dataclass(frozen=True, slots=True)
class EarlierValue:
    """What was submitted first, and corrected."""

    value: Decimal
    taken_on: date
    submission_number: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """A reading; its state and number when the customer submitted it here."""

    meter_id: int
    service: ServiceFacts
    serial: str
    scale: str
    taken_on: date
    value: Decimal
    source: str
    """`customer`, `inspector`, `automatic` or `estimate`."""
    state: str | None = None
    """`received`, `sent`, `accepted`, `rejected` or `used`; None for what billing told of itself."""
    reason: str = ""
    used_in: Month | None = None
    submission_number: str | None = None
    submitted_at: datetime | None = None
    by_you: bool = False
    rolled_over: bool = False
    photo: bool = False
    history: tuple[EarlierValue, ...] = ()
    """Values that this one corrects, oldest first."""


@dataclass(frozen=True, slots=True)
class RegistryMonth:
    month: Month
    rows: tuple[RegistryRow, ...]


@dataclass(frozen=True, slots=True)
class Registry:
    months: tuple[RegistryMonth, ...]
    """Newest first; months without a reading are absent."""
    oldest: Month | None
    """Of all readings of the account: where turning the pages ends."""
    newest: Month | None


class _Told(NamedTuple):
    meter_id: int
    service_id: int
    serial: str
    scale: str
    taken_on: date
    value: Decimal
    source: str


class _Submitted(NamedTuple):
    meter_id: int
    service_id: int
    serial: str
    scale: str
    taken_on: date
    value: Decimal
    period: date
    id: int
    state: str
    reason: str
    used_in: date | None
    rolled_over: bool
    submission_id: int
    submitted_at: datetime
    user_id: int | None
    photo: bool


_BOUNDS = """
SELECT data.version, told.oldest, told.newest, own.oldest, own.newest
  FROM portal_dataversion AS data
 CROSS JOIN (SELECT min(taken_on) AS oldest, max(taken_on) AS newest
               FROM metering_reading JOIN metering_meter AS meter ON meter.id = meter_id
              WHERE meter.account_id = %(account)s) AS told
 CROSS JOIN (SELECT min(taken_on) AS oldest, max(taken_on) AS newest
               FROM metering_submittedreading JOIN metering_meter AS meter ON meter.id = meter_id
              WHERE meter.account_id = %(account)s) AS own
"""
_TOLD = """
SELECT meter.id, meter.service_id, meter.serial, reading.scale, reading.taken_on, reading.value,
       reading.source
  FROM metering_meter AS meter
  JOIN metering_reading AS reading ON reading.meter_id = meter.id
   AND reading.scale = ANY(ARRAY['total', 'day', 'night', 'peak', 'half_peak'])
   AND reading.taken_on >= %(first)s AND reading.taken_on <= %(last)s
 WHERE meter.account_id = %(account)s
"""
# Corrected ones belong to the row that took their place, whatever its day.
_SUBMITTED = """
SELECT meter.id, meter.service_id, meter.serial, own.scale, own.taken_on, own.value, own.period, own.id,
       own.state, own.reason, own.used_in, own.rolled_over, own.submission_id, sent.submitted_at,
       sent.user_id,
       EXISTS (SELECT 1 FROM metering_photo AS photo
                WHERE photo.submission_id = own.submission_id AND photo.meter_id = own.meter_id)
  FROM metering_meter AS meter
  JOIN metering_submittedreading AS own ON own.meter_id = meter.id
   AND own.period >= %(first)s::date - interval '2 months' AND own.period <= %(last)s
  JOIN metering_submission AS sent ON sent.id = own.submission_id
 WHERE meter.account_id = %(account)s
 ORDER BY meter.id, own.scale, own.period, own.id
"""


def registry(
    account_id: int, *, first: Month, last: Month, language: str, user_id: int | None = None
) -> Registry:
    """Every reading taken in these months, of every source. Three queries, however many months and meters.

    A reading that billing tells back, the same as one that was submitted here (meter, scale, day, value), is
    shown once, with its state. A corrected one stands as the history of the one that took its place.
    """
    bounds: dict[str, int | date] = {"account": account_id, "first": first.first_day, "last": last.last_day}
    with prepared_cursor() as cursor:
        cursor.execute(_BOUNDS, {"account": account_id})
        version, *days = cursor.fetchone() or (0,)
        cursor.execute(_TOLD, bounds)
        told = [_Told._make(row) for row in cursor.fetchall()]
        cursor.execute(_SUBMITTED, bounds)
        submitted = [_Submitted._make(row) for row in cursor.fetchall()]
    names = services(language=language, version=version)
    known = [Month.of(day) for day in days if day]
    rows = [
        *_submitted_rows(submitted, names, user_id),
        *_told_rows(told, {_mark(row) for row in submitted if row.state in LIVE}, names),
    ]
    return Registry(
        _by_month(row for row in rows if first <= Month.of(row.taken_on) <= last),
        min(known, default=None),
        max(known, default=None),
    )


def _mark(row: _Told | _Submitted) -> tuple[int, str, date, Decimal]:
    return row.meter_id, row.scale, row.taken_on, row.value


def _told_rows(
    told: Iterable[_Told], echoes: set[tuple[int, str, date, Decimal]], names: dict[int, ServiceFacts]
) -> Iterable[RegistryRow]:
    for row in told:
        if row.source != "customer" or _mark(row) not in echoes:
            yield RegistryRow(
                row.meter_id,
                names[row.service_id],
                row.serial,
                row.scale,
                row.taken_on,
                row.value,
                row.source,
            )


def _submitted_rows(
    submitted: Iterable[_Submitted], names: dict[int, ServiceFacts], user_id: int | None
) -> Iterable[RegistryRow]:
    """One row for each that was not corrected, with those before it of its window as history."""
    for _, group in groupby(submitted, key=lambda row: (row.meter_id, row.scale, row.period)):
        earlier: list[EarlierValue] = []
        for row in group:
            if row.state == CORRECTED:
                number = number_of(row.submission_id)
                earlier.append(EarlierValue(row.value, row.taken_on, number, row.submitted_at))
            else:
                yield _submitted_row(row, names, tuple(earlier), user_id)
                earlier = []


def _submitted_row(
    row: _Submitted, names: dict[int, ServiceFacts], history: tuple[EarlierValue, ...], user_id: int | None
) -> RegistryRow:
    return RegistryRow(
        row.meter_id,
        names[row.service_id],
        row.serial,
        row.scale,
        row.taken_on,
        row.value,
        source="customer",
        state=row.state,
        reason=row.reason,
        used_in=Month.of(row.used_in) if row.used_in else None,
        submission_number=number_of(row.submission_id),
        submitted_at=row.submitted_at,
        by_you=user_id is not None and row.user_id == user_id,
        rolled_over=row.rolled_over,
        photo=row.photo,
        history=history,
    )


def _by_month(rows: Iterable[RegistryRow]) -> tuple[RegistryMonth, ...]:
    """Newest month and day first; within a day by service, meter and scale."""
    placed = sorted(
        rows,
        key=lambda row: (
            -row.taken_on.toordinal(),
            row.service.place,
            row.serial,
            SCALE_ORDER.index(row.scale),
            row.source,
        ),
    )
    months = groupby(placed, key=lambda row: Month.of(row.taken_on))
    return tuple(RegistryMonth(month, tuple(group)) for month, group in months)
