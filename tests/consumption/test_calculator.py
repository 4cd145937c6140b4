"""«Расчёт оплаты по счётчику»: the period, the volumes, the lines, and what is refused or asked."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from abonent.base.kept import forget_everything
from abonent.consumption.calculator import (
    Calculation,
    NotReckonedError,
    calculate,
    calculator_form,
)
from tests.consumption import world
from tests.tariffs.files import FLAT, LEVELS, ZONES

pytestmark = pytest.mark.django_db


def reckon(
    key: str, readings: dict[str, str], read_on: date | None = world.TODAY, **more: Any
) -> Calculation:
    return calculate(
        world.account(key), readings=readings, read_on=read_on, now=world.NOW, **world.shown(), **more
    )


def refused(key: str, readings: dict[str, str], *args: Any, **more: Any) -> NotReckonedError:
    with translation.override("en"), pytest.raises(NotReckonedError) as raised:
        reckon(key, readings, *args, **more)
    return raised.value


def one(scale: str = "total", serial: str = "A-1") -> str:
    return f"{world.meter(serial)}-{scale}"


def test_the_form_shows_meters_with_what_they_were_read_last(tmp_path: Path) -> None:
    world.load(tmp_path)
    form = calculator_form(world.account("200"), now=world.NOW, **world.shown())
    assert (form.residents, form.categories, form.today) == (1, (), world.TODAY)
    (meter,) = form.meters
    assert (meter.serial, meter.digits, meter.tariff_code, meter.tariff_name) == (
        "B-2",
        6,
        "zones",
        "По зонам суток",
    )
    assert [(scale.scale, scale.previous, scale.previous_on) for scale in meter.scales] == [
        ("day", 2060, date(2026, 10, 20)),
        ("night", 1340, date(2026, 10, 20)),
    ]
    assert meter.why_not == ""


def test_the_period_begins_the_day_after_the_previous_reading(tmp_path: Path) -> None:
    """3 residents with an electric stove: limits 60 / 120 for each, scaled to 26 days by 30.5."""
    world.load(tmp_path, tariffs=(LEVELS.replace('steps = "levels"', 'steps = "levels"\ndefault = true'),))
    with translation.override("en"):
        done = reckon("100", {one(): "3 820,0"}, date(2026, 11, 15))
    (meter,) = done.meters
    assert (meter.first, meter.last, meter.days) == (date(2026, 10, 21), date(2026, 11, 15), 26)
    assert [(scale.previous, scale.value, scale.volume) for scale in meter.scales] == [(3620, 3820, 200)]
    first = Decimal(60 * 3) / Decimal("30.5") * 26
    assert [line.level for line in meter.lines] == [1, 2]
    assert abs(meter.lines[0].volume - first) < Decimal("0.001")
    assert sum(line.volume for line in meter.lines) == 200
    assert [line.rate for line in meter.lines] == [15, 20]
    assert meter.lines[0].words.startswith("Level 1: up to 153,")
    assert meter.notes[0].startswith("Limits a month for each resident: 60 / 120")
    assert done.total == meter.total == sum(line.amount for line in meter.lines)


def test_another_number_of_residents_may_be_tried(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=(LEVELS.replace('steps = "levels"', 'steps = "levels"\ndefault = true'),))
    alone = reckon("100", {one(): "3820"}, residents=1)
    assert (alone.residents, [line.level for line in alone.meters[0].lines]) == (1, [1, 2, 3])


def test_a_change_of_the_tariff_inside_divides_the_volume_by_days(tmp_path: Path) -> None:
    changed = FLAT.replace("2026-10-01", "2026-11-01")
    world.load(tmp_path, tariffs=(changed,))
    (meter,) = reckon("100", {one(): "3940"}).meters
    assert [(line.days, line.volume, line.rate) for line in meter.lines] == [
        (11, 110, Decimal("20.00")),
        (21, 210, Decimal("24.35")),
    ]
    assert len(meter.notes) == 1


def test_all_scales_of_a_meter_with_its_ratio(tmp_path: Path) -> None:
    meters = world.METERS.replace("tariff\n", "tariff,ratio\n").replace("flat", "")
    meters = meters.replace("A-1,1,5,", "A-1,1,5,,").replace("zones\n", "zones,20\n")
    world.load(tmp_path, meters=meters)
    (meter,) = reckon("200", {one("day", "B-2"): "2065", one("night", "B-2"): "1340"}).meters
    assert [(scale.scale, scale.ratio, scale.volume) for scale in meter.scales] == [
        ("day", 20, 100),
        ("night", 20, 0),
    ]
    assert [(line.scale, line.amount) for line in meter.lines] == [
        ("day", Decimal("3000.00")),
        ("night", Decimal("0.00")),
    ]


def test_nothing_is_stored(tmp_path: Path) -> None:
    world.load(tmp_path)
    with CaptureQueriesContext(connection) as queries:
        reckon("100", {one(): "3700"})
    assert all("INSERT" not in (query["sql"] or "") for query in queries)
    form = calculator_form(world.account("100"), now=world.NOW, **world.shown())
    assert form.meters[0].scales[0].previous == 3620


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("abc", "This is not a number"),
        ("1,2345", "at most three digits after the comma"),
        ("123456", "only 5 digits"),
        ("3619", "lower than the previous reading, 3\u00a0620 of 20.10.2026"),
    ],
)
def test_the_impossible_is_refused_as_when_readings_are_submitted(
    tmp_path: Path, text: str, said: str
) -> None:
    world.load(tmp_path)
    assert said in refused("100", {one(): text}).problems[one()]


def test_a_meter_that_may_have_rolled_over_is_asked_about(tmp_path: Path) -> None:
    readings = "account,serial,scale,taken_on,source,value\n000100,A-1,total,2026-10-20,customer,99950\n"
    world.load(tmp_path, readings=readings)
    error = refused("100", {one(): "20"})
    assert (error.problems, error.questions[one()].code) == ({}, "rollover")
    done = reckon("100", {one(): "20"}, confirmed=[f"{one()}:rollover"])
    assert (done.meters[0].scales[0].volume, done.meters[0].scales[0].rolled_over) == (70, True)


def test_a_lower_reading_is_not_made_good_by_confirming(tmp_path: Path) -> None:
    world.load(tmp_path)
    assert one() in refused("100", {one(): "100"}, confirmed=[f"{one()}:rollover"]).problems


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (None, "Choose the day"),
        (date(2026, 11, 22), "has not come yet"),
        (date(2026, 10, 20), "The previous reading is of 20.10.2026"),
    ],
)
def test_the_day_is_looked_at_too(tmp_path: Path, day: date | None, said: str) -> None:
    world.load(tmp_path)
    error = refused("100", {one(): "3700"}, day)
    assert list(error.problems) == ["read_on"]
    assert said in error.problems["read_on"]


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    world.load(tmp_path)
    error = refused("200", {one("day", "B-2"): "x", one("night", "B-2"): ""}, date(2027, 1, 1))
    assert sorted(error.problems) == sorted([one("day", "B-2"), one("night", "B-2"), "read_on"])
    assert refused("100", {}).problems.keys() == {""}
    assert refused("100", {one("day", "B-2"): "3000"}).problems.keys() == {""}  # somebody else's meter


def test_a_meter_that_cannot_be_reckoned_says_why(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=(LEVELS,), readings="account,serial,scale,taken_on,source,value\n")
    with translation.override("en"):
        form = calculator_form(world.account("100"), now=world.NOW, **world.shown())
    assert form.meters[0].why_not == "No tariff is loaded for it."
    assert "no previous reading" in refused("100", {one(): "3700"}).problems[one()]


def test_a_tariff_that_counts_by_residents_wants_their_number(tmp_path: Path) -> None:
    accounts = world.ACCOUNTS.replace(",12,3,", ",12,,")
    world.load(tmp_path, tariffs=(ZONES,), accounts=accounts)
    world.load_tariff(LEVELS.replace('steps = "levels"', 'steps = "levels"\ndefault = true'))
    error = refused("100", {one(): "3700"})
    assert error.problems == {one(): "The number of residents is not known, and the tariff counts by it."}
    assert reckon("100", {one(): "3700"}, residents=2).total > 0


def test_a_waiting_version_is_not_reckoned_with(tmp_path: Path) -> None:
    world.load(tmp_path)
    world.load_tariff(FLAT.replace("24.35", "99.00"), on=date(2026, 12, 1))
    assert reckon("100", {one(): "3720"}).total == Decimal("2435.00")


def test_queries_do_not_grow_with_meters(tmp_path: Path) -> None:
    world.load(tmp_path)
    counts = []
    for key, readings in (
        ("100", {one(): "3700"}),
        ("200", {one("day", "B-2"): "2100", one("night", "B-2"): "1400"}),
    ):
        account, shown = world.account(key), world.shown()
        forget_everything()
        calculator_form(account, now=world.NOW, **shown)
        with CaptureQueriesContext(connection) as queries:
            calculate(account, readings=readings, read_on=world.TODAY, now=world.NOW, **shown)
        counts.append(len(queries))
    assert counts == [4, 4]
