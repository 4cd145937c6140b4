"""Published settings over the profile: which version holds on which day, and what of it is left out."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from abonent.portal.overlay import (
    COMMISSION,
    WHOLE_PARTS,
    WINDOW,
    InvalidSetting,
    Place,
    Published,
    overlay,
    value_of,
    with_value,
)
from abonent.portal.profile import Profile, load

TODAY = date(2026, 11, 21)
CONTACT = Place("contact_centre")
READINGS = Place("readings")
PORTALS = sorted(path.stem for path in settings.PORTALS_DIR.glob("*.toml"))


@cache
def profile(code: str = "housing") -> Profile:
    return load(settings.PORTALS_DIR / f"{code}.toml")


def days(first: int, last: int) -> dict[str, Any]:
    return value_of(profile(), READINGS) | {"first_day": first, "last_day": last}


def version(number: int, value: Any, since: date = TODAY, place: Place = READINGS) -> Published:
    return Published(100 + number, number, place, value, since)


@pytest.mark.parametrize(
    ("since", "holds"),
    [
        ([], 10),  # the TOML's
        ([(1, -3)], 1),
        ([(1, 1)], 10),  # its day is to come
        ([(1, 0)], 1),  # it has come
        ([(1, -3), (2, -1)], 2),
        ([(1, -1), (2, -3)], 1),  # the later day, whichever was published later
        ([(1, 0), (2, 0)], 2),  # of one day the one published last
        ([(1, -1), (2, 5)], 1),
    ],
)
def test_the_version_with_the_latest_day_that_has_come_holds(
    since: list[tuple[int, int]], holds: int
) -> None:
    versions = [version(n, days(n, 25), TODAY + timedelta(days=after)) for n, after in since]
    state = overlay(profile(), versions, TODAY)
    assert state.profile.readings.first_day == holds
    assert state.edition == (() if holds == 10 else (100 + holds,))


def test_the_tomls_word_again_is_a_version_too() -> None:
    state = overlay(profile(), [version(1, days(1, 31)), version(2, None)], TODAY)
    assert state.profile == profile()
    assert state.applied == {READINGS: 102}


def test_nothing_is_laid_over_before_a_day_is_known() -> None:
    assert overlay(profile(), [version(1, days(1, 31))], None).profile == profile()


@pytest.mark.parametrize("code", PORTALS)
def test_a_parts_own_value_lays_over_as_itself(code: str) -> None:
    whole = profile(code)
    places = [Place(part) for part in WHOLE_PARTS]
    places += [Place(COMMISSION, method=one.code) for one in whole.paying.methods]
    for place in places:
        assert with_value(whole, place, value_of(whole, place)) == whole


@pytest.mark.parametrize(
    ("place", "value", "path", "kind"),
    [
        (READINGS, {"first_day": 0}, "first_day", "greater_than_equal"),
        (READINGS, {"first_day": "abc"}, "first_day", "int_parsing"),
        (READINGS, {"oops": 1}, "oops", "extra_forbidden"),
        (CONTACT, {"phones": [], "hours": {"ru": "a", "en": "b"}}, "phones", "too_short"),
        (CONTACT, {"phones": ["1"], "hours": {"ru": "круглосуточно"}}, "hours.en", "text_missing"),
        (CONTACT, {"phones": ["1"], "hours": {"ru": "a", "en": "b", "kk": "c"}}, "hours.kk", "text_unknown"),
        (Place("offices"), [{"name": {"ru": "a", "en": "b"}}], "0.address", "missing"),
        (Place(COMMISSION, method="card"), {"percent": 30}, "percent", "less_than_equal"),
        (Place(COMMISSION, method="gone"), {"percent": 1}, "", "no_method"),
    ],
)
def test_a_mistake_names_its_place_in_the_value(place: Place, value: Any, path: str, kind: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        with_value(profile(), place, value)
    assert (path, kind) in [(one.path, one.kind) for one in caught.value.mistakes]


def test_a_version_that_no_longer_fits_is_left_out_and_the_one_before_it_holds() -> None:
    versions = [version(1, days(1, 31)), version(2, {"first_day": 99})]
    state = overlay(profile(), versions, TODAY)
    assert state.profile.readings.first_day == 1
    assert [(one.id, one.place) for one in state.broken] == [(102, READINGS)]
    assert "first_day" in state.broken[0].reason


def test_an_organisations_window_is_its_own() -> None:
    own = {"first_day": 20, "last_day": 5}
    state = overlay(profile(), [version(1, own, place=Place(WINDOW, 7))], TODAY)
    assert state.windows == {7: (20, 5)}
    assert state.profile == profile()


def test_one_methods_commission_leaves_the_others_alone() -> None:
    place = Place(COMMISSION, method="card")
    before = profile()
    after = with_value(before, place, {"percent": "2.5", "paid_by": "customer"})
    assert str(after.paying.methods[0].commission.percent) == "2.5"
    assert after.paying.methods[1:] == before.paying.methods[1:]
    assert after.paying.banks == before.paying.banks


placed = st.tuples(
    st.integers(1, 31), st.integers(-40, 40), st.sampled_from([READINGS, Place(WINDOW, 1), Place(WINDOW, 2)])
)


@given(st.lists(placed, max_size=12), st.integers(-50, 50))
def test_the_order_in_which_versions_are_read_says_nothing(
    found: list[tuple[int, int, Place]], day: int
) -> None:
    window = {"last_day": 31}
    versions = [
        Published(
            index,
            index,
            place,
            (days(first, 31) if place == READINGS else window | {"first_day": first}),
            TODAY + timedelta(days=since),
        )
        for index, (first, since, place) in enumerate(found, start=1)
    ]
    today = TODAY + timedelta(days=day)
    state = overlay(profile(), versions, today)
    assert overlay(profile(), reversed(versions), today) == state
    for place in {one.place for one in versions}:
        come = [one for one in versions if one.place == place and one.in_force_from <= today]
        last = max(come, key=lambda one: (one.in_force_from, one.number), default=None)
        assert state.applied.get(place) == (last.id if last else None)
    assert not state.broken


def test_the_table_of_the_documentation() -> None:
    """docs/operations/profile.md, «Settings in the office»."""
    page = (settings.BASE_DIR / "docs/operations/profile.md").read_text("utf-8")
    table = page.partition("| published | day |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert len(rows) == 6
    first_day = {"A": 1, "B": 2, "the file": 10}
    at = {"20 Nov": date(2026, 11, 20), "25 Nov": date(2026, 11, 25), "1 Dec": date(2026, 12, 1)}
    for names, since, *expected in rows:
        made = [] if names == "nothing" else [one.removesuffix(" again") for one in names.split(", then ")]
        versions = [
            version(number, None if name == "the file" else days(first_day[name], 25), at[day])
            for number, (name, day) in enumerate(zip(made, since.split(", "), strict=bool(made)), start=1)
        ]
        for day, holds in zip(at.values(), expected, strict=True):
            found = overlay(profile(), versions, day).profile.readings.first_day
            assert found == first_day[holds], (names, since, day)
