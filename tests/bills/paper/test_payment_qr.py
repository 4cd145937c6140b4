"""GOST R 56042-2014: the payload's rules, payloads of others, and the code read from the printed page."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from abonent.bills.paper import PaymentOrder, PaymentQrError, render_receipt
from abonent.bills.paper.content import payment_order
from abonent.bills.paper.payment_qr import LONGEST_BLOCK, SEPARATORS, draw, parse, payload
from tests.bills.paper.examples import aes_receipt, electricity_receipt, housing_receipt
from tests.bills.paper.reading import has_qr, qr_of, text_of

SAMPLES = Path(__file__).parents[2] / "samples" / "payment_qr.tsv"

ORDER = PaymentOrder(
    name="ООО «Три кита»",
    account="40702810138250123017",
    bank_name='ОАО "БАНК"',
    bic="044525225",
    correspondent_account="30101810400000000225",
)


def _samples() -> Iterator[tuple[str, bytes]]:
    for line in SAMPLES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            note, _, text = line.partition("\t")
            encoding = {"1": "cp1251", "2": "utf-8"}[text[6]]
            yield note, text.encode(encoding)


@pytest.mark.parametrize(("note", "data"), [s for s in _samples() if not s[0].startswith("NEGATIVE")])
def test_payments_seen_in_the_wild_are_read(note: str, data: bytes) -> None:
    found = parse(data)
    assert len(found["personalacc"]) == 20
    assert found["sum"].isdigit()
    assert found["payeeinn"]


def test_a_sum_with_decimals_is_refused_by_name() -> None:
    wrong = [data for note, data in _samples() if note.startswith("NEGATIVE")]
    assert len(wrong) == 1
    with pytest.raises(PaymentQrError, match="Sum"):
        parse(wrong[0])


def test_the_mandatory_fields_come_first_in_their_order_and_kopecks_are_whole() -> None:
    data = payload(replace(ORDER, amount=Decimal("610.69"), payee_inn="7736520080", customer_account="017"))
    assert data.decode("cp1251") == (
        'ST00011|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ОАО "БАНК"|BIC=044525225'
        "|CorrespAcc=30101810400000000225|Sum=61069|PayeeINN=7736520080|PersAcc=017|TechCode=02"
    )


def test_kazakh_letters_need_utf_8() -> None:
    data = payload(replace(ORDER, name="«Жылу» ЖШС, Өскемен қ."))
    assert data.startswith(b"ST00012|")
    assert parse(data)["name"] == "«Жылу» ЖШС, Өскемен қ."


def test_the_separator_is_the_first_that_no_value_holds() -> None:
    data = payload(replace(ORDER, purpose="a|b#c;d", payer_address="e:f"))
    assert data[7:8] == b"^"
    assert parse(data)["purpose"] == "a|b#c;d"


def test_when_every_separator_is_taken_the_order_is_refused() -> None:
    with pytest.raises(PaymentQrError, match="separator"):
        payload(replace(ORDER, purpose=SEPARATORS))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("Name", {"name": ""}),
        ("Name", {"name": "Ж" * 161}),
        ("Name", {"name": "two\nlines"}),
        ("PersonalAcc", {"account": "4070281013825012301"}),
        ("PersonalAcc", {"account": "KZ836010131000012345"}),
        ("BankName", {"bank_name": "Б" * 46}),
        ("BIC", {"bic": "04452522"}),
        ("CorrespAcc", {"correspondent_account": "3010"}),
        ("PayeeINN", {"payee_inn": "1" * 13}),
        ("KPP", {"kpp": "1" * 10}),
        ("Sum", {"amount": Decimal("1.005")}),
        ("Sum", {"amount": Decimal("-1")}),
        ("AddAmount", {"late_fee": Decimal("0.001")}),
    ],
)
def test_what_breaks_a_limit_is_named(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(PaymentQrError) as caught:
        payload(replace(ORDER, **changes))  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_correspondent_account_may_be_zero() -> None:
    assert parse(payload(replace(ORDER, correspondent_account="0")))["correspacc"] == "0"


def test_no_sum_leaves_it_to_the_payer() -> None:
    assert "sum" not in parse(payload(replace(ORDER, amount=Decimal(0))))


def test_too_long_a_block_loses_optional_fields_in_the_documented_order() -> None:
    full = replace(
        ORDER, purpose="Оплата ЖКУ", payer_address="а" * 60, phone="+7" * 10, flat="17", kpp="997650001",
        category="к" * 40, service_name="у" * 40, customer_account="6262000",
    )  # fmt: skip
    found = parse(payload(full))
    assert not {"servicename", "category"} & set(found)
    assert found["phone"] == "+7" * 10
    assert found["payeraddress"] == "а" * 60
    assert found["persacc"] == "6262000"


def test_then_the_purpose_is_cut_and_nothing_else() -> None:
    found = parse(payload(replace(ORDER, name="И" * 100, purpose="п" * 160, customer_account="6262000")))
    assert 20 <= len(found["purpose"]) < 160
    assert found["name"] == "И" * 100
    assert found["persacc"] == "6262000"


def test_what_cannot_fit_at_all_is_refused() -> None:
    with pytest.raises(PaymentQrError, match="nothing left to drop"):
        payload(replace(ORDER, name="Қ" * 160))


_words = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x4FF, exclude_categories=["Cc", "Cs"]), max_size=60
)


@given(name=_words.filter(lambda text: text.strip()), purpose=_words, address=_words,
       kopecks=st.integers(min_value=1, max_value=10**9))  # fmt: skip
def test_whatever_is_written_is_read_back_and_stays_within_300_bytes(
    name: str, purpose: str, address: str, kopecks: int
) -> None:
    assume(not set(SEPARATORS) <= set(name + purpose + address))
    order = replace(ORDER, name=name, purpose=purpose, payer_address=address, amount=Decimal(kopecks) / 100)
    data = payload(order)
    assert len(data) - 8 <= LONGEST_BLOCK
    found = parse(data)
    assert found["name"] == name
    assert found["sum"] == str(kopecks)
    assert found.get("payeraddress", address) == address


@pytest.mark.parametrize(
    "data", [b"", b"ST0001", b"ST00011", b"ST00021|Name=x", b"ST00019|Name=x", b"http://x"]
)
def test_what_is_not_a_payment_is_said_so(data: bytes) -> None:
    with pytest.raises(PaymentQrError):
        parse(data)


def test_bytes_that_are_not_of_the_encoding_are_refused() -> None:
    with pytest.raises(PaymentQrError, match="utf-8"):
        parse(b"ST00012|Name=\xc8\xe2")


def test_a_longest_payload_still_prints_and_a_longer_one_is_refused() -> None:
    assert draw(b"x" * 308).modules <= 4 * 18 + 17
    with pytest.raises(PaymentQrError):
        draw(b"x" * 700)
    with pytest.raises(PaymentQrError):
        draw(b"x" * 5000)


@pytest.mark.parametrize(
    ("template", "receipt"), [("housing", housing_receipt), ("electricity", electricity_receipt)]
)
def test_the_code_on_the_page_holds_the_payment_byte_for_byte(template: str, receipt: object) -> None:
    order = payment_order(receipt)  # type: ignore[arg-type]
    assert order is not None
    assert qr_of(render_receipt(receipt, template=template)) == payload(order)  # type: ignore[arg-type]


def test_the_code_in_utf_8_is_read_from_the_page_too() -> None:
    payee = replace(housing_receipt.payees[0], name="«Жасыл аңғар» ЖШС")
    receipt = replace(housing_receipt, payees=(payee,))
    data = qr_of(render_receipt(receipt, template="housing"))
    assert data.startswith(b"ST00012")
    assert parse(data)["name"] == "«Жасыл аңғар» ЖШС"
    assert parse(data)["sum"] == "206341"


def test_a_kazakh_payee_has_no_such_code_and_incomplete_requisites_neither() -> None:
    assert payment_order(aes_receipt) is None
    assert not has_qr(render_receipt(aes_receipt))
    for field in ("bic", "correspondent_account", "bank", "account"):
        payee = replace(housing_receipt.payees[0], **{field: ""})
        receipt = replace(housing_receipt, payees=(payee,))
        assert payment_order(receipt) is None
        assert "2 063,41" in text_of(render_receipt(receipt, template="housing"))


def test_a_portal_may_print_no_code() -> None:
    assert not has_qr(render_receipt(replace(housing_receipt, payment_qr=False), template="housing"))


def test_names_longer_than_the_standard_allows_are_cut_not_refused() -> None:
    payee = replace(housing_receipt.payees[0], bank="Банк " * 20, name="Имя\nв две строки " + "я" * 50)
    order = payment_order(replace(housing_receipt, payees=(payee,)))
    assert order is not None
    found = parse(payload(order))
    assert len(found["bankname"]) <= 45
    assert found["name"].startswith("Имя в две строки")
