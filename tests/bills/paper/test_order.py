"""The payment of a bill is always one that a code can hold, and a decoder that is not ours reads it back."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from abonent.base.months import Month
from abonent.bills.paper import Customer, Payee, render_receipt
from abonent.bills.paper.content import payment_order
from abonent.bills.paper.order import bill_order
from abonent.bills.paper.payment_qr import (
    LARGEST_VERSION,
    LONGEST_BLOCK,
    SEPARATORS,
    PaymentOrder,
    draw,
    draw_lines,
    parse,
    payload,
)
from tests.bills.paper.examples import housing_receipt
from tests.bills.paper.reading import bytes_of, picture_of, qr_of

SAMPLES = Path(__file__).parents[2] / "samples" / "payment_qr.tsv"
MONTH = Month(2026, 10)
PAYEE = Payee(
    name="ООО «Дом»",
    tax_id="1655000001",
    account="40702810138250123017",
    bank='ПАО "БАНК"',
    bic="044525225",
    kpp="165501001",
    correspondent_account="30101810400000000225",
)
CUSTOMER = Customer(account="6262000", address="г. Зеленодольск, ул. Спортивная, д. 1, кв. 2")
LARGEST = Decimal("999999999999.99")

#: As long as the tables of the database let them be.
LONG_RUSSIAN = ("Управляющая компания «Ёлка» " * 8)[:200]
LONG_KAZAKH = ("«Өскемен қаласының тұрғын үйлері» ЖШС, Ұлытау өңірі " * 5)[:200]
LONG_BANK = {"russian": ("Филиал «Центральный» " * 8)[:160], "kazakh": ("«Қазақ Ұлттық Банкі» " * 8)[:160]}


def order(payee: Payee = PAYEE, customer: Customer = CUSTOMER, amount: str = "610.69") -> PaymentOrder:
    return bill_order(payee, month=MONTH, amount=Decimal(amount), customer=customer)


def read_back(given_order: PaymentOrder) -> bytes:
    """What the decoder reads of the paper's drawing and of the page's: the same bytes."""
    data = payload(given_order)
    for drawing in (draw(data), draw_lines(data)):
        assert drawing.modules <= 17 + 4 * LARGEST_VERSION
        assert bytes_of(picture_of(drawing)) == data
    return data


def test_the_whole_payload_of_a_plain_bill() -> None:
    assert read_back(order()).decode("cp1251") == (
        'ST00011|Name=ООО «Дом»|PersonalAcc=40702810138250123017|BankName=ПАО "БАНК"|BIC=044525225'
        "|CorrespAcc=30101810400000000225|Sum=61069|Purpose=Оплата услуг по счёту за 10.2026, л/с 6262000"
        "|PayeeINN=1655000001|PersAcc=6262000|PaymPeriod=102026|KPP=165501001|TechCode=02"
    )


@pytest.mark.parametrize("amount", ["0.01", "0.10", "1.00", "100", "2063.41", str(LARGEST)])
def test_sums_are_whole_kopecks(amount: str) -> None:
    assert parse(read_back(order(amount=amount)))["sum"] == str(int(Decimal(amount) * 100))


@pytest.mark.parametrize(
    ("name", "bank", "digit"),
    [(LONG_RUSSIAN, LONG_BANK["russian"], b"1"), (LONG_KAZAKH, LONG_BANK["kazakh"], b"2")],
    ids=["windows-1251", "UTF-8"],
)
def test_the_worst_bill_there_can_be(name: str, bank: str, digit: bytes) -> None:
    """Every text as long as it may be, the largest sum, each separator in use."""
    customer = Customer(account="9" * 30, address=(SEPARATORS + " Ё") * 12)
    data = read_back(order(replace(PAYEE, name=name, bank=bank), customer, str(LARGEST)))
    assert data[:8] == b"ST0001" + digit + b"|"
    assert len(data) - 8 <= LONGEST_BLOCK
    found = parse(data)
    assert found["sum"] == "99999999999999"
    assert found["persacc"] == "9" * 30
    assert found["personalacc"] == PAYEE.account
    assert name.startswith(found["name"])
    assert len(found["name"]) >= 20
    assert bank.startswith(found["bankname"])


def test_each_separator_in_turn_gives_way_to_the_next() -> None:
    for index in range(1, len(SEPARATORS)):
        taken = Customer(account="6262000", address=SEPARATORS[:index])
        data = read_back(order(customer=taken))
        # a space, a comma and a slash are in the purpose, dots and quotes are no separators
        assert data[7:8].decode() not in SEPARATORS[:index]
        assert parse(data)["persacc"] == "6262000"


def test_with_every_separator_in_use_only_the_bar_is_lost() -> None:
    found = parse(read_back(order(customer=Customer(account="6262000", address="a|b" + SEPARATORS[1:]))))
    assert found["payeraddress"] == "a b" + SEPARATORS[1:]


def test_the_worst_bill_is_read_from_the_printed_page() -> None:
    for name, bank in ((LONG_RUSSIAN, LONG_BANK["russian"]), (LONG_KAZAKH, LONG_BANK["kazakh"])):
        receipt = replace(
            housing_receipt,
            payees=(replace(PAYEE, name=name, bank=bank),),
            customer=replace(housing_receipt.customer, account="9" * 30, address=SEPARATORS * 6),
            stated_to_pay=LARGEST,
        )
        written = payment_order(receipt)
        assert written
        for template in ("housing", "electricity"):
            assert qr_of(render_receipt(receipt, template=template)) == payload(written)


def test_the_samples_of_others_are_read_as_they_are() -> None:
    """What banks printed, in their encodings, as a picture and back; the wrong one is in test_payment_qr."""
    lines = [line for line in SAMPLES.read_text("utf-8").splitlines() if not line.startswith(("#", "NEG"))]
    assert len(lines) == 3
    for line in lines:
        text = line.partition("\t")[2]
        data = text.encode({"1": "cp1251", "2": "utf-8"}[text[6]])
        assert bytes_of(picture_of(draw_lines(data))) == data


TEXTS = st.text(st.characters(max_codepoint=0x4FF, exclude_categories=["Cs"]), min_size=1, max_size=200)


@settings(max_examples=25)
@given(TEXTS.filter(str.strip), TEXTS.filter(str.strip), TEXTS, st.integers(1, 10**14 - 1))
@example(",.¬Ʊ ǁ1ëö", " ðÊ1ü!téưŉRȎ2", "0", 1_622_460_372)  # its columns read as a Codabar, too
def test_whatever_the_names_are_the_code_is_there(name: str, bank: str, address: str, kopecks: int) -> None:
    payee = replace(PAYEE, name="А" + name, bank="Б" + bank)
    data = read_back(order(payee, replace(CUSTOMER, address=address), str(Decimal(kopecks) / 100)))
    assert len(data) - 8 <= LONGEST_BLOCK
    found = parse(data)
    assert (found["sum"], found["persacc"]) == (str(kopecks), "6262000")
