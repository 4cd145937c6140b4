"""The page of a payment in every state, its receipt, and the payments' page that leads to it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from abonent.interfaces.resident.pay.outcome import outcome, timeline
from abonent.interfaces.resident.pay.result import LOOKS
from abonent.payments.models import Payment
from abonent.payments.operations import refunds, settling
from abonent.payments.queries import payment_facts
from tests.bills.paper.reading import text_of
from tests.interfaces.resident.pay.conftest import Payer, account
from tests.interfaces.resident.test_cabinet_pages import words
from tests.payments.fake_gateway import FakeGateway

pytestmark = pytest.mark.django_db


def page_of(payment: Payment) -> str:
    return reverse("payment", args=[payment.public_id])


def seen(payer: Payer, payment: Payment) -> str:
    return words(payer.get(page_of(payment)).content)


def paid(payer: Payer, bank: FakeGateway, *whats: str, **others: str) -> Payment:
    made = payer.pay(*(whats or ("100 bill",)), **others)
    bank.pay(made.public_id)
    payer.get(page_of(made))
    made.refresh_from_db()
    return made


def test_while_the_bank_is_silent_it_says_not_to_pay_twice_and_looks_again_by_itself(
    alice: Payer,
) -> None:
    made = alice.pay("100 bill")
    answer = alice.get(page_of(made))
    said = words(answer.content)
    assert f"Платёж № {made.pk}" in said
    assert "Ждём ответа банка" in said
    assert "Если Вы уже оплатили, не платите ещё раз" in said
    assert "Если ещё не оплатили, это можно сделать до" in said
    assert f'href="{reverse("payment_go", args=[made.public_id])}"' in answer.content.decode()
    assert answer.headers["Refresh"] == f"2; url={page_of(made)}?look=1"
    later = [alice.get(f"{page_of(made)}?look={look}").headers.get("Refresh") for look in (1, 3, 30, LOOKS)]
    assert later == [
        f"4; url={page_of(made)}?look=2",
        f"10; url={page_of(made)}?look=4",
        f"30; url={page_of(made)}?look=31",
        None,
    ]
    assert alice.get(f"{page_of(made)}?look=x").headers["Refresh"].startswith("2;")


def test_coming_back_asks_the_bank_and_believes_nothing_of_the_address(
    alice: Payer, bank: FakeGateway
) -> None:
    made = alice.pay("100 bill")
    assert "Ждём ответа банка" in words(alice.get(f"{page_of(made)}?status=success&paid=true").content)
    bank.pay(made.public_id)
    Payment.objects.update(returned_at=timezone.now() - timedelta(minutes=1))
    assert "Оплата зачислена" in seen(alice, made)


def test_booked_it_says_so_with_the_receipt(alice: Payer, bank: FakeGateway) -> None:
    made = paid(alice, bank, "100 bill", "200 other 100,50")
    answer = alice.get(page_of(made))
    said = words(answer.content)
    assert "Оплата зачислена" in said
    assert "Квитанцию отправляем на alice@example.kz." in said
    assert "На лицевой счёт 5 101,00 ₸ Комиссия 51,01 ₸ Всего с комиссией 5 152,01 ₸" in said
    assert "000200 На лицевой счёт 100,50 ₸" in said
    assert "Refresh" not in answer.headers
    assert "Обновить" not in said
    pdf = alice.get(reverse("payment_pdf", args=[made.public_id]))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert "no-store" in pdf.headers["Cache-Control"]
    text = text_of(pdf.content)
    for words_of_it in ("Квитанция об оплате", str(made.pk), "000100", "000200", "5 152,01", "ТОО «Свет»"):
        assert words_of_it in text
    assert "Ахметова" not in text


@pytest.mark.parametrize(
    ("reason", "words_of_it"),
    [
        ("insufficient_funds", "На карте не хватает денег."),
        ("478", "Срок действия карты истёк."),
        ("declined", "Банк не провёл платёж."),
        ("no such code", "Банк не провёл платёж."),
    ],
)
def test_declined_it_says_why_and_pays_again_with_the_same_choices(
    alice: Payer, bank: FakeGateway, reason: str, words_of_it: str
) -> None:
    made = alice.pay("100 debt", "200 other 50", method="free")
    bank.decline(made.public_id, reason)
    answer = alice.get(page_of(made))
    said = words(answer.content)
    assert "Платёж не прошёл" in said
    assert words_of_it in said
    assert "Деньги не списаны." in said
    assert reason not in said
    again = f"{reverse('pay')}?again={made.public_id}"
    assert f'href="{again}"' in answer.content.decode()
    form = alice.get(again).content.decode()
    home, other = account("100").public_id, account("200").public_id
    assert f'name="what-{home}" value="debt" id="what-{home}-debt" checked' in form
    assert f'name="what-{other}" value="other" id="what-{other}-other" checked' in form
    assert f'id="other-{other}" value="50,00"' in form
    assert 'value="free" id="method-free" checked' in form


def test_paying_again_by_service_fills_in_what_was_paid(alice: Payer, bank: FakeGateway) -> None:
    from abonent.portal.models import Service

    home = account("100").public_id
    fields = {one.code: f"service-{home}-{one.pk}" for one in Service.objects.all()}
    typed = {fields["insurance"]: "150", fields["hot"]: "1,50", fields["power"]: ""}
    made = alice.pay("100 services", **typed)
    bank.decline(made.public_id)
    alice.get(page_of(made))
    form = alice.get(f"{reverse('pay')}?again={made.public_id}").content.decode()
    for code, value in (("insurance", "150,00"), ("hot", "1,50"), ("power", "")):
        assert f'id="{fields[code]}" value="{value}"' in form


def test_expired_it_may_be_paid_again(alice: Payer, bank: FakeGateway) -> None:
    made = alice.pay("100 bill")
    bank.decline(made.public_id, "expired_on_confirmation")
    said = seen(alice, made)
    assert "Платёж не закончен" in said
    assert "Оплатить ещё раз" in said


def test_when_the_time_is_over_a_person_may_say_that_nothing_was_paid(
    alice: Payer, bank: FakeGateway
) -> None:
    made = alice.pay("100 bill")
    assert "Оплаты не было" not in seen(alice, made)
    Payment.objects.update(expires_at=timezone.now() - timedelta(minutes=1), returned_at=None)
    answer = alice.get(page_of(made))
    said = words(answer.content)
    assert "Время на оплату вышло. Если деньги списаны, платёж зачтётся сам." in said
    assert "Перейти на страницу банка" not in said
    assert alice.get(reverse("payment_go", args=[made.public_id])).headers["Location"] == page_of(made)
    assert "Оплаты не было" in said
    assert alice.client.post(page_of(made)).headers["Location"] == page_of(made)
    assert "Платёж не закончен" in seen(alice, made)


def test_another_sum_is_being_checked(alice: Payer, bank: FakeGateway) -> None:
    made = alice.pay("100 bill")
    bank.pay(made.public_id, amount=Decimal("1.00"))
    said = seen(alice, made)
    assert "Деньги получены, платёж проверяется" in said
    assert "Не платите ещё раз." in said
    assert f"назовите контакт-центру номер платежа: {made.pk}" in said
    assert "Оплатить ещё раз" not in said
    assert alice.get(reverse("payment_pdf", args=[made.public_id])).status_code == 404


def test_a_gateway_that_did_not_answer_and_goes_on_by_itself(alice: Payer, bank: FakeGateway) -> None:
    bank.fault("create", "timeout")
    bank.fault("ask", "timeout")
    made = alice.pay("100 bill")
    answer = alice.get(page_of(made))
    said = words(answer.content)
    assert "Связываемся с банком" in said
    assert "Деньги не списаны." in said
    assert "Перейти на страницу банка" not in said
    assert answer.headers["Refresh"]
    Payment.objects.update(returned_at=None)
    assert "Перейти на страницу банка" in seen(alice, made)


def test_given_back_whole_and_in_part(alice: Payer, bank: FakeGateway, cast: dict[str, Any]) -> None:
    clerk = cast["charlie"]
    made = paid(alice, bank, "200 bill", method="free")
    give = {"payment_id": made.pk, "reason": "twice", "staff": clerk}
    refunds.refund(amount=Decimal("99.99"), now=timezone.now(), **give)
    said = seen(alice, made)
    assert "Оплата зачислена" in said
    assert "Из них возвращено 99,99 ₸." in said
    refunds.refund(amount=Decimal("900.00"), now=timezone.now(), **give)
    said = seen(alice, made)
    assert "Деньги возвращены" in said
    assert "999,99 ₸ возвращена туда, откуда пришла: на карту или счёт" in said
    assert "Возвращено 999,99 ₸" in text_of(alice.get(reverse("payment_pdf", args=[made.public_id])).content)


def test_every_state_has_its_words_and_its_way(alice: Payer) -> None:
    from dataclasses import replace

    made = alice.pay("100 bill")
    facts = payment_facts(made.public_id, alice.person.pk)
    assert facts
    titles = set()
    for state in Payment.State.values:
        one = replace(facts, state=state, paid_at=made.created_at)
        found = outcome(one, to_bank=False, now=made.created_at)
        assert found.says
        assert timeline(one)[0][1] == "done"
        titles.add(found.title)
    assert len(titles) == len(Payment.State.values) - 1, "booked and told are one thing to the customer"


def test_somebody_elses_payment_does_not_exist(alice: Payer, bob: Payer, bank: FakeGateway) -> None:
    made = paid(alice, bank)
    for name in ("payment", "payment_go", "payment_pdf"):
        assert bob.get(reverse(name, args=[made.public_id])).status_code == 404
    assert bob.client.post(page_of(made)).status_code == 404
    again = bob.get(f"{reverse('pay')}?again={made.public_id}").content.decode()
    assert made.public_id not in again.split("<main")[1]


# --- «Платежи» ---


def payments(payer: Payer, key: str = "100") -> str:
    return payer.get(reverse("payments", args=[account(key).public_id])).content.decode()


def test_a_payment_on_its_way_stands_above_the_booked_ones(alice: Payer, bank: FakeGateway) -> None:
    made = alice.pay("100 bill", "200 bill")
    page = payments(alice)
    said = words(page.encode())
    assert "Онлайн-платежи" in said
    assert "5 000,50 ₸ Ждём ответа банка Продолжить" in said
    assert said.index("Ждём ответа банка") < said.index("Поступившие платежи")
    assert f'href="{page_of(made)}"' in page
    assert "999,99 ₸ Ждём ответа банка" in words(payments(alice, "200").encode())


def test_a_booked_one_leads_to_its_page_and_its_receipt(alice: Payer, bank: FakeGateway) -> None:
    made = paid(alice, bank)
    page = payments(alice)
    said = words(page.encode())
    assert "5 000,50 ₸ Зачислен Подробности" in said
    assert f'href="{reverse("payment_pdf", args=[made.public_id])}"' in page
    assert "5 000,50 ₸ Банковская карта" in said.split("Поступившие платежи")[1], "and it is booked"


def test_others_of_the_account_see_that_money_is_on_its_way_and_no_more(
    alice: Payer, bob: Payer, bank: FakeGateway
) -> None:
    made = alice.pay("100 bill")
    page = payments(bob)
    assert "Ждём ответа банка оплачивает другой пользователь этого счёта" in words(page.encode())
    assert made.public_id not in page
    bank.pay(made.public_id)
    settling.ask(payment_id=made.pk, cause="question", now=timezone.now())
    page = payments(bob)
    assert "Онлайн-платежи" not in words(page.encode())
    assert "5 000,50 ₸ Банковская карта" in words(page.encode())


def test_the_queries_do_not_grow_with_the_payments(alice: Payer, bank: FakeGateway) -> None:
    counted = []
    for number in range(3):
        made = alice.pay(f"100 other {number + 10}", key=f"key-{number}")
        bank.pay(made.public_id)
        alice.get(page_of(made))
        with CaptureQueriesContext(connection) as found:
            alice.get(page_of(made))
        payments(alice)
        with CaptureQueriesContext(connection) as listed:
            payments(alice)
        counted.append((len(found), len(listed)))
    assert counted == [(5, 5)] * 3


# --- «Оплатить» where people look for it ---


def test_whoever_owes_is_led_to_paying_first_from_the_account_and_the_list(
    alice: Payer, charlie: Payer
) -> None:
    home, closed = account("100").public_id, account("300").public_id
    to_pay = f"{reverse('pay')}?account={home}&amp;what=bill"
    page = alice.get(reverse("account", args=[home])).content.decode()
    assert f'<a class="button primary" href="{to_pay}">' in page
    assert f'href="{to_pay}"' in payments(alice)
    assert f'href="{to_pay}"' in alice.get(reverse("accounts")).content.decode()
    alice.pay("100 bill")
    page = alice.get(reverse("account", args=[home])).content.decode()
    assert f'<a class="button secondary" href="{to_pay}">' in page
    for name in ("account", "payments"):
        assert reverse("pay") not in charlie.get(reverse(name, args=[closed])).content.decode()


def test_a_portal_without_methods_shows_no_button(cast: dict[str, Any], settings: Any) -> None:
    from abonent.portal.profile import Paying

    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": Paying()})
    nobody = Payer(cast["alice"])
    for address in (
        reverse("account", args=[account("100").public_id]),
        reverse("payments", args=[account("100").public_id]),
        reverse("accounts"),
    ):
        assert f'href="{reverse("pay")}' not in nobody.get(address).content.decode()
