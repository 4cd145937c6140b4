"""The registry of readings, and the page of one submission."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account
from abonent.base.months import Month
from abonent.metering import queries
from abonent.metering.models import Meter, Reading, SubmittedReading
from abonent.metering.registry import Registry, RegistryRow, registry
from abonent.users.models import User
from tests.metering.conftest import NOW, TODAY, Desk, key, told

pytestmark = pytest.mark.django_db
FIRST, LAST = Month(2026, 1), Month(2026, 12)


def read(desk: Desk, user: User | None = None, first: Month = FIRST, last: Month = LAST) -> Registry:
    user_id = user.pk if user else None
    return registry(desk.account_id, first=first, last=last, language="ru", user_id=user_id)


def rows(found: Registry) -> list[RegistryRow]:
    return [row for month in found.months for row in month.rows]


def test_readings_of_all_sources_stand_beside_each_other_newest_first(desk: Desk, meter: Meter) -> None:
    told(meter, "2026-10-31", 1010, source="estimate")
    told(meter, "2026-10-21", 1001, source="inspector")
    told(meter, "2026-09-20", 900)
    found = read(desk)
    assert [str(month.month) for month in found.months] == ["2026-10", "2026-09"]
    assert [(str(row.taken_on), int(row.value), row.source, row.state) for row in rows(found)] == [
        ("2026-10-31", 1010, "estimate", None),
        ("2026-10-21", 1000, "customer", None),
        ("2026-10-21", 1001, "inspector", None),
        ("2026-09-20", 900, "customer", None),
    ]
    assert (found.oldest, found.newest) == (Month(2026, 9), Month(2026, 10))


def test_a_submitted_reading_that_billing_tells_back_is_shown_once_with_its_state(
    desk: Desk, alice: User, bob: User, meter: Meter
) -> None:
    sent = desk.send(alice, {key(meter): "1150"})
    told(meter, "2026-11-21", 1150)
    SubmittedReading.objects.update(state="used", used_in=date(2026, 11, 1))
    row = rows(read(desk, alice))[0]
    assert (row.state, row.used_in, row.submission_number, row.by_you) == (
        "used",
        Month(2026, 11),
        sent.number,
        True,
    )
    assert len(rows(read(desk))) == 2
    assert not rows(read(desk, bob))[0].by_you


def test_a_reading_of_another_value_or_source_that_day_is_shown_too(
    desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    told(meter, "2026-11-21", 1151)
    told(meter, "2026-11-21", 1150, source="inspector")
    assert len([row for row in rows(read(desk)) if row.taken_on == TODAY]) == 3


def test_a_rejected_one_stays_with_its_reason_beside_what_billing_counted(
    desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    SubmittedReading.objects.update(state="rejected", reason="Показания ниже контрольных")
    told(meter, "2026-11-21", 1150)
    found = [(row.state, row.reason) for row in rows(read(desk)) if row.taken_on == TODAY]
    assert found == [("rejected", "Показания ниже контрольных"), (None, "")]


def test_corrected_values_are_the_history_of_the_one_that_took_their_place(
    desk: Desk, alice: User, meter: Meter
) -> None:
    first = desk.send(alice, {key(meter): "1150"}, taken_on=date(2026, 11, 15))
    second = desk.send(alice, {key(meter): "1160"}, now=NOW + timedelta(minutes=1))
    desk.send(alice, {key(meter): "1170"}, now=NOW + timedelta(minutes=2))
    row = rows(read(desk))[0]
    assert (int(row.value), row.state) == (1170, "received")
    assert [(int(one.value), one.submission_number) for one in row.history] == [
        (1150, first.number),
        (1160, second.number),
    ]
    assert len(rows(read(desk))) == 2


def test_three_queries_whatever_the_years_and_meters(
    desk: Desk, alice: User, new_meter: Callable[..., Meter], account: Account
) -> None:
    read(desk)  # services are read once
    with CaptureQueriesContext(connection) as bare:
        read(desk)
    for index in range(4):
        meter = new_meter(f"M{index}")
        Reading.objects.bulk_create(
            Reading(meter=meter, scale="total", taken_on=date(year, 6, 20), source="customer", value=year)
            for year in range(2016, 2027)
        )
        desk.send(alice, {key(meter): "3000"})
    with CaptureQueriesContext(connection) as full:
        found = read(desk, first=Month(2016, 1))
    assert len(rows(found)) == 48
    assert len(bare) == len(full) == 3


def page(desk: Desk, number: str, user: User | None = None, now: datetime = NOW) -> Any:
    return queries.submission(
        desk.account_id, number, user_id=user.pk if user else None, language="ru", now=now
    )


def test_one_submission_says_what_was_sent_and_where_it_is(
    desk: Desk, alice: User, meter: Meter, new_meter: Callable[..., Meter]
) -> None:
    other = new_meter("B", 2)
    sent = desk.send(alice, {key(meter): "1150", key(other, "night"): "5", key(other, "day"): "7"})
    with CaptureQueriesContext(connection) as caught:
        shown = page(desk, sent.number, alice)
    assert len(caught) <= 2
    assert (shown.number, shown.by_you, shown.can_be_corrected) == (sent.number, True, True)
    assert shown.correct_until.isoformat() == "2026-11-21T20:00:00+05:00"
    one, two = shown.meters
    assert (one.serial, one.state, int(one.scales[0].consumption)) == ("A-1", "received", 150)
    assert [(scale.scale, scale.consumption) for scale in two.scales] == [("day", None), ("night", None)]
    assert not page(desk, sent.number, alice, datetime(2026, 11, 27, tzinfo=UTC)).can_be_corrected
    SubmittedReading.objects.update(state="sent")
    assert not page(desk, sent.number).can_be_corrected


def test_a_corrected_submission_names_the_one_that_took_its_place(
    desk: Desk, alice: User, meter: Meter
) -> None:
    first = desk.send(alice, {key(meter): "1150"})
    second = desk.send(alice, {key(meter): "1160"})
    assert page(desk, first.number).meters[0].corrected_by == second.number
    assert page(desk, second.number).meters[0].corrected_by is None


def test_a_submission_of_another_account_does_not_exist(
    desk: Desk, alice: User, meter: Meter, new_account: Callable[..., Account]
) -> None:
    sent = desk.send(alice, {key(meter): "1150"})
    stranger = Desk(new_account("000800").pk, NOW)
    assert page(stranger, sent.number) is None
    assert page(desk, "0000-0000") is None
    assert page(desk, "1 OR 1=1") is None
