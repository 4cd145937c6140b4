"""What banks send and are answered, to the byte (docs/domain/paying.md, "Banks that call")."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.payments.bank_protocols import MOST, BadCall, Check, Pay, Query, Refusal
from abonent.payments.bank_protocols.kaspi import Kaspi
from abonent.payments.bank_protocols.osmp import CODES, Osmp

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAID_AT = datetime(2026, 11, 5, 8, 44, 10, tzinfo=ALMATY)
KASPI_PAY = {
    "command": "pay",
    "txn_id": "1234567890",
    "txn_date": "20261105084410",
    "account": "110110581",
    "sum": "4137.00",
}
OSMP_PAY = {
    "action": "payment",
    "account": "110110581",
    "amount": "4137.00",
    "pay_id": "1234567890",
    "pay_date": "05.11.2026_08:44:10",
}
PAY = Pay("1234567890", "110110581", Decimal("4137.00"), PAID_AT)


def query(parts: dict[str, str]) -> Query:
    return {name: [value] for name, value in parts.items()}


def refused(protocol: Kaspi | Osmp, parts: dict[str, str]) -> BadCall:
    with pytest.raises(BadCall) as caught:
        protocol.read(query(parts), zone=ALMATY, now=NOW)
    return caught.value


def test_kaspi_asks_and_is_answered_as_the_bank_writes_it() -> None:
    asked = query({"command": "check", "txn_id": "1234567890", "account": "110110581", "sum": "200.00"})
    call = Kaspi().read(asked, zone=ALMATY, now=NOW)
    assert call == Check("110110581", "1234567890")
    answer = Kaspi().owes(call, payer="И*** И.", due=Decimal("4137.00"))
    assert answer.body.decode() == (
        '{"txn_id":"1234567890","result":0,"sum":"4137.00","comment":"OK",'
        '"fields":{"field1":{"@name":"Абонент","#text":"И*** И."}}}'
    )
    assert answer.media_type == "application/json; charset=utf-8"


def test_kaspi_pays_and_is_answered_as_the_bank_writes_it() -> None:
    assert Kaspi().read(query(KASPI_PAY), zone=ALMATY, now=NOW) == PAY
    answer = Kaspi().booked(PAY, number=987, at=NOW)
    assert json.loads(answer.body) == {
        "txn_id": "1234567890",
        "prv_txn_id": "987",
        "result": 0,
        "sum": "4137.00",
        "comment": "OK",
    }


def test_kaspi_in_xml_says_the_same() -> None:
    bank = Kaspi(xml=True)
    paid = ElementTree.fromstring(bank.booked(PAY, number=987, at=NOW).body)
    assert {one.tag: one.text for one in paid} == {
        "txn_id": "1234567890",
        "prv_txn_id": "987",
        "result": "0",
        "sum": "4137.00",
        "comment": "OK",
    }
    owed = ElementTree.fromstring(bank.owes(Check("1", "2"), payer="<И> & К°", due=Decimal(5)).body)
    field = owed.find("fields/field1")
    assert field is not None
    assert (field.get("name"), field.text) == ("Абонент", "<И> & К°")


def test_osmp_asks_pays_and_is_answered_as_the_bank_writes_it() -> None:
    assert Osmp().read(query({"action": "check", "account": "A"}), zone=ALMATY, now=NOW) == Check("A")
    assert Osmp().read(query(OSMP_PAY), zone=ALMATY, now=NOW) == PAY
    owed = ElementTree.fromstring(Osmp().owes(Check("A"), payer="И*** И.", due=Decimal("-5.10")).body)
    assert [(one.tag, one.text) for one in owed] == [
        ("CODE", "0"),
        ("MESSAGE", "OK"),
        ("FIO", "И*** И."),
        ("ADDRESS", None),
        ("BALANCE", "-5.10"),
        ("REC_SUM", "0.00"),
        ("INFO", None),
    ]
    at = datetime(2026, 11, 5, 8, 44, 12, tzinfo=ALMATY)
    paid = ElementTree.fromstring(Osmp().booked(PAY, number=987, at=at).body)
    assert [(one.tag, one.text) for one in paid] == [
        ("CODE", "0"),
        ("MESSAGE", "OK"),
        ("EXT_ID", "987"),
        ("REG_DATE", "05.11.2026_08:44:12"),
        ("AMOUNT", "4137.00"),
    ]


AMOUNTS = [
    ("200.00", Decimal("200.00")),
    ("200", Decimal("200.00")),
    ("200.5", Decimal("200.50")),
    ("0.01", Decimal("0.01")),
    ("10000000", MOST),
    ("10000000.01", Refusal.TOO_BIG),
    ("9" * 30, Refusal.TOO_BIG),
    ("0", Refusal.TOO_SMALL),
    ("0.00", Refusal.TOO_SMALL),
    ("-200.00", Refusal.BAD_AMOUNT),
    ("200,00", Refusal.BAD_AMOUNT),
    ("200.001", Refusal.BAD_AMOUNT),
    ("2e2", Refusal.BAD_AMOUNT),
    ("NaN", Refusal.BAD_AMOUNT),
    ("٢٠٠", Refusal.BAD_AMOUNT),
    ("", Refusal.BAD_AMOUNT),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_amounts_are_read_alike_by_both(text: str, expected: Decimal | Refusal) -> None:
    for protocol, parts in ((Kaspi(), KASPI_PAY | {"sum": text}), (Osmp(), OSMP_PAY | {"amount": text})):
        if isinstance(expected, Refusal):
            bad = refused(protocol, parts)
            assert (bad.why, bad.txn_id, bad.paying) == (expected, "1234567890", True)
        else:
            call = protocol.read(query(parts), zone=ALMATY, now=NOW)
            assert isinstance(call, Pay)
            assert call.amount == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261305084410",
        "2026110508441",
        "20261105084410Z",
        "20261131000000",
        "20250101000000",
        "20270101000000",
    ],
)
def test_a_date_that_is_none_or_cannot_be_true_is_refused(text: str) -> None:
    assert refused(Kaspi(), KASPI_PAY | {"txn_date": text}).why is Refusal.BAD_DATE


@pytest.mark.parametrize("text", ["", "05.11.2026 08:44:10", "2026-11-05_08:44:10", "31.11.2026_08:44:10"])
def test_osmp_knows_its_own_form_of_a_date_only(text: str) -> None:
    assert refused(Osmp(), OSMP_PAY | {"pay_date": text}).why is Refusal.BAD_DATE


@pytest.mark.parametrize("txn_id", ["", "1" * 21, "1 2", "ид", "1\n2", "1\x002"])
def test_an_id_that_cannot_be_kept_is_refused_and_nothing_is_kept_of_it(txn_id: str) -> None:
    bad = refused(Kaspi(), KASPI_PAY | {"txn_id": txn_id})
    assert (bad.why, bad.txn_id) == (Refusal.BAD_ID, "")
    assert refused(Osmp(), OSMP_PAY | {"pay_id": txn_id * 2}).why is Refusal.BAD_ID


@pytest.mark.parametrize("account", ["", "1" * 21, "1 2", "1\x002"])
def test_an_account_that_cannot_be_one_is_not_found(account: str) -> None:
    bad = refused(Kaspi(), KASPI_PAY | {"account": account})
    assert (bad.why, bad.txn_id) == (Refusal.NO_ACCOUNT, "1234567890")
    assert refused(Kaspi(), {"command": "check", "txn_id": "1", "account": account}).why is Refusal.NO_ACCOUNT


def test_a_parameter_given_twice_is_nobodys_request() -> None:
    for name in KASPI_PAY:
        with pytest.raises(BadCall) as caught:
            Kaspi().read(query(KASPI_PAY) | {name: [KASPI_PAY[name], "x"]}, zone=ALMATY, now=NOW)
        assert caught.value.why is Refusal.UNKNOWN_REQUEST
    for parts in ({}, {"command": "refund"}, {"action": "pay"}):
        assert refused(Kaspi(), parts).why is Refusal.UNKNOWN_REQUEST
        assert refused(Osmp(), parts).why is Refusal.UNKNOWN_REQUEST


def test_the_sum_of_a_check_is_fictitious() -> None:
    for given_sum in ("", "x", "-1", "200.00"):
        parts = {"command": "check", "txn_id": "1", "account": "2", "sum": given_sum}
        assert Kaspi().read(query(parts), zone=ALMATY, now=NOW) == Check("2", "1")


def test_the_moment_is_local_and_may_come_late_or_a_little_early() -> None:
    late = NOW - timedelta(days=365)
    for moment in (late, NOW + timedelta(hours=23)):
        text = f"{moment.astimezone(ALMATY):%Y%m%d%H%M%S}"
        call = Kaspi().read(query(KASPI_PAY | {"txn_date": text}), zone=ALMATY, now=NOW)
        assert isinstance(call, Pay)
        assert call.paid_at == moment


KASPI_RESULTS = {
    (Refusal.NO_ACCOUNT, False): 1,
    (Refusal.NO_ACCOUNT, True): 1,
    (Refusal.TEMPORARY, True): 4,
    (Refusal.TEMPORARY, False): 5,
}


@pytest.mark.parametrize("why", Refusal)
@pytest.mark.parametrize("paying", [False, True])
def test_every_refusal_has_its_number(why: Refusal, paying: bool) -> None:
    answer = Kaspi().refused(why, txn_id="7", paying=paying)
    expected = KASPI_RESULTS.get((why, paying), 5)
    assert json.loads(answer.body) == {"txn_id": "7", "result": expected, "comment": why.value}
    assert answer.result == expected
    xml = ElementTree.fromstring(Osmp().refused(why, paying=paying).body)
    assert xml.findtext("CODE") == str(CODES[why])
    assert 5 not in CODES.values()


@given(st.dictionaries(st.sampled_from([*KASPI_PAY, *OSMP_PAY]), st.lists(st.text(max_size=45), max_size=2)))
def test_whatever_comes_is_read_or_refused(asked: dict[str, list[str]]) -> None:
    for protocol in (Kaspi(), Osmp()):
        try:
            protocol.read(asked, zone=ALMATY, now=NOW)
        except BadCall as bad:
            answer = protocol.refused(bad.why, txn_id=bad.txn_id, paying=bad.paying)
            assert answer.result != 0


@given(st.text(max_size=60))
def test_no_name_breaks_the_answer(payer: str) -> None:
    shown = "".join(ch for ch in payer if ch.isprintable())
    call = Check("1", "2")
    assert json.loads(Kaspi().owes(call, payer=shown, due=Decimal(1)).body)["result"] == 0
    for protocol in (Kaspi(xml=True), Osmp()):
        ElementTree.fromstring(protocol.owes(call, payer=shown, due=Decimal(1)).body)
