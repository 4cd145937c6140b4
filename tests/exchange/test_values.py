"""The rules of a value, one at a time; and that what checks whole blocks never disagrees with them."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from abonent.base.identifiers import account_key
from abonent.base.months import Month
from abonent.exchange.blocks import Block
from abonent.exchange.checks import Checker
from abonent.exchange.formats.bundle import (
    ACCOUNTS,
    ANSWERS,
    CHARGES,
    FILES,
    ORGANISATIONS,
    READINGS,
    Column,
    File,
    parse,
    problem,
    time_zones,
)
from abonent.exchange.problems import Problems
from abonent.exchange.resolution import Accounts, account_keys

TODAY = date(2026, 11, 21)
OPENING = CHARGES.column("opening")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "required but empty"),
        ("NaN", "not a number"),
        ("-inf", "not a number"),
        ("1e5", "exponent"),
        ("1 234.56", "thousands parted"),
        ("1,234.56", "thousands parted"),
        ("1'234'567.00", "thousands parted"),
        ("1234,56", "decimal comma"),
        ("1.234", "more than 2 digits behind"),
        ("1234567890123", "more than 12 digits"),
        ("+5", "not a number written like"),
        (".5", "not a number written like"),
        ("5.", "not a number written like"),
        ("0x10", "not a number written like"),
        ("٣", "not a number written like"),
        (" 5", "not a number written like"),
        ("−5", "not a number written like"),
    ],
)
def test_money_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert reason in problem(OPENING, text, today=TODAY)


@pytest.mark.parametrize(
    ("file", "column", "text", "reason"),
    [
        (CHARGES, "month", "2026-13", "not a month"),
        (CHARGES, "month", "2027-01", "later than next month"),
        (CHARGES, "month", "1899-12", "before 1900-01"),
        (CHARGES, "tariff", "-1", "negative"),
        (READINGS, "taken_on", "2026-11-22", "future"),
        (READINGS, "taken_on", "2026-02-30", "does not exist"),
        (READINGS, "taken_on", "21.11.2026", "not a date"),
        (READINGS, "scale", "noon", "none of total"),
        (ACCOUNTS, "residents", "1000", "not between 0 and 999"),
        (ACCOUNTS, "residents", "2.5", "not a whole number"),
        (ACCOUNTS, "number", "---", "no letter or digit"),
        (ACCOUNTS, "number", "1" * 31, "longer than 30"),
        (ACCOUNTS, "payer", "   ", "required but empty"),
        (ACCOUNTS, "payer", "a\tb", "control character"),
        (ACCOUNTS, "organisation", "a b", "holds a space"),
        (ACCOUNTS, "contact_email", "alice", "not an e-mail"),
        (ACCOUNTS, "categories", "electric_stove  alone", "not words of a to z and _"),
        (ACCOUNTS, "categories", "Rural", "not words of a to z and _"),
        (ACCOUNTS, "categories", "rural " * 20 + "rural", "longer than 120"),
        (ORGANISATIONS, "time_zone", "Almaty", "no time zone"),
        (ORGANISATIONS, "time_zone", "asia/almaty", "no time zone"),
        (ORGANISATIONS, "readings_from", "32", "not between 1 and 31"),
        (ANSWERS, "reading", "-1", "not between 0 and"),
        (ANSWERS, "month", "2027-01", "later than next month"),
    ],
)
def test_other_values_are_refused_with_their_reason(file: File, column: str, text: str, reason: str) -> None:
    assert reason in problem(file.column(column), text, today=TODAY)


def test_values_are_parsed() -> None:
    assert parse(OPENING, "-0.5") == Decimal("-0.5")
    assert parse(CHARGES.column("volume"), "") is None
    assert parse(CHARGES.column("month"), "2026-10") == Month(2026, 10)
    assert parse(READINGS.column("scale"), "") == "total"
    assert parse(ACCOUNTS.column("payer"), " Алия ") == "Алия"
    assert parse(ACCOUNTS.column("residents"), "03") == 3
    assert parse(READINGS.column("taken_on"), "2024-02-29") == date(2024, 2, 29)


@given(st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=2))
def test_every_amount_that_fits_is_taken_and_kept(amount: Decimal) -> None:
    text = f"{amount:f}"
    assert problem(OPENING, text, today=TODAY) == ""
    assert parse(OPENING, text) == amount


@given(st.text(max_size=20))
def test_what_the_rules_take_can_be_parsed(text: str) -> None:
    for file in FILES:
        for column in file.columns:
            if not problem(column, text, today=TODAY) and (text.strip(" ") or not column.required):
                parse(column, text)


def good(column: Column) -> st.SearchStrategy[str]:
    """Values that the rules take, and near misses."""
    if column.kind in {"date", "month"}:
        days = st.dates(date(1899, 1, 1), date(2201, 1, 1))
        return days.map(lambda day: str(day)[: 10 if column.kind == "date" else 7])
    if column.kind in {"choice", "time_zone"}:
        return st.sampled_from(column.choices or sorted(time_zones()))
    if column.kind == "words":
        return st.from_regex(r"[a-z_]{1,70}( [a-z_A]{1,70}){0,2}", fullmatch=True)
    if column.kind in {"decimal", "integer"}:
        return st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,6})?", fullmatch=True) | st.sampled_from(
            ["0", "00", "-0"]
        )
    return st.text("aZяҚ09 @.-_/", max_size=45) | st.emails()


def lines(file: File) -> st.SearchStrategy[list[str]]:
    wild = st.text(max_size=8) | st.sampled_from(["", "NaN", "1e5", '"', '""', ",", "a,b", "1 000"])
    values = [st.one_of(good(column), good(column), good(column), wild) for column in file.columns]
    return st.tuples(*values).map(list)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_blocks_are_judged_as_values_are(data: st.DataObject) -> None:
    """A block is good where each of its values is: whether the fast way took it, or the slow one."""
    file = data.draw(st.sampled_from(FILES))
    wanted = data.draw(st.lists(lines(file), min_size=1, max_size=4))
    wanted = [row for row in wanted if not any(ch in value for value in row for ch in "\r\n")]
    assume(wanted)
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(wanted)
    problems = Problems()
    checker = Checker(file, [column.name for column in file.columns], problems, today=TODAY)
    block = text.getvalue().encode("utf-8", "surrogatepass")
    try:
        block.decode()
    except UnicodeDecodeError:
        return
    frame = checker.check(Block(block, block.decode(), 2, block.count(b"\n")))
    right = {
        at + 2: [value.strip(" ") or None for value in row]
        for at, row in enumerate(wanted)
        if not any(problem(c, v, today=TODAY) for c, v in zip(file.columns, row, strict=True))
    }
    assert {row[0]: [value or None for value in row[1:]] for row in frame.iter_rows()} == right
    assert {one.line for one in problems.kept} == set(range(2, len(wanted) + 2)) - set(right)


@given(
    st.lists(st.none() | st.text("0019aZя-. ٣", max_size=8) | st.from_regex(r"[0-9]{1,30}", fullmatch=True))
)
def test_keys_of_columns_are_keys_of_numbers(numbers: list[str | None]) -> None:
    import polars as pl

    keys = account_keys(pl.Series("account", numbers, dtype=pl.String)).to_list()
    assert keys == [None if number is None else account_key(number) for number in numbers]


@given(
    st.lists(st.text("019aZ-", min_size=1, max_size=6).filter(account_key), min_size=1, max_size=30),
    st.lists(st.text("019aZ-+ ", min_size=1, max_size=6), min_size=1, max_size=30),
)
def test_accounts_are_found_by_any_spelling(known: list[str], asked: list[str]) -> None:
    import polars as pl

    ids = {account_key(number): at for at, number in enumerate(known, 100)}
    accounts = Accounts([f"{key},{id_}\n" for key, id_ in ids.items()])
    asked += known
    places = accounts.places(pl.Series(asked))
    found = [None if place is None else accounts.ids[place] for place in places]
    assert found == [ids.get(account_key(number)) for number in asked]
