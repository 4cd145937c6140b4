"""What was used, month by month: volumes by scale, cost, the year before; no more queries for more of it."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.base.kept import forget_everything
from abonent.base.months import Month
from abonent.consumption.usage import ServiceUsage, months
from tests.consumption import world

pytestmark = pytest.mark.django_db


def used(key: str, first: Month, last: Month) -> dict[str, ServiceUsage]:
    found = months(world.account(key), first=first, last=last, **world.shown())
    return {one.service.code: one for one in found}


def test_a_year_of_a_meter_beside_the_year_before(tmp_path: Path) -> None:
    world.load(tmp_path, months=world.MONTHS)
    found = used("100", Month(2026, 1), Month(2026, 12))
    assert list(found) == ["power", "hot"]
    power = found["power"]
    assert (power.metered, power.scales) == (True, ("total",))
    assert [str(one.month) for one in power.months] == [f"2026-{number:02d}" for number in range(1, 13)]
    october, november = power.months[9], power.months[10]
    assert (october.volume, october.billed, october.cost) == (120, 120, Decimal("2922.00"))
    assert (november.volume, november.cost, november.scales) == (None, None, ())
    assert (power.volume, power.cost) == (1020, Decimal("20922.00"))
    assert [one.month for one in power.before] == [one.month - 12 for one in power.months]
    assert (power.volume_before, power.cost_before) == (1200, Decimal("24000.00"))


def test_scales_add_up_and_stand_in_their_order(tmp_path: Path) -> None:
    world.load(tmp_path)
    power = used("200", world.OCTOBER - 1, world.OCTOBER)["power"]
    assert power.scales == ("day", "night")
    assert [[(one.scale, one.volume) for one in month.scales] for month in power.months] == [
        [("day", 60), ("night", 40)]
    ] * 2
    assert [month.metered for month in power.months] == [100, 100]
    assert [month.by_scale for month in power.months] == [{"day": 60, "night": 40}] * 2


def test_an_estimate_is_said(tmp_path: Path) -> None:
    world.load(tmp_path)
    power = used("100", Month(2026, 4), Month(2026, 8))["power"]
    said = [one.month.number for one in power.months if one.estimated]
    assert 6 in said
    assert set(said) <= {6, 7}  # July is read again; its difference makes June's estimate good
    assert power.volume == 500


def test_without_a_meter_the_billed_volume_is_shown(tmp_path: Path) -> None:
    world.load(tmp_path)
    power = used("300", world.OCTOBER, world.OCTOBER)["power"]
    assert (power.metered, power.scales) == (False, ())
    assert (power.months[0].metered, power.months[0].volume) == (None, 50)
    assert power.months[0].by_scale == {"total": 50}
    hot = used("100", world.OCTOBER, world.OCTOBER)["hot"]
    assert (hot.volume, hot.cost, hot.months[0].by_scale) == (None, Decimal("300.00"), {})


def test_a_meter_before_its_first_bill(tmp_path: Path) -> None:
    world.load(tmp_path, charges=world.CHARGES)
    power = used("100", world.OCTOBER, world.OCTOBER)["power"]
    assert (power.months[0].volume, power.months[0].billed, power.cost) == (120, None, None)


def test_nothing_is_known(tmp_path: Path) -> None:
    world.load(tmp_path)
    assert used("100", Month(1999, 1), Month(1999, 12)) == {}


def test_queries_do_not_grow(tmp_path: Path) -> None:
    world.load(tmp_path)
    counts = []
    for key, first in (("300", world.OCTOBER), ("200", world.OCTOBER - 24)):
        account, shown = world.account(key), world.shown()
        forget_everything()
        with CaptureQueriesContext(connection) as queries:
            months(account, first=first, last=world.OCTOBER, **shown)
        counts.append(len(queries))
    assert counts == [3, 3]  # services, charges, readings
