"""Formats of registries: samples, round trips, every refusal named, garbage never anything but refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.exchange.formats import acquirer, client_bank, gorod, sberbank
from abonent.exchange.registries.recognition import FORMATS, recognise
from abonent.exchange.registries.values import RegistryFile, day_in_name
from abonent.payments.registry_file import BadRegistry, RowGiven
from tests.exchange.registries import written

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SBER = (SAMPLES / "sber_15f_eqline.cp1251.txt").read_bytes()
GOROD = (SAMPLES / "gorod_type7.cp1251.txt").read_bytes()
DAY = date(2026, 11, 5)


def read(format_: Any, data: bytes | str, coding: str = "utf-8", **others: Any) -> list[RowGiven]:
    content = data.encode(coding) if isinstance(data, str) else data
    return list(format_.rows(RegistryFile(content, **({"day": DAY} | others))))


def refused(format_: Any, data: bytes | str, **others: Any) -> str:
    with pytest.raises(BadRegistry) as found:
        read(format_, data, **others)
    return str(found.value)


def test_sberbanks_sample() -> None:
    rows = read(sberbank, SBER)
    assert [(one.account, one.amount, one.commission) for one in rows] == [
        ("110110581", Decimal("1234.56"), Decimal("12.35")),
        ("110110582", Decimal("500.00"), Decimal("5.00")),
        ("000000017", Decimal("0.01"), Decimal("0.00")),
    ]
    assert rows[0] == RowGiven(
        line=1,
        operation="350611123501",
        paid_on=DAY,
        amount=Decimal("1234.56"),
        account="110110581",
        payer="ИВАНОВ ИВАН ИВАНОВИЧ",
        purpose="102026",
        commission=Decimal("12.35"),
    )
    assert rows[2].payer == 'ПЕТРОВА "А"'
    text = SBER.decode("cp1251")
    assert read(sberbank, text) == read(sberbank, "\ufeff" + text) == rows, "in UTF-8 it says the same"
    assert read(sberbank, text.replace("=\r\n", "="), "cp1251") == rows, "the trailer on one line"


def test_the_sample_of_gorod() -> None:
    rows = read(gorod, GOROD)
    assert [(one.account, one.amount, one.payer, one.paid_on) for one in rows] == [
        ("00-000001", Decimal("1234.56"), "ИВАНОВ И И", DAY),
        ("00-000002", Decimal("500.00"), "ПЕТРОВА А А", DAY),
    ]
    assert rows[0].purpose == "Водоснабжение; Пример пос,Западная ул,1,2"
    assert read(gorod, GOROD, day=None, name="gorod_05.11.2026.txt") == rows
    assert read(gorod, GOROD, day=date(2026, 11, 6))[0].operation != rows[0].operation


def test_twins_of_a_file_without_numbers_are_two_operations() -> None:
    line = "ИВАНОВ;ул,1;17;10.00;Вода\r\n"
    first, second = read(gorod, f"#FILESUM 20.00\r\n{line}{line}")
    assert second.operation == f"{first.operation}-2"


READINGS = (
    "05-11-2026;08-44-10;8647;8647999V;350611123501;110110581;110110581;ТЮМЕНЬ,1;102026;"
    "00781234;ХВС;1;15230;00781235;ЭЛ;2;7311.5;!;;;1234,56;1222,21;12,35\r\n=1;1234,56;1222,21;12,35\r\n"
)


def test_sberbanks_form_with_readings() -> None:
    (row,) = read(sberbank, READINGS, "cp1251")
    assert (row.account, row.amount, row.payer) == ("110110581", Decimal("1234.56"), "")
    assert row.purpose == "102026 00781234/ХВС/1/15230 00781235/ЭЛ/2/7311.5"
    without = READINGS.replace("00781234;ХВС;1;15230;00781235;ЭЛ;2;7311.5;", "")
    assert read(sberbank, without)[0].amount == Decimal("1234.56")


FIRST = SBER.decode("cp1251").split("\r\n")[0]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("3;1734,57;", "2;1734,57;", "line 5: count '2' is said, and the rows make 3"),
        ("3;1734,57;", "3;1734,58;", "line 5: total '1734.58' is said, and the rows make 1734.57"),
        ("17,35;123456", "17,36;123456", "line 5: commission '17.36' is said"),
        ("=\r\n3;1734,57;1717,22;17,35;123456;07-11-2026\r\n", "", "has no trailer"),
        ("=\r\n3;", "=\r\nthree;", "line 5: trailer 'three;1734,57"),
        ("07-11-2026\r\n", "07-11-2026\r\nmore", "line 6: text 'more' stands after the trailer"),
        ("05-11-2026;23", "31-02-2026;23", "line 2: day '31-02-2026' is no day like 05-11-2026"),
        ("1234.56;;;1234,56", "1 234.56;;;1234,56", "line 1: sum '1 234.56' is no sum like 1234.56"),
        ("500.00;;;", "500.00;;;;", "line 2: fields '16' are neither 12 nor 15"),
        ("5,00\r\n", "five\r\n", "line 2: commission 'five' is no sum"),
        ("ПЕТРОВА", "ПЕТ\x00ОВА", "line 3: holds a control character"),
    ],
)
def test_what_sberbanks_registry_must_not_say(was: str, becomes: str, said: str) -> None:
    text = SBER.decode("cp1251")
    assert was in text
    assert said in refused(sberbank, text.replace(was, becomes).encode("cp1251"))


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("1734.56", "1734.55", "line 1: FILESUM '1734.55' is said, and the rows make 1734.56"),
        ("#FILESUM 1734.56\r\n", "", "has no #FILESUM"),
        ("#TYPE 7", "#TYPE 5", "line 2: TYPE '5' is a type that nobody here reads"),
        ("00-000001;1234.56;Водоснабжение", "00-000001", "line 4: row 'ИВАНОВ И И"),
        ("500.00", "5e2", "line 5: sum '5e2' is no sum"),
    ],
)
def test_what_a_registry_of_gorod_must_not_say(was: str, becomes: str, said: str) -> None:
    text = GOROD.decode("cp1251")
    assert was in text
    assert said in refused(gorod, text.replace(was, becomes).encode("cp1251"))
    assert "name it: --day 2026-11-05" in refused(gorod, GOROD, day=None, name="gorod.txt")


def row(operation: str = "1", amount: str = "100.00", **others: Any) -> RowGiven:
    return RowGiven(line=0, operation=operation, paid_on=DAY, amount=Decimal(amount), **others)


PURPOSES = {
    "Оплата за ЖКУ л/с 0012345 за октябрь": "0012345",
    "ЛС: 00-000017, сумма 1234-56": "00-000017",
    "лицевой счёт № 17345. Без НДС": "17345",
    "Лицевой счет N17345": "17345",
    "по лиц.сч. 17345/10": "17345",
    "ЛСЧ 110110581;102026": "110110581",
    "Дербес шот 12345 бойынша": "12345",
    "Оплата л/с 111, л/с 222": "",
    "Договор 12345, счет 77": "",
    "за ПЛС 12345": "",
    "Перечисление по реестру 123": "",
}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_account_in_a_purpose(purpose: str) -> None:
    (found,) = read(client_bank, written.client_bank([row(purpose=purpose)]))
    assert (found.account, found.purpose) == (PURPOSES[purpose], purpose)


@pytest.mark.parametrize("filler", [" ", "1-", "сч"])
def test_a_purpose_longer_than_any_banks_is_not_looked_through(filler: str) -> None:
    """It is written by whoever pays, and would be looked through again from each of its characters."""
    (found,) = read(
        client_bank, written.client_bank([row(purpose="л/с 17 дербес шот" + filler * 50_000 + "x")])
    )
    assert found.account == ""


def test_the_account_by_a_pattern_of_ones_own() -> None:
    text = written.client_bank([row(purpose="договор №777-Ж, л/с 5")])
    (found,) = read(client_bank, text, account_pattern=r"договор №([0-9]+)")
    assert found.account == "777"
    assert "no group" in refused(client_bank, text, account_pattern="договор")
    assert "no regular expression" in refused(client_bank, text, account_pattern="(")


@pytest.mark.parametrize(("coding", "said"), [("cp1251", "Windows"), ("cp866", "DOS"), ("utf-8", "DOS")])
def test_a_bank_statement_in_its_encodings(coding: str, said: str) -> None:
    text = written.client_bank([row(payer="Ёжиков", purpose="л/с 17")], coding=said, leaving=["5.00"])
    (found,) = read(client_bank, text, coding)
    assert (found.payer, found.account, found.amount) == ("Ёжиков", "17", Decimal("100.00"))


def test_of_a_statement_only_what_came_in_counts() -> None:
    text = written.client_bank([row(), row(amount="7.00")], leaving=["1.00"])
    between = text.replace(written.THEIRS, "40702810900000000009", 1)
    own = frozenset({written.OURS, "40702810900000000009"})
    assert len(read(client_bank, text, own_accounts=own)) == 2
    assert [one.amount for one in read(client_bank, between, own_accounts=own)] == [Decimal("7.00")]
    assert "is no account of an organisation here" in refused(
        client_bank, text, own_accounts=frozenset({written.THEIRS})
    )


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("ВсегоПоступило=100.00", "ВсегоПоступило=101.00", "'101.00' is said, and the rows make 100.00"),
        ("КонецФайла", "", "has no КонецФайла"),
        ("Сумма=100.00", "Сумма=", "Сумма '' is no sum"),
        ("Дата=05.11.2026", "Дата=05.13.2026", "Дата '05.13.2026' is no day"),
        (f"РасчСчет={written.OURS}", "", "of no account"),
        ("1CClientBankExchange", "2C", "line 1: does not begin with 1CClientBankExchange"),
    ],
)
def test_what_a_statement_must_not_say(was: str, becomes: str, said: str) -> None:
    assert said in refused(client_bank, written.client_bank([row()]).replace(was, becomes))


def test_the_acquirers_payments_and_refunds() -> None:
    rows = [
        row("p1", reference="order-1"),
        row("p2", "7.50", account="0017"),
        row("r1", "-7.50", parent="p2"),
    ]
    found = read(acquirer, written.acquirer(rows))
    assert [replace(one, line=0) for one in found] == rows
    assert read(acquirer, b"") == read(acquirer, written.acquirer([])) == [], "a day without payments"


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (";REFUND;p1;", ";REFUND;;", "line 3: PARENT_TRANSACTION_ID '' is empty for a refund"),
        ("PAYMENT", "CHARGE", "line 2: type 'CHARGE' is neither PAYMENT nor REFUND"),
        ("100,00;", "a lot;", "line 2: amount 'a lot' is no sum"),
        (";AMOUNT;", ";;", "line 1: column 'amount' is missing"),
        (";100,00", ";100,00;100", "line 2: columns '9' are here, and the first line names 8"),
        ("p1;PAY", '"p1;PAY', "is no CSV"),
    ],
)
def test_what_an_acquirer_must_not_say(was: str, becomes: str, said: str) -> None:
    text = written.acquirer([row("p1"), row("r1", "-1.00", parent="p1")])
    assert was in text
    assert said in refused(acquirer, text.replace(was, becomes, 1))


def test_formats_are_recognised() -> None:
    assert recognise(SBER) == recognise(READINGS.encode("cp1251")) == "sberbank"
    assert recognise(b"=0;0,00;0,00;0,00") == recognise(b"\n\n=\n0;0;0;0") == "sberbank"
    assert recognise(GOROD) == recognise(b"\xef\xbb\xbf#FILESUM 0") == "gorod"
    assert recognise(written.client_bank([]).encode("cp866")) == "client_bank"
    assert recognise(written.acquirer([]).encode()) == "acquirer"
    for unknown in (b"", b"account,paid\n1,2\n", SBER[20:], b"PK\x03\x04"):
        with pytest.raises(BadRegistry, match="name it: --format"):
            recognise(unknown)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gorod_2026-11-05.txt", DAY),
        ("20261105.txt", DAY),
        ("05112026_1.txt", DAY),
        ("12345678901.txt", None),
        ("2026-11-05_2026-11-06.txt", None),
    ],
)
def test_the_day_in_a_name(name: str, found: date | None) -> None:
    assert day_in_name(name) == found


# Letters that cp1251 has, and nothing that parts fields.
TEXTS = st.text(st.sampled_from("АБВгдеЁё ІіQw\"',.№-17"), max_size=20).map(str.strip)
NAMES = st.text(st.sampled_from("0123456789ABCdef-"), min_size=1, max_size=30)
CENTS = st.integers(1, 10**9).map(lambda many: Decimal(many) / 100)
DAYS = st.dates(date(1991, 1, 1), date(2026, 11, 20))
GIVEN = st.builds(
    RowGiven,
    line=st.just(0),
    operation=NAMES,
    paid_on=DAYS,
    amount=CENTS,
    account=NAMES,
    payer=TEXTS,
    purpose=TEXTS,
    commission=st.integers(0, 10**6).map(lambda many: Decimal(many) / 100),
)


@given(st.lists(GIVEN, max_size=5), st.booleans(), st.booleans(), st.sampled_from(["cp1251", "utf-8"]))
def test_sberbank_round_trip(rows: list[RowGiven], one_line: bool, short: bool, coding: str) -> None:
    text = written.sberbank(rows, one_line=one_line, short=short)
    assert [replace(one, line=0) for one in read(sberbank, text, coding)] == rows


@given(st.lists(GIVEN, max_size=5), st.sampled_from(["cp1251", "utf-8"]))
def test_gorod_round_trip(rows: list[RowGiven], coding: str) -> None:
    found = read(gorod, written.gorod(rows), coding)
    wanted = [(one.payer, one.account, one.amount, one.purpose, DAY) for one in rows]
    assert [(one.payer, one.account, one.amount, one.purpose, one.paid_on) for one in found] == wanted
    assert len({one.operation for one in found}) == len(rows)


@given(st.lists(GIVEN, max_size=5), st.sampled_from(["cp1251", "utf-8"]))
def test_client_bank_round_trip(rows: list[RowGiven], coding: str) -> None:
    named = [replace(one, purpose=f"{one.purpose} л/с 1{at:04}") for at, one in enumerate(rows)]
    found = read(client_bank, written.client_bank(named, leaving=["3.00"]), coding)
    wanted = [(f"1{at:04}", one.payer, one.amount, one.paid_on) for at, one in enumerate(rows)]
    assert [(one.account, one.payer, one.amount, one.paid_on) for one in found] == wanted


@given(st.lists(st.tuples(GIVEN, st.booleans()), max_size=5))
def test_acquirer_round_trip(given_rows: list[tuple[RowGiven, bool]]) -> None:
    rows = [
        replace(one, amount=-one.amount, parent="p", payer="", purpose="")
        if refund
        else replace(one, reference="order", payer="", purpose="")
        for one, refund in given_rows
    ]
    assert [replace(one, line=0) for one in read(acquirer, written.acquirer(rows))] == rows


BEGINNINGS = [
    b"",
    b"1CClientBankExchange\n",
    "1CClientBankExchange\nРасчСчет=1\nСекцияДокумент=\n".encode(),
    b"#FILESUM 1\n",
    b"TRANSACTION_TYPE;TRANSACTION_ID;DATE;AMOUNT\n",
    b"=",
    b"=\n1;",
    FIRST.encode("cp1251"),
]
GARBAGE = st.builds(
    bytes.__add__,
    st.sampled_from(BEGINNINGS),
    st.binary(max_size=60) | st.text('0;=,.-\n#"P!А', max_size=60).map(str.encode),
)


@given(GARBAGE, st.sampled_from(sorted(FORMATS)))
def test_garbage_is_refused_or_read_and_nothing_else(data: bytes, name: str) -> None:
    said = []
    for do in (lambda: recognise(data), lambda: list(FORMATS[name].rows(RegistryFile(data, day=DAY)))):
        try:
            do()
        except BadRegistry as error:
            said.append(error.reason)
    assert all(said)
