"""Words in three languages, figures as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.money import parse_amount
from abonent.bills.paper.figures import column, day, money, number
from abonent.bills.paper.labels import HOW_TO_READ, LABELS, LANGUAGES, month_name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_every_language(language: str) -> None:
    texts = [*LABELS.values(), *HOW_TO_READ]
    assert all(text[language].strip() for text in texts)
    assert all(set(text) == set(LANGUAGES) for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_dated_words_keep_their_place_for_the_date(language: str) -> None:
    assert LABELS["valid_until"][language].count("{}") == 1
    assert LABELS["payments_until"][language].count("{}") == 1


def test_months_by_name() -> None:
    assert month_name(2026, 1, "ru") == "Январь 2026"
    assert month_name(2026, 12, "kk") == "2026 жылғы желтоқсан"
    assert month_name(2026, 5, "en") == "May 2026"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1234567.5", "1\u00a0234\u00a0567,50"),
        ("-0.005", "−0,01"),
        ("-0.004", "0,00"),
        ("0", "0,00"),
        ("999.995", "1\u00a0000,00"),
        ("-1234.5", "−1\u00a0234,50"),
    ],
)
def test_money_as_people_write_it(value: str, shown: str) -> None:
    assert money(Decimal(value)) == shown


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_money_printed_reads_back_as_the_same_amount(amount: Decimal) -> None:
    assert parse_amount(money(amount)) == amount


def test_a_column_shows_every_value_in_full_with_its_commas_in_line() -> None:
    assert column([Decimal("10.160"), Decimal(5), None], missing="Жоқ") == ["10,16", "5,00", "Жоқ"]
    assert column([Decimal("26.14")], at_least=2) == ["26,14"]
    assert column([Decimal("1E+3")]) == ["1\u00a0000"]
    assert column([None, None]) == ["—", "—"]


def test_what_is_not_given_is_a_dash_or_nothing() -> None:
    assert money(None) == "—"
    assert day(None) == ""
    assert number(Decimal("17"), 0) == "17"
