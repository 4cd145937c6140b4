"""The form of readings of an account: every meter with what was told before, and what was submitted.

A constant number of queries, whatever the number of meters and of years.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from abonent.base.months import Month
from abonent.base.numbering import number_of
from abonent.base.prepared import prepared_cursor
from abonent.metering.checks import usual_per_day
from abonent.metering.fields import (
    SCALES,
    MeterField,
    ReadingForm,
    ScaleField,
    SentValue,
    key_of,
)
from abonent.metering.rules import OwnRules, rules_of
from abonent.metering.windows import Rules, WindowState, cut_off, today_of, window_state, zone
from abonent.portal.queries import ServiceFacts, services

__all__ = ["MeterField", "ReadingForm", "ScaleField", "SentValue", "key_of", "read_form", "reading_form"]

#: How far back the customer's own usual looks: 12 months between 13 readings.
MONTHS_OF_USUAL = 13

_ACCOUNT = """
SELECT account.number, account.public_id, account.organisation_id, account.closed_on, data.version,
       owner.readings_from, owner.readings_to, owner.time_zone, owner.overdue_readings,
       kept.values::text, kept.saved_at, known.id, known.user_id, known.way, known.submitted_at,
       meter.id, meter.service_id, meter.serial, meter.scales, meter.digits, meter.ratio, meter.installed_on,
       meter.next_verification_on, meter.planned_replacement_on, meter.removed_on
  FROM accounts_account AS account
  JOIN portal_organisation AS owner ON owner.id = account.organisation_id
 CROSS JOIN portal_dataversion AS data
  LEFT JOIN metering_keptform AS kept ON kept.account_id = account.id AND kept.user_id = %(user)s
  LEFT JOIN metering_submission AS known ON known.account_id = account.id AND known.key = %(key)s
  LEFT JOIN metering_meter AS meter ON meter.account_id = account.id
 WHERE account.id = %(account)s
"""
# Of readings of one day an estimate counts least. The echo of what was submitted in this window, which comes
# back through billing, is no reading before it.
_SCALES = """
SELECT wanted.meter_id, wanted.scale, last.value, last.taken_on, last.source, past.days, past.found,
       live.id, live.submission_id, live.value, live.taken_on, live.state, sent.submitted_at, sent.user_id
  FROM unnest(%(meters)s::bigint[], %(scales)s::text[]) AS wanted (meter_id, scale)
  LEFT JOIN metering_submittedreading AS live
    ON live.meter_id = wanted.meter_id AND live.scale = wanted.scale AND live.period = %(period)s
   AND live.state IN ('received', 'sent', 'accepted', 'used')
  LEFT JOIN metering_submission AS sent ON sent.id = live.submission_id
  LEFT JOIN LATERAL (
      SELECT value, taken_on, source
        FROM ((SELECT value, taken_on, source::text,
                      2 * array_position(ARRAY['inspector', 'customer', 'automatic', 'estimate'],
                                         source::text) AS rank
                 FROM metering_reading
                WHERE meter_id = wanted.meter_id AND scale = wanted.scale AND taken_on <= %(today)s
                  AND (live.id IS NULL OR source <> 'customer' OR taken_on <> live.taken_on
                       OR value <> live.value)
                ORDER BY taken_on DESC, rank
                LIMIT 1)
              UNION ALL
              (SELECT value, taken_on, 'customer', 5
                 FROM metering_submittedreading
                WHERE meter_id = wanted.meter_id AND scale = wanted.scale AND period < %(period)s
                  AND state IN ('received', 'sent', 'accepted', 'used')
                ORDER BY period DESC
                LIMIT 1)) AS told
       ORDER BY taken_on DESC, rank
       LIMIT 1
  ) AS last ON true
  LEFT JOIN LATERAL (
      SELECT array_agg(taken_on ORDER BY taken_on) AS days, array_agg(value ORDER BY taken_on) AS found
        FROM (SELECT DISTINCT ON (date_trunc('month', taken_on)) taken_on, value
                FROM (SELECT taken_on, value,
                             2 * array_position(ARRAY['inspector', 'customer', 'automatic'],
                                                source::text) AS rank
                        FROM metering_reading
                       WHERE meter_id = wanted.meter_id AND scale = wanted.scale
                         AND taken_on >= %(since)s AND taken_on <= %(today)s AND source <> 'estimate'
                      UNION ALL
                      SELECT taken_on, value, 5
                        FROM metering_submittedreading
                       WHERE meter_id = wanted.meter_id AND scale = wanted.scale
                         AND period >= %(since)s AND period < %(period)s
                         AND state IN ('received', 'sent', 'accepted', 'used')) AS real
               ORDER BY date_trunc('month', taken_on), taken_on DESC, rank) AS month_ends
  ) AS past ON true
"""


class _Account(NamedTuple):
    number: str
    public_id: str
    organisation_id: int
    closed_on: date | None
    data_version: int
    readings_from: int | None
    readings_to: int | None
    time_zone: str
    overdue_readings: str
    kept_text: str | None
    saved_at: datetime | None

    @property
    def rules(self) -> Rules:
        return rules_of(OwnRules(self.organisation_id, *self[5:9]))

    @property
    def kept(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self.kept_text or "{}")
        return kept


class _Meter(NamedTuple):
    id: int | None
    service_id: int
    serial: str
    scales: int
    digits: int
    ratio: Decimal
    installed_on: date | None
    next_verification_on: date | None
    planned_replacement_on: date | None
    removed_on: date | None

    def in_use(self, today: date) -> bool:
        if self.id is None or (self.installed_on and self.installed_on > today):
            return False
        return self.removed_on is None or self.removed_on > today


class _Scale(NamedTuple):
    """A row of `_SCALES`."""

    meter_id: int
    scale: str
    previous: Decimal | None
    previous_on: date | None
    source: str | None
    days: list[date] | None
    found: list[Decimal] | None
    sent_id: int | None
    submission_id: int
    value: Decimal
    taken_on: date
    state: str
    submitted_at: datetime
    user_id: int | None


class NoSuchAccountError(LookupError):
    """There is no account of this id."""


class KnownSubmission(NamedTuple):
    """The submission that came with the same key before."""

    id: int
    user_id: int | None
    way: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class ReadForm:
    """The form, and what the operation asks besides."""

    form: ReadingForm
    known: KnownSubmission | None


def reading_form(account_id: int, *, user_id: int | None, language: str, now: datetime) -> ReadingForm:
    """Everything the form shows. Two queries (and the services, once for each data version).

    `user_id` is the person looking: whose kept values are shown, and whose submission is «yours». While the
    window is closed the meters stand as they will for the next one.
    """
    return read_form(account_id, user_id=user_id, key="", language=language, now=now).form


def read_form(account_id: int, *, user_id: int | None, key: str, language: str, now: datetime) -> ReadForm:
    """`reading_form`, and the submission that came with `key` before, in the same two queries."""
    with prepared_cursor() as cursor:
        cursor.execute(_ACCOUNT, {"account": account_id, "user": user_id, "key": key})
        rows = cursor.fetchall()
    if not rows:
        raise NoSuchAccountError(account_id)
    account = _Account(*rows[0][:11])
    known = KnownSubmission(*rows[0][11:15]) if rows[0][11] else None
    rules = account.rules
    window, today = window_state(rules, now), today_of(rules, now)
    meters = [meter for meter in (_Meter(*row[15:]) for row in rows) if meter.in_use(today)]
    scales = _read_scales(meters, window, today)
    names = services(language=language, version=account.data_version)
    drawn = [_meter(one, names[one.service_id], scales, rules, today, user_id, window) for one in meters]
    form = ReadingForm(
        account_id=account_id,
        account_number=account.number,
        account_public_id=account.public_id,
        organisation_id=account.organisation_id,
        rules=rules,
        window=window,
        cut_off=cut_off(rules, window.now_open, now) if window.now_open else None,
        meters=tuple(sorted(drawn, key=lambda one: (one.service.place, one.serial))),
        seen=max((row.sent_id for row in scales.values() if row.sent_id), default=0),
        kept=account.kept,
        kept_on=account.saved_at.astimezone(zone(rules.time_zone)).date() if account.saved_at else None,
        today=today,
        closed_on=account.closed_on,
    )
    return ReadForm(form, known)


def _read_scales(
    meters: Iterable[_Meter], window: WindowState, today: date
) -> dict[tuple[int | None, str], _Scale]:
    wanted = [(meter.id, scale) for meter in meters for scale in SCALES[meter.scales]]
    period = (window.now_open or window.next).period
    with prepared_cursor() as cursor:
        cursor.execute(
            _SCALES,
            {
                "meters": [meter_id for meter_id, _ in wanted],
                "scales": [scale for _, scale in wanted],
                "period": period.first_day,
                "today": today,
                "since": (Month.of(today) - (MONTHS_OF_USUAL - 1)).first_day,
            },
        )
        return {(row[0], row[1]): _Scale(*row) for row in cursor.fetchall()}


def _meter(
    meter: _Meter,
    service: ServiceFacts,
    scales: dict[tuple[int | None, str], _Scale],
    rules: Rules,
    today: date,
    user_id: int | None,
    window: WindowState,
) -> MeterField:
    overdue = meter.next_verification_on is not None and meter.next_verification_on < today
    rows = [scales[meter.id, scale] for scale in SCALES[meter.scales]]
    return MeterField(
        id=meter.id or 0,
        service=service,
        serial=meter.serial,
        digits=meter.digits,
        ratio=meter.ratio,
        next_verification_on=meter.next_verification_on,
        planned_replacement_on=meter.planned_replacement_on,
        installed_on=meter.installed_on,
        overdue=overdue,
        refused=overdue and rules.refuse_overdue,
        scales=tuple(_scale(row, meter.ratio, user_id, window.is_open) for row in rows),
    )


def _scale(row: _Scale, ratio: Decimal, user_id: int | None, is_open: bool) -> ScaleField:
    points = list(zip(row.days or (), row.found or (), strict=True))
    usual = usual_per_day(points, ratio)
    return ScaleField(
        row.scale, row.previous, row.previous_on, row.source, usual, _sent(row, user_id, is_open)
    )


def _sent(row: _Scale, user_id: int | None, is_open: bool) -> SentValue | None:
    if row.sent_id is None:
        return None
    return SentValue(
        id=row.sent_id,
        submission_id=row.submission_id,
        submission_number=number_of(row.submission_id),
        value=row.value,
        taken_on=row.taken_on,
        state=row.state,
        submitted_at=row.submitted_at,
        by_you=user_id is not None and row.user_id == user_id,
        can_be_corrected=is_open and row.state == "received",
    )
