"""Each fact: what is read, what fits, and what never fits."""

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.accounts.proofs import CHECKS, Known, facts_match, read_surname, readable
from abonent.portal.profile import Fact

KNOWN = Known(
    "Әбілқасымова-Щедрина Алёна Ivanovna", "012а", date(2026, 10, 3), (Decimal("1234.50"), Decimal("20.00"))
)

RIGHT = {
    "last_payment_amount": ["1234,50", "1234.5", "1 234,50", "1\u00a0234,50", "0001234,50", "20", " 20,00 "],
    "last_payment_date": ["03.10.2026", "3.10.2026", "2026-10-03", "03/10/2026", " 03. 10. 2026 "],
    "last_payment_month": ["2026-10", "10.2026", "10/2026", "2026-10 "],
    "last_payment_month_and_day": ["10-03", "10-3", "03.10", "3.10"],
    "surname": [
        "Әбілқасымова-Щедрина",
        "ӘБІЛҚАСЫМОВА-ЩЕДРИНА",
        "әбілқасымова щедрина",
        "Абилкасымова—Щедрина",
        "  Әбілқасымоващедрина",
    ],
    "flat": ["12а", "12А", "12 а", "кв. 12а", "№ 012А", "12a", "12-а", "пәтер 12а"],
}
WRONG = {
    "last_payment_amount": ["1234,51", "1234", "-20", "1254,50"],
    "last_payment_date": ["10.03.2026", "03.10.2025", "04.10.2026"],
    "last_payment_month": ["2026-11", "2025-10"],
    "last_payment_month_and_day": ["03-10", "10-04", "10.03"],
    "surname": ["Әбілқасымова", "Щедрина", "Алёна", "Әбілқасымова-Щедрина Алёна"],
    "flat": ["12", "12б", "2а", "112а"],
}
UNREADABLE = {
    "last_payment_amount": ["", " ", "0", "0,00", "-5", "1e5", "NaN", "12,345", "1,234.50", "сто"],
    "last_payment_date": ["", "31.02.2026", "2026", "00.10.2026", "3.10.26", "вчера"],
    "last_payment_month": ["", "2026-13", "2026-00", "10", "0000-10"],
    "last_payment_month_and_day": ["", "13-01", "02-30", "1", "0-1"],
    "surname": ["", "-", "12", "  "],
    "flat": ["", " ", "-", "кв.", "0"],
}


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(fact, text) for fact, texts in table.items() for text in texts]


def test_every_fact_a_profile_may_ask_has_a_check() -> None:
    assert set(CHECKS) == set(get_args(Fact)) == set(RIGHT) == set(WRONG) == set(UNREADABLE)


@pytest.mark.parametrize(("fact", "text"), pairs(RIGHT))
def test_a_right_answer_is_forgiven_its_spelling(fact: str, text: str) -> None:
    assert readable(fact, text)
    assert facts_match([fact], {fact: text}, KNOWN)


@pytest.mark.parametrize(("fact", "text"), pairs(WRONG))
def test_a_wrong_answer_does_not_fit(fact: str, text: str) -> None:
    assert not facts_match([fact], {fact: text}, KNOWN)


@pytest.mark.parametrize(("fact", "text"), pairs(UNREADABLE))
def test_what_cannot_be_an_answer_is_named_and_never_fits(fact: str, text: str) -> None:
    assert not readable(fact, text)
    assert not facts_match([fact], {fact: text}, KNOWN)
    assert not facts_match([fact], {fact: text}, Known())


def test_all_facts_are_asked() -> None:
    asked = ["last_payment_month", "last_payment_amount"]
    right = {"last_payment_month": "2026-10", "last_payment_amount": "20"}
    assert facts_match(asked, right, KNOWN)
    for fact in asked:
        assert not facts_match(asked, right | {fact: WRONG[fact][0]}, KNOWN)
        assert not facts_match(asked, {other: text for other, text in right.items() if other != fact}, KNOWN)
    assert not facts_match([], right, KNOWN)


@pytest.mark.parametrize("fact", CHECKS)
@given(text=st.text(max_size=40))
def test_nothing_fits_an_account_billing_knows_nothing_of(fact: str, text: str) -> None:
    assert not facts_match([fact], {fact: text}, Known())


@pytest.mark.parametrize("fact", CHECKS)
@given(text=st.text(max_size=40))
def test_any_text_is_answered_with_yes_or_no(fact: str, text: str) -> None:
    assert facts_match([fact], {fact: text}, KNOWN) in (True, False)


@given(
    amount=st.decimals("0.01", "99999999.99", places=2), other=st.decimals("0.01", "99999999.99", places=2)
)
def test_an_amount_fits_itself_alone(amount: Decimal, other: Decimal) -> None:
    known = Known(amounts=(amount,))
    for text in (f"{amount}", f"{amount:,}".replace(",", " ").replace(".", ","), f"000{amount}"):
        assert facts_match(["last_payment_amount"], {"last_payment_amount": text}, known)
    assert facts_match(["last_payment_amount"], {"last_payment_amount": str(other)}, known) == (
        amount == other
    )


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_is_read_in_every_spelling(day: date) -> None:
    known = Known(paid_on=day, amounts=(Decimal(1),))
    spellings = {
        "last_payment_date": [f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", day.isoformat()],
        "last_payment_month": [f"{day:%Y-%m}", f"{day:%m.%Y}"],
        "last_payment_month_and_day": [f"{day:%m-%d}", f"{day:%d.%m}"],
    }
    for fact, text in pairs(spellings):
        assert facts_match([fact], {fact: text}, known)


@given(name=st.text(st.sampled_from("абвёәғқңөұүһіяАБЁӘҒҚҢӨҰҮҺІЯ"), min_size=1))
def test_a_surname_fits_in_any_case(name: str) -> None:
    assert read_surname(name.upper()) == read_surname(name.lower()) == read_surname(name)
    assert facts_match(["surname"], {"surname": name.swapcase()}, Known(payer=f"{name} Имя Отчество"))
