"""Numbers, dates and months as people write them, and read back."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.money import parse_amount
from abonent.base.months import Month
from abonent.interfaces.ui import formatting

N = formatting.NBSP
amounts = st.decimals(min_value=Decimal("-999999999999.99"), max_value=Decimal("999999999999.99"), places=2)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", f"0,00{N}₸"),
        ("0.005", f"0,01{N}₸"),
        ("-0.004", f"0,00{N}₸"),
        ("1234.56", f"1{N}234,56{N}₸"),
        ("-1234567.8", f"−1{N}234{N}567,80{N}₸"),
        ("999999999999.99", f"999{N}999{N}999{N}999,99{N}₸"),
    ],
)
def test_money(value: str, shown: str) -> None:
    assert formatting.money(Decimal(value)) == shown


def test_money_of_another_currency_and_signed() -> None:
    assert formatting.money(Decimal("731.4"), "₽") == f"731,40{N}₽"
    assert formatting.signed_money(Decimal("731.4")) == f"+731,40{N}₸"
    assert formatting.signed_money(Decimal("-320.10")) == f"−320,10{N}₸"
    assert formatting.signed_money(Decimal("0.004")) == f"0,00{N}₸"


@given(amounts)
def test_an_amount_shown_is_read_back(value: Decimal) -> None:
    assert parse_amount(formatting.amount(value)) == value


@given(amounts)
def test_an_amount_never_breaks_over_two_lines(value: Decimal) -> None:
    assert " " not in formatting.money(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("10.160"), "10,16"),
        (Decimal("17.2"), "17,2"),
        (Decimal("100"), "100"),
        (Decimal("1200.000"), f"1{N}200"),
        (Decimal("0.000"), "0"),
        (Decimal("-0.5"), "−0,5"),
        (Decimal("1E+3"), f"1{N}000"),
        (7, "7"),
    ],
)
def test_quantity(value: Decimal | int, shown: str) -> None:
    assert formatting.quantity(value) == shown


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("ru", "октябрь 2026", f"окт.{N}2026"),
        ("kk", "2026 жылғы қазан", f"қаз.{N}2026"),
        ("en", "October 2026", f"Oct{N}2026"),
        ("de", "October 2026", f"Oct{N}2026"),
    ],
)
def test_months(language: str, long: str, short: str) -> None:
    for value in (Month(2026, 10), dt.date(2026, 10, 31)):
        assert formatting.month(value, language) == long
        assert formatting.month_short(value, language) == short


def test_every_month_has_a_name_of_its_own() -> None:
    for language in ("ru", "kk", "en"):
        assert len({formatting.month_name(number, language) for number in range(1, 13)}) == 12
        assert len({formatting.month_short(Month(2026, number), language) for number in range(1, 13)}) == 12


def test_dates() -> None:
    assert formatting.date(dt.date(2026, 1, 2)) == "02.01.2026"
    assert formatting.datetime(dt.datetime(2026, 11, 12, 4, 5)) == "12.11.2026, 04:05"


@pytest.mark.parametrize(
    ("language", "says"), [("ru", "2 мая"), ("kk", "2 мамыр"), ("en", "2 May"), ("xx", "2 May")]
)
def test_a_day_of_a_month(language: str, says: str) -> None:
    assert formatting.day(dt.date(2026, 5, 2), language) == says.replace(" ", formatting.NBSP)
    assert formatting.day(None, language) == ""


@pytest.mark.parametrize(
    ("count", "ru", "kk", "en"),
    [
        (0, "0 месяцев", "0 ай", "0 months"),
        (1, "1 месяц", "1 ай", "1 month"),
        (3, "3 месяца", "3 ай", "3 months"),
        (5, "5 месяцев", "5 ай", "5 months"),
        (11, "11 месяцев", "11 ай", "11 months"),
        (12, "12 месяцев", "12 ай", "12 months"),
        (21, "21 месяц", "21 ай", "21 months"),
        (112, "112 месяцев", "112 ай", "112 months"),
    ],
)
def test_counted(count: int, ru: str, kk: str, en: str) -> None:
    for language, shown in (("ru", ru), ("kk", kk), ("en", en)):
        assert formatting.counted(count, "month", language) == shown.replace(" ", N)


@pytest.mark.parametrize(
    ("written", "shown", "dialled"),
    [
        ("+77012345678", f"+7{N}701{N}234-56-78", "+77012345678"),
        ("87012345678", f"+7{N}701{N}234-56-78", "+77012345678"),
        ("356-99-99", "356-99-99", "3569999"),
        ("(812) 303 96 96", f"(812){N}303{N}96{N}96", "+78123039696"),
        ("+7 (727) 315-00-00", f"+7{N}(727){N}315-00-00", "+77273150000"),
        ("", "", ""),
    ],
)
def test_phones(written: str, shown: str, dialled: str) -> None:
    assert formatting.phone(written) == shown
    assert formatting.tel(written) == dialled


@pytest.mark.parametrize(
    ("octets", "language", "shown"),
    [
        (0, "ru", "0 Б"),
        (1023, "ru", "1023 Б"),
        (1024, "kk", "1 КБ"),
        (31_900, "en", "31 KB"),
        (1_300_000, "ru", "1,2 МБ"),
        (1024 * 1024 - 1, "ru", "1 МБ"),
        (5 * 1024**4, "en", "5120 GB"),
    ],
)
def test_file_sizes(octets: int, language: str, shown: str) -> None:
    assert formatting.file_size(octets, language) == shown.replace(" ", N)


def test_nothing_is_shown_as_nothing() -> None:
    assert formatting.money(None) == formatting.amount(None) == formatting.signed_money(None) == ""
    assert formatting.quantity(None) == formatting.number(None) == formatting.date(None) == ""
    assert (
        formatting.datetime(None) == formatting.month(None, "ru") == formatting.month_short(None, "kk") == ""
    )
    assert formatting.counted(None, "day", "ru") == formatting.phone(None) == formatting.tel(None) == ""
    assert formatting.file_size(None, "ru") == ""
