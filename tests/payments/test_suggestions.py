"""Whose a payment probably is: docs/domain/unmatched.md, row by row."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.identifiers import account_key
from abonent.payments import suggestions
from abonent.payments.suggestions import Known, RowFacts, keys_meant, suggest, words_of_payer

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "unmatched.md"
ALIYA = Known(1, "12346", "Қасымова Әлия Ерлановна", Decimal("5310.00"))


def table(heading: str) -> list[list[str]]:
    for found in re.findall(r"(?:^\|.*\n)+", DOCUMENT.read_text("utf-8"), re.M):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found.splitlines()]
        if rows[0][0] == heading:
            return rows[2:]
    raise LookupError(heading)


@pytest.mark.parametrize("row", table("number in the row"))
def test_the_worked_rows(row: list[str]) -> None:
    number, payer, purpose, amount, why, points = row
    found = suggest(RowFacts(number, payer, purpose, Decimal(amount)), [ALIYA])
    said = [(" · ".join(one.why), str(one.points)) for one in found]
    assert said == ([(why, points)] if why else [])


def test_the_table_of_reasons_is_what_counts() -> None:
    assert {why: int(points) for why, points, _ in table("why")} == suggestions._POINTS


def test_the_likeliest_stands_first_and_no_more_than_there_are_keys() -> None:
    others = [Known(number, f"1234{number}", "Ким А", None) for number in range(2, 10)]
    found = suggest(RowFacts("12345", "Касымова А", "", Decimal("5310.00")), [*others, ALIYA])
    assert found[0].account_id == 1
    assert len(found) == suggestions.MOST


def test_the_rows_own_number_is_no_suggestion_of_itself_from_its_words() -> None:
    assert keys_meant(RowFacts("0054321", "", "", Decimal(1))).get("54321") != "in_number"


NUMBERS = st.text("0123456789", min_size=5, max_size=12).filter(lambda one: one.strip("0"))


@given(NUMBERS, st.data())
def test_one_digit_wrong_is_always_forgiven(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(number) - 1))
    wrong = number[:at] + data.draw(st.sampled_from("0123456789")) + number[at + 1 :]
    if len(account_key(wrong)) >= 4 and account_key(wrong) != account_key(number):
        assert account_key(number) in keys_meant(RowFacts(wrong, "", "", Decimal(1)))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_whatever_a_bank_writes_is_read(number: str, payer: str, purpose: str) -> None:
    row = RowFacts(number, payer, purpose, Decimal(1))
    assert "" not in keys_meant(row)
    assert len(words_of_payer(payer)) <= 3
    assert suggest(row, []) == ()
