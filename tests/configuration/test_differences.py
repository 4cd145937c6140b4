"""What of one value differs from another."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.configuration.differences import Difference, differences

OFFICE = {"name": {"ru": "А"}, "phone": None}


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a",)]),
        ({"hours": {"ru": "9", "kk": "9"}}, {"hours": {"ru": "9", "kk": "10"}}, [("hours", "kk")]),
        ({"hint": None}, {"hint": ""}, []),
        ({"phones": ["1"]}, {"phones": ["1", "2"]}, [("phones",)]),
        ([OFFICE], [OFFICE, {"name": {"ru": "Б"}}], [("Б",)]),
        ([OFFICE, {"name": {"ru": "Б"}}], [{"name": {"ru": "Б"}}, OFFICE], [("order",)]),
        ([OFFICE], [OFFICE | {"phone": "5"}], [("А", "phone")]),
        ([OFFICE, OFFICE], [OFFICE], [("А (2)",)]),
        (
            {"kinds": [{"code": "x", "label": {"ru": "1"}}]},
            {"kinds": [{"code": "x", "label": {"ru": "2"}}]},
            [("kinds", "x", "label", "ru")],
        ),
        ({"kinds": []}, {"kinds": [{"code": "x"}]}, [("kinds", "x")]),
    ],
)
def test_each_difference_names_its_place(before: Any, after: Any, paths: list[tuple[str, ...]]) -> None:
    assert [one.path for one in differences(before, after)] == paths


def test_a_row_that_comes_is_there_whole() -> None:
    assert differences([], [OFFICE]) == [Difference(("А",), None, OFFICE)]


values = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert differences(value, value) == []


@given(
    st.dictionaries(st.text(max_size=2), st.integers()), st.dictionaries(st.text(max_size=2), st.integers())
)
def test_the_way_back_is_the_same_way(before: dict[str, int], after: dict[str, int]) -> None:
    there = {(one.path, one.before, one.after) for one in differences(before, after)}
    back = {(one.path, one.after, one.before) for one in differences(after, before)}
    assert there == back
    assert bool(there) == (before != after)
