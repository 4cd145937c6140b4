"""The last months on another tariff: what is known, what must be asked, and what cannot be said."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.kept import forget_everything
from abonent.consumption import zones
from abonent.consumption.what_if import WhatIf, what_if
from tests.consumption import world
from tests.tariffs.files import FLAT, ZONES

db = pytest.mark.django_db


def asked(key: str = "100", **more: Any) -> WhatIf:
    with translation.override("en"):
        found = what_if(world.account(key), today=world.TODAY, **({"months": 3} | more), **world.shown())
    assert found
    return found


@db
def test_every_tariff_and_set_of_scales_is_offered_but_the_present_one(tmp_path: Path) -> None:
    world.load(tmp_path, months=12)
    found = asked()
    assert (found.present, found.meter_serial, found.other, found.compared) == (
        "Одноставочный",
        "A-1",
        None,
        0,
    )
    assert [(one.code, one.name, one.asks) for one in found.offers] == [
        ("levels:total", "По уровням", ()),
        ("zones:total", "По зонам суток: one rate", ()),
        ("zones:day,night", "По зонам суток: day and night", ("night",)),
        ("zones:peak,half_peak,night", "По зонам суток: peak, half-peak and night", ("peak", "night")),
    ]
    assert [(one.actual, one.present, one.other) for one in found.months] == [
        (2000, 2000, None),
        (2000, 2000, None),
        (2922, 2922, None),
    ]
    assert found.difference is None


@db
def test_months_on_another_tariff(tmp_path: Path) -> None:
    """120 kWh of 3 residents with an electric stove are in the first level: 15.00."""
    world.load(tmp_path, months=12)
    found = asked(tariff="levels:total")
    assert [str(one.month) for one in found.months] == ["2026-08", "2026-09", "2026-10"]
    assert [one.other for one in found.months] == [1500, 1500, 1800]
    assert (found.compared, found.actual, found.present_total, found.other_total) == (3, 6922, 6922, 4800)
    assert found.difference == -2122


@db
def test_a_meter_of_one_rate_is_asked_for_the_share_of_the_night(tmp_path: Path) -> None:
    world.load(tmp_path)
    open_ = asked(tariff="zones:day,night")
    assert [(one.scale, one.share) for one in open_.asks] == [("night", None)]
    assert (open_.compared, [one.other for one in open_.months]) == (0, [None] * 3)
    found = asked(tariff="zones:day,night", shares={"night": Decimal(25), "peak": Decimal(90)})
    assert [(one.scale, one.share, one.words) for one in found.asks] == [
        ("night", Decimal(25), "Share of the night, % of the whole volume")
    ]
    assert [one.other for one in found.months] == [2500, 2500, 3000]  # 75 x 30 + 25 x 10


@db
@pytest.mark.parametrize("share", ["-1", "100.5"])
def test_a_share_is_a_share(tmp_path: Path, share: str) -> None:
    world.load(tmp_path)
    found = asked(tariff="zones:day,night", shares={"night": Decimal(share)})
    assert "0 to 100 per cent" in found.problem
    assert found.compared == 0


@db
def test_zones_are_added_up_for_one_rate(tmp_path: Path) -> None:
    world.load(tmp_path, months=12)
    found = asked("200", tariff="flat:total")
    assert found.present == "По зонам суток"
    assert "zones:day,night" not in [one.code for one in found.offers]
    assert [(one.actual, one.present, one.other) for one in found.months] == [
        (2200, 2200, 2000),
        (2200, 2200, 2000),
        (2300, 2200, 2435),  # billing charged 100 more than the tariff: what counts is told beside ours
    ]


@db
def test_a_month_that_a_tariff_has_no_rates_for_is_not_compared(tmp_path: Path) -> None:
    late = ZONES.replace("2025-01-01", "2026-10-01").replace("zones", "late")
    world.load(tmp_path, tariffs=(FLAT, late))
    found = asked(tariff="late:total")
    assert [one.other for one in found.months] == [None, None, 3000]
    assert [one.why_not for one in found.months] == ["The tariff has no rates for these days."] * 2 + [""]
    assert (found.compared, found.actual, found.difference) == (1, 2922, 78)


@db
def test_months_that_are_not_known_stay_empty(tmp_path: Path) -> None:
    charges = world.CHARGES + "000100,2026-10,power,0,2922.00,0,0,2922.00,120,24.35\n"
    readings = "".join(list(world.readings())[:1]) + "000100,A-1,total,2026-10-20,customer,3620\n"
    world.load(tmp_path, charges=charges, readings=readings)
    found = asked(tariff="levels:total")
    assert [(one.volume, one.other, one.why_not) for one in found.months] == [
        (None, None, "The volume is not known."),
        (None, None, "The volume is not known."),
        (120, 1800, ""),
    ]


@db
def test_without_tariffs_or_volumes_there_is_nothing_to_ask(tmp_path: Path) -> None:
    world.load(tmp_path, tariffs=())
    shown = world.shown()
    assert what_if(world.account("100"), today=world.TODAY, **shown) is None


@db
def test_an_unknown_tariff_shows_the_offers(tmp_path: Path) -> None:
    world.load(tmp_path)
    assert asked(tariff="flat:day,night").other is None
    assert asked(service="gas").service.code == "power"


@db
def test_queries_do_not_grow_with_months(tmp_path: Path) -> None:
    world.load(tmp_path)
    counts = []
    for key, months in (("100", 2), ("200", 12)):
        account, shown = world.account(key), world.shown()
        forget_everything()
        what_if(account, today=world.TODAY, **shown)
        with CaptureQueriesContext(connection) as queries:
            found = what_if(account, months=months, tariff="levels:total", today=world.TODAY, **shown)
        assert found
        assert len(found.months) == months
        counts.append(len(queries))
    assert counts == [4, 4]


volumes = st.decimals(min_value=0, max_value=100_000, places=3)
shares = st.decimals(min_value=0, max_value=50, places=2)


@given(st.sampled_from([zones.ONE, zones.TWO, zones.THREE]), st.data(), shares, shares)
def test_dividing_a_volume_loses_nothing(
    have: zones.Scales, data: Any, peak: Decimal, night: Decimal
) -> None:
    told = {scale: data.draw(volumes) for scale in have}
    for wanted in (zones.ONE, zones.TWO, zones.THREE):
        given_shares = {name: {"peak": peak, "night": night}[name] for name in zones.asked(have, wanted)}
        found = zones.divided(told, wanted, given_shares)
        assert tuple(found) == wanted
        assert sum(found.values()) == sum(told.values())
        assert min(found.values()) >= 0
        if "night" in have and "night" in wanted:
            assert found["night"] == told["night"]
