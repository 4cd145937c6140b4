"""What a town has for those who come to send readings, whatever the day it is made on."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from abonent.base.months import Month
from abonent.demo.town import Kind, Town
from abonent.demo.town.bundle import write
from abonent.demo.town.households import DEMO
from abonent.demo.town.recipe import RecipeError
from abonent.demo.town.usage import Meter
from abonent.demo.town.windows import window
from tests.demo.made import PORTALS, readings_of, small_town, usage_of

DAYS = [date(2026, 11, 21), date(2027, 2, 1), date(2027, 2, 28), date(2026, 12, 31), date(2024, 2, 29)]
WHOLE_YEAR = [date(2027, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.fixture(params=[(code, day) for code in PORTALS for day in DAYS], ids=lambda p: f"{p[0]}-{p[1]}")
def any_town(request: pytest.FixtureRequest) -> Town:
    return small_town(*request.param)


def meters(of: Town, *kinds: Kind) -> list[Meter]:
    """Meters in use on the accounts of the kinds."""
    return [meter for kind in kinds for meter in usage_of(of, kind)[1].meters if meter.removed_on is None]


def is_open(readings: str, today: date) -> bool:
    """Where nothing is given the profile's window holds: the 10th to the 25th."""
    given = window(readings, today)
    first, last = given if isinstance(given[0], int) else (10, 25)
    return int(first) <= today.day <= int(last)


def organisation_of(of: Town, kind: Kind) -> str:
    code = of.household(kind).organisation
    return next(one.readings for one in of.recipe.organisations if one.code == code)


@pytest.mark.parametrize("code", PORTALS)
def test_the_home_s_form_is_open_on_every_day_of_the_year(code: str) -> None:
    readings = organisation_of(small_town(code, DAYS[0]), Kind.DEMO_HOME)
    assert all(is_open(readings, day) for day in WHOLE_YEAR)


def test_one_organisation_is_closed_on_every_day_and_days_around_it() -> None:
    town = small_town("alseco", DAYS[0])
    assert organisation_of(town, Kind.DEMO_PARENTS) == "closed"
    for day in WHOLE_YEAR:
        first, last = window("closed", day)
        assert isinstance(first, int)
        assert isinstance(last, int)
        assert 1 <= first < last <= 28
        assert not any(first <= (day + timedelta(days=more)).day <= last for more in range(-2, 7))


def test_an_unknown_window_is_a_mistake_of_the_recipe() -> None:
    with pytest.raises(RecipeError, match="'sometimes'"):
        window("sometimes", DAYS[0])


def test_housing_keeps_the_window_of_its_profile_while_that_is_open() -> None:
    profile = PORTALS["housing"].readings
    assert (profile.first_day, profile.last_day) == (10, 25)
    assert organisation_of(small_town("housing", DAYS[0]), Kind.DEMO_HOME) == "profile"
    assert window("profile", date(2026, 11, 10)) == window("profile", date(2026, 11, 25)) == ("", "")
    assert window("profile", date(2026, 11, 26)) == (1, 31)


def test_some_organisations_refuse_an_overdue_meter_and_some_take_it() -> None:
    said = {code: {one.overdue for one in small_town(code, DAYS[0]).recipe.organisations} for code in PORTALS}
    assert {"accept", "refuse"} <= said["alseco"]
    assert "refuse" in said["aes"] & said["housing"]
    assert "accept" in said["pes"]


@pytest.mark.parametrize("day", DAYS)
def test_the_customer_of_pes_has_meters_of_one_two_and_three_scales(day: date) -> None:
    town = small_town("pes", day)
    assert [[meter.scales for meter in meters(town, kind)] for kind in DEMO] == [[2], [1], [3]]


@pytest.mark.parametrize("code", ["housing", "alseco"])
def test_where_there_are_more_services_there_are_several_meters(code: str) -> None:
    found = {meter.service for meter in meters(small_town(code, DAYS[0]), Kind.DEMO_HOME)}
    assert found >= {"electricity", "cold_water", "hot_water"}


def test_one_of_the_customer_s_meters_is_past_its_verification(any_town: Town) -> None:
    due = [meter.next_verification_on < any_town.today for meter in meters(any_town, Kind.DEMO_LET)]
    assert due.count(True) == 1
    assert not any(m.next_verification_on < any_town.today for m in meters(any_town, Kind.DEMO_HOME))


def falls(values: Sequence[int]) -> list[int]:
    return [index for index in range(1, len(values)) if values[index] < values[index - 1]]


def test_a_meter_of_the_parents_rolled_over_some_two_months_ago(any_town: Town) -> None:
    household, usage = usage_of(any_town, Kind.DEMO_PARENTS)
    meter = next(one for one in usage.meters if household.meters.get("electricity") and one.digits == 5)
    readings = readings_of(usage, meter)
    values = [reading.value for reading in readings]
    assert falls(values) == [len(values) - 2]
    after = readings[-2]
    assert Month.of(after.taken_on) == Month.of(any_town.today) - 2
    used = after.value + 10**8 - readings[-3].value
    usual = (values[-3] - values[-9]) / 6
    assert 0.3 * usual < used < 2 * usual, "the month of the rollover is a month as any other"
    assert readings[-3].value >= 99_000_000
    assert after.value < 1_000_000


def test_no_other_meter_goes_back(any_town: Town) -> None:
    for household, usage in zip(any_town.households, any_town.usages, strict=True):
        for meter in usage.meters:
            for scale in {reading.scale for reading in readings_of(usage, meter)}:
                back = falls([reading.value for reading in readings_of(usage, meter, scale)])
                assert not back or household.kind is Kind.DEMO_PARENTS


def test_more_than_two_years_of_readings_with_estimates_and_inspections(any_town: Town) -> None:
    for kind in DEMO:
        _, usage = usage_of(any_town, kind)
        for service in {meter.service for meter in usage.meters}:
            readings = [
                reading
                for meter in usage.meters
                if meter.service == service
                for reading in readings_of(usage, meter)
            ]
            sources = {Month.of(reading.taken_on): reading.source for reading in readings}
            last_two_years = [sources[Month.of(any_town.today) - ago] for ago in range(1, 25)]
            assert last_two_years.count("estimate") == 4
            assert last_two_years.count("inspector") >= 2
            assert last_two_years[0] == "customer"


def test_an_estimated_month_is_the_average_of_those_before_and_is_made_good(any_town: Town) -> None:
    """Estimates neither give nor take: over the years the bill is what the meter counted."""
    _, usage = usage_of(any_town, Kind.DEMO_HOME)
    (electricity,) = (meter for meter in usage.meters if meter.service == "electricity")
    months = sorted({Month.of(reading.taken_on) for reading in readings_of(usage, electricity)})[1:]
    billed = usage.volumes["electricity"]
    sources = {Month.of(reading.taken_on): reading.source for reading in readings_of(usage, electricity)}
    estimated = [index for index, month in enumerate(months) if sources[month] == "estimate"]
    assert estimated
    for index in estimated:
        assert abs(billed[index] - sum(billed[index - 3 : index]) / 3) <= 1000


def test_a_meter_of_the_customer_was_replaced_within_the_two_years() -> None:
    for code in ("housing", "alseco"):
        _, usage = usage_of(small_town(code, DAYS[0]), Kind.DEMO_HOME)
        old, new = (meter for meter in usage.meters if meter.service == "cold_water")
        assert old.removed_on == new.installed_on
        assert old.serial != new.serial
        assert DAYS[0] - timedelta(days=730) < new.installed_on < DAYS[0] - timedelta(days=180)


def test_winter_uses_more_power_than_summer() -> None:
    _, usage = usage_of(small_town("pes", date(2026, 11, 21)), Kind.DEMO_HOME)
    by_month: dict[int, list[int]] = {}
    for ago, volume in enumerate(reversed(usage.volumes["electricity"])):
        by_month.setdefault((Month(2026, 10) - ago).number, []).append(volume)
    winter, summer = (
        sum(map(sum, (by_month[number] for number in three))) for three in ((12, 1, 2), (6, 7, 8))
    )
    assert winter > 1.1 * summer


def test_households_have_the_categories_that_tariffs_ask_for() -> None:
    town = small_town("aes", DAYS[0])
    assert [town.household(kind).categories for kind in DEMO] == [("electric_stove",), ("alone",), ()]
    for household in town.households:
        assert "alone" not in household.categories or household.residents == 1


def test_the_bundle_says_when_readings_are_taken(tmp_path: Path) -> None:
    write(small_town("alseco", DAYS[0]), tmp_path)
    organisations = (tmp_path / "organisations.csv").read_text("utf-8")
    assert ",7,11,\n" in organisations  # closed on the 21st
    assert ",1,31,accept\n" in organisations
    assert ",1,31,refuse\n" in organisations
