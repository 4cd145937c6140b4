"""Folding in Python and in the database say the same of every word."""

import doctest

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from abonent.base import folding
from abonent.base.folding import DIGITS, LETTERS, folded, one_mistake
from abonent.metering import serials
from abonent.metering.serials import serial_key

ALPHABET = st.characters(min_codepoint=32, max_codepoint=0x4FF)


def test_examples() -> None:
    assert doctest.testmod(folding).failed == 0
    assert doctest.testmod(serials).failed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Әбілқасым", "абилкасым"),
        ("Қайрат Өмірұлы", "кайрат омирулы"),
        ("Семёнова", "СЕМЕНОВА"),
        ("Соловьёв", "Соловев"),
        ("Ivanov", "Иванов"),
    ],
)
def test_spellings_of_one_word_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.django_db
def test_the_database_folds_as_python_does() -> None:
    """Every sign of the planes concerned, once."""
    every = "".join(chr(code) for code in [*range(32, 127), *range(160, 0x530), 0x2116, 0x2019])
    with connection.cursor() as cursor:
        cursor.execute("SELECT folded(%s), serial_key(%s)", [every, every])
        assert cursor.fetchone() == (folded(every), serial_key(every))


@settings(max_examples=50, deadline=None)
@given(st.text(ALPHABET, max_size=40))
def test_folding_twice_is_folding_once(words: str) -> None:
    assert folded(folded(words)) == folded(words)


@settings(max_examples=60, deadline=None)
@given(st.text(LETTERS, min_size=1, max_size=9), st.data())
def test_one_mistake_is_undone(word: str, data: st.DataObject) -> None:
    """Whatever one mistake made of the word, the word is among the ways back."""
    at = data.draw(st.integers(0, len(word) - 1))
    wrong = {
        word[:at] + word[at + 1 :],
        word[:at] + "q" + word[at:],
        word[:at] + "q" + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }
    for one in wrong:
        assert word in set(one_mistake(one, LETTERS))


def test_mistakes_are_few_enough_to_look_up() -> None:
    assert len(set(one_mistake("0123456789", DIGITS))) < 250
