"""Amounts as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.money import LARGEST, AmountError, parse_amount, round_half_up


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234,56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("1\u00a0234,5", "1234.50"),
        ("1\u202f234", "1234.00"),
        ("1'234,00", "1234.00"),
        (" 0,01 ", "0.01"),
        ("-12,30", "-12.30"),
        ("−12,30", "-12.30"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "NaN",
        "Infinity",
        "1e5",
        "1,234.56",
        "1.234,56",
        "12,345",
        "--1",
        "1 000 000 000 000",
        "1" + "0" * 30,
        "٣",
    ],
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_amount(text)


@pytest.mark.parametrize(
    ("exact", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1391.595", "1391.60")]
)
def test_half_goes_up(exact: str, rounded: str) -> None:
    assert round_half_up(Decimal(exact)) == Decimal(rounded)


@given(st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2))
def test_what_is_written_with_a_comma_is_read_back(amount: Decimal) -> None:
    assert parse_amount(f"{amount:,.2f}".replace(",", " ").replace(".", ",")) == amount
