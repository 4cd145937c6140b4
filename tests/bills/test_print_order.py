"""The order of flats and the names of files of a bulk print."""

import re

from hypothesis import given
from hypothesis import strategies as st

from abonent.bills.print_order import file_stem, flat_order


def test_houses_and_flats_in_order() -> None:
    flats = ["б/н", "12", "1", "2а", "2", "", "11"]
    assert sorted(flats, key=flat_order) == ["", "1", "2", "2а", "11", "12", "б/н"]
    assert file_stem(1, "Ғ. Мұстафин к-сі, 5") == "00001-g-mustafin-k-si-5"
    assert file_stem(3, "///") == "00003"


@given(st.text(), st.integers(1, 99_999))
def test_any_house_gives_a_safe_name(house: str, number: int) -> None:
    assert re.fullmatch(r"\d{5}(-[a-z0-9]+)*", file_stem(number, house))
    assert len(file_stem(number, house)) <= 90


@given(st.integers(0, 9_999), st.integers(0, 9_999), st.text(max_size=3))
def test_flats_stand_as_numbers_do_whatever_follows_them(one: int, other: int, letter: str) -> None:
    if one < other and not letter[:1].isdecimal():
        assert flat_order(f"{one}{letter}") < flat_order(f"{other}")
        assert flat_order(f"{one}") < flat_order(f"{other}{letter}")
