"""The receipt of a payment."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from abonent.bills.paper import PaidPart, PaymentReceipt, render_payment
from tests.bills.paper.examples import statement
from tests.bills.paper.reading import in_order, text_of

receipt = PaymentReceipt(
    number="1024",
    paid_at=datetime(2026, 11, 21, 14, 5),
    method={"ru": "Банковская карта", "kk": "Банк картасы", "en": "Bank card"},
    parts=(
        PaidPart(
            account="0110110581",
            address="г. Алматы, ул. Абая, 1, 12",
            payee={"ru": "ТОО «Свет»", "kk": "«Жарық» ЖШС"},
            amount=Decimal("4784.00"),
        ),
        PaidPart(account="000200", service="Горячая вода", payee="АО «Тепло»", amount=Decimal("1200.50")),
        PaidPart(account="000200", service="Отопление", payee="АО «Тепло»", amount=Decimal("15.50")),
    ),
    brand=statement.brand,
    commission=Decimal("47.84"),
    currency="₸",
)


def test_it_names_accounts_services_amounts_and_the_commission() -> None:
    text = text_of(render_payment(receipt))
    assert in_order(
        text, "Квитанция об оплате", "Номер платежа", "1024", "21.11.2026, 14:05", "Банковская карта",
        "ТОО «Свет»", "АО «Тепло»",
        "0110110581", "Оплата начислений по лицевому счёту", "г. Алматы, ул. Абая, 1, 12", "4 784,00 ₸",
        "000200", "Горячая вода", "1 200,50 ₸", "Отопление", "15,50 ₸",
        "6 000,00 ₸", "Комиссия", "47,84 ₸", "Списано", "6 047,84 ₸",
        "не кассовый (фискальный) чек",
    )  # fmt: skip
    assert text.count("АО «Тепло»") == 1, "a payee once, whatever the services"
    assert "Возвращено" not in text


def test_without_a_commission_only_what_was_charged_stands_there() -> None:
    text = text_of(render_payment(replace(receipt, commission=Decimal(0))))
    assert "Комиссия" not in text
    assert in_order(text, "Списано", "6 000,00 ₸")


def test_what_was_given_back_is_said() -> None:
    text = text_of(render_payment(replace(receipt, refunded=Decimal("1200.50"))))
    assert in_order(text, "Списано", "6 047,84 ₸", "Возвращено", "1 200,50 ₸")


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        (("kk", "ru"), ("Төлем туралы түбіртек", "Квитанция об оплате", "Банк картасы")),
        (("en",), ("Payment receipt", "Bank card", "it is not a fiscal receipt")),
    ],
)
def test_it_speaks_the_languages_of_the_portal(languages: tuple[str, ...], said: tuple[str, ...]) -> None:
    assert in_order(text_of(render_payment(replace(receipt, languages=languages))), *said)


def test_the_same_payment_gives_the_same_bytes_and_text_is_never_markup() -> None:
    odd = replace(receipt, parts=(replace(receipt.parts[0], address="#panic() $x$ *_"),))
    assert render_payment(odd) == render_payment(odd)
    assert "#panic() $x$ *_" in text_of(render_payment(odd))
