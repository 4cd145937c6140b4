"""Numbers and codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.identifiers import (
    CROCKFORD,
    account_key,
    derived_code,
    keyed_hash,
    new_public_id,
    normal_code,
)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("000000017", "17"),
        (" 17 ", "17"),
        ("00-000001", "1"),
        ("000", "0"),
        ("", ""),
        ("ab12", "AB12"),
        ("1001", "1001"),
    ],
)
def test_spellings_of_one_account_number_share_a_key(written: str, key: str) -> None:
    assert account_key(written) == key


def test_codes_depend_on_the_key_and_on_each_part() -> None:
    codes = {
        derived_code(b"key", "7", "1", "2026-10"),
        derived_code(b"other", "7", "1", "2026-10"),
        derived_code(b"key", "71", "", "2026-10"),
        derived_code(b"key", "7", "2", "2026-10"),
        derived_code(b"key", "7", "1", "2026-11"),
    }
    assert len(codes) == 5
    assert all(len(code) == 8 and set(code) <= set(CROCKFORD) for code in codes)


def test_what_people_misread_in_a_code_is_forgiven() -> None:
    assert normal_code(" o1il-8zK9 ") == "01118ZK9"


@given(st.text(alphabet=CROCKFORD, min_size=8, max_size=8))
def test_a_code_printed_in_two_groups_is_read_back(code: str) -> None:
    assert normal_code(f"{code[:4]}-{code[4:]}".lower()) == code


def test_public_names_are_long_and_differ() -> None:
    assert len({new_public_id() for _ in range(1000)}) == 1000
    assert {len(new_public_id()) for _ in range(10)} == {22}


def test_a_keyed_hash_does_not_join_its_parts() -> None:
    assert keyed_hash(b"k", "12", "3") != keyed_hash(b"k", "1", "23")
