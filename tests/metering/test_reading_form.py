"""What the form of readings shows, and what it costs."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.models import Account
from abonent.metering.fields import ScaleField
from abonent.metering.models import Meter, Reading, SubmittedReading
from abonent.metering.reading_form import NoSuchAccountError, reading_form
from abonent.portal.models import Organisation, Service
from abonent.users.models import User
from tests.metering.conftest import NOW, TODAY, Desk, key, told

pytestmark = pytest.mark.django_db


def total(desk: Desk, user: User | None = None, **others: Any) -> ScaleField:
    return desk.form(user, **others).meters[0].scales[0]


def previous(scale: ScaleField) -> tuple[int | None, str, str | None]:
    value = None if scale.previous is None else int(scale.previous)
    return value, str(scale.previous_on), scale.previous_source


def test_every_meter_in_use_with_its_scales_and_dates(
    desk: Desk, new_meter: Callable[..., Meter], supplier: Organisation
) -> None:
    water = Service.objects.create(
        code="water", organisation=supplier, name_ru="Вода", unit_ru="м³", position=0
    )
    new_meter("B", 2, planned_replacement_on=date(2027, 3, 1), digits=6, ratio=Decimal(20))
    new_meter("C", 3, next_verification_on=date(2026, 11, 20))
    new_meter("W", service=water)
    new_meter("OFF", removed_on=date(2026, 11, 21))
    new_meter("SOON", installed_on=date(2026, 11, 22))
    form = desk.form()
    assert [(one.serial, [scale.scale for scale in one.scales]) for one in form.meters] == [
        ("W", ["total"]),
        ("B", ["day", "night"]),
        ("C", ["peak", "half_peak", "night"]),
    ]
    second, third = form.meters[1:]
    assert (second.digits, second.ratio) == (6, Decimal(20))
    assert second.planned_replacement_on == date(2027, 3, 1)
    assert (third.overdue, third.refused) == (True, False)
    assert form.today == TODAY
    assert form.cut_off
    assert form.cut_off.isoformat() == "2026-11-21T20:00:00+05:00"


def test_an_organisation_may_refuse_meters_past_their_verification(
    desk: Desk, new_meter: Callable[..., Meter], supplier: Organisation
) -> None:
    new_meter("C", next_verification_on=date(2026, 11, 20))
    Organisation.objects.update(overdue_readings="refuse")
    assert desk.form().meters[0].refused


def test_an_account_without_meters_has_an_empty_form(desk: Desk) -> None:
    form = desk.form()
    assert form.meters == ()
    assert form.window.is_open
    with pytest.raises(NoSuchAccountError):
        reading_form(0, user_id=None, language="ru", now=NOW)


def test_the_previous_reading_is_the_latest_of_any_source(
    desk: Desk, new_meter: Callable[..., Meter]
) -> None:
    meter = new_meter("A")
    assert previous(total(desk)) == (None, "None", None)
    told(meter, "2026-09-30", 900)
    told(meter, "2026-10-31", 1000, source="estimate")
    assert previous(total(desk)) == (1000, "2026-10-31", "estimate")
    told(meter, "2026-10-31", 990)
    assert previous(total(desk)) == (990, "2026-10-31", "customer")
    told(meter, "2026-10-31", 991, source="inspector")
    told(meter, "2026-10-31", 992, source="automatic")
    assert previous(total(desk)) == (991, "2026-10-31", "inspector")
    told(meter, "2026-11-30", 1200, source="estimate")
    assert previous(total(desk)) == (991, "2026-10-31", "inspector")


def test_a_rejected_or_corrected_reading_never_counts(desk: Desk, alice: User, meter: Meter) -> None:
    desk.send(alice, {key(meter): "1150"})
    desk.send(alice, {key(meter): "1140"})
    december = datetime(2026, 12, 15, 9, tzinfo=UTC)
    assert previous(total(desk, now=december))[0] == 1140
    SubmittedReading.objects.filter(state="received").update(state="rejected")
    assert previous(total(desk, now=december)) == (1000, "2026-10-21", "customer")


def test_of_one_day_billings_word_counts_before_what_was_submitted(
    desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    december = datetime(2026, 12, 15, 9, tzinfo=UTC)
    told(meter, "2026-11-21", 1149)
    assert previous(total(desk, now=december))[0] == 1149
    told(meter, "2026-11-21", 1100, source="inspector")
    assert previous(total(desk, now=december)) == (1100, "2026-11-21", "inspector")


def test_what_comes_back_through_billing_is_not_its_own_previous(
    desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    SubmittedReading.objects.update(state="accepted")
    told(meter, "2026-11-21", 1150)
    shown = total(desk, alice)
    assert previous(shown) == (1000, "2026-10-21", "customer")
    assert shown.sent
    assert (shown.sent.state, shown.sent.by_you, shown.sent.can_be_corrected) == ("accepted", True, False)
    assert previous(total(desk, now=datetime(2026, 12, 15, tzinfo=UTC)))[0] == 1150


def test_while_the_window_is_closed_the_form_stands_as_for_the_next_one(
    desk: Desk, alice: User, meter: Meter
) -> None:
    desk.send(alice, {key(meter): "1150"})
    closed = datetime(2026, 11, 28, 9, tzinfo=UTC)
    form = desk.form(alice, now=closed)
    assert (form.window.is_open, form.cut_off, form.seen) == (False, None, 0)
    assert previous(total(desk, alice, now=closed)) == (1150, "2026-11-21", "customer")


def test_the_usual_is_of_real_readings_of_the_last_year(desk: Desk, new_meter: Callable[..., Meter]) -> None:
    meter = new_meter("A", ratio=Decimal(2))
    value = 0
    for month in range(1, 11):
        value += 31 if month != 5 else 3100
        told(meter, f"2026-{month:02d}-20", value)
        told(meter, f"2026-{month:02d}-28", value + 300 * month, source="estimate")
    told(meter, "2024-01-20", 0)
    usual = total(desk).usual_per_month
    assert usual is not None
    assert 60 <= usual <= 64


def test_what_was_submitted_counts_for_the_usual_too(
    desk: Desk, alice: User, new_meter: Callable[..., Meter]
) -> None:
    meter = new_meter("A")
    for month, value in ((7, 100), (8, 200), (9, 300), (10, 400)):
        desk.send(
            alice,
            {key(meter): str(value)},
            now=datetime(2026, month, 20, 9, tzinfo=UTC),
            taken_on=date(2026, month, 20),
        )
    assert total(desk).usual_per_month == 98  # 100 in 31 days


def test_two_queries_whatever_the_meters_and_years(
    desk: Desk, alice: User, account: Account, new_meter: Callable[..., Meter]
) -> None:
    desk.form(alice)  # services are read once
    with CaptureQueriesContext(connection) as bare:
        desk.form(alice)
    for index in range(6):
        meter = new_meter(f"M{index}", 3)
        Reading.objects.bulk_create(
            Reading(
                meter=meter,
                scale=scale,
                taken_on=date(year, month, 20),
                source="customer",
                value=year * 12 + month,
            )
            for scale in ("peak", "half_peak", "night")
            for year in range(2016, 2026)
            for month in range(1, 13)
        )
    with CaptureQueriesContext(connection) as full:
        form = desk.form(alice)
    assert len(form.meters) == 6
    assert len(bare) == len(full) == 2
