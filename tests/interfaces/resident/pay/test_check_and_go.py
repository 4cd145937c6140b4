"""The check, the press of «Оплатить», the page before the bank: once, whatever is pressed how often."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.interfaces.resident.pay.kept import MOST
from abonent.payments.models import Payment
from abonent.payments.operations import paying
from tests.interfaces.resident.pay.conftest import Payer, account, hidden
from tests.interfaces.resident.test_cabinet_pages import words
from tests.payments.fake_gateway import FakeGateway

pytestmark = pytest.mark.django_db


def parts(payment: Payment) -> list[tuple[str, str | None, Decimal]]:
    rows = payment.parts.order_by("position").values_list("account__key", "service__code", "amount")
    return [tuple(row) for row in rows]


def test_the_check_says_everything_before_anybody_leaves(alice: Payer, bank: FakeGateway) -> None:
    said = words(alice.check(alice.choices("100 debt", "200 bill")).content)
    # 700.00 and 999.99, 1 %: 17.00
    assert "Будет списано 1 716,99 ₸" in said
    assert "На лицевой счёт 1 699,99 ₸ и комиссия 17,00 ₸." in said
    assert "000100 г. Алматы, ул. Абая, 1, 12 Долг за прошлые месяцы 700,00 ₸" in said
    assert "000200 г. Алматы, ул. Абая, 2 Счёт за октябрь 2026 999,99 ₸" in said
    assert "Способ оплаты Банковская карта" in said
    assert "Получатель ТОО «Свет»" in said
    assert "Квитанция придёт на alice@example.kz" in said
    assert "Оплатить 1 716,99 ₸" in said
    assert bank.calls == []
    assert not Payment.objects.exists()


def test_by_service_each_with_its_supplier_the_voluntary_one_only_when_it_was_typed(alice: Payer) -> None:
    home = account("100")
    from abonent.portal.models import Service

    of = {one.code: f"service-{home.public_id}-{one.pk}" for one in Service.objects.all()}
    typed = {of["power"]: "1 000,5", of["hot"]: "", of["insurance"]: "150"}
    checked = alice.check(alice.choices("100 services") | typed)
    said = words(checked.content)
    assert "Электроэнергия 1 000,50 ₸" in said
    assert "Страхование 150,00 ₸" in said
    assert "Горячая вода" not in said
    alice.confirm(checked)
    assert parts(Payment.objects.get()) == [
        ("100", "power", Decimal("1000.50")),
        ("100", "insurance", Decimal("150.00")),
    ]


def test_the_organisations_commission_adds_nothing_and_is_said(
    alice: Payer, settings: Any, paying: Any
) -> None:
    free = paying.methods[0].model_copy(
        update={"commission": paying.methods[0].commission.model_copy(update={"paid_by": "organisation"})}
    )
    settings.PORTAL = settings.PORTAL.model_copy(
        update={"paying": paying.model_copy(update={"methods": [free]})}
    )
    said = words(alice.check(alice.choices("200 bill")).content)
    assert "Будет списано 999,99 ₸ Для Вас без комиссии: её платит организация." in said


def test_paying_makes_it_at_the_bank_and_leads_there_through_a_page_of_ours(
    alice: Payer, bank: FakeGateway
) -> None:
    answer = alice.confirm(alice.check(alice.choices("100 bill", "200 bill")))
    made = Payment.objects.get()
    assert answer.headers["Location"] == reverse("payment_go", args=[made.public_id])
    assert parts(made) == [("100", None, Decimal("5000.50")), ("200", None, Decimal("999.99"))]
    assert (made.amount, made.commission) == (Decimal("6000.49"), Decimal("60.00"))
    assert bank.orders[0].amount == Decimal("6060.49")
    go = alice.get(answer.headers["Location"])
    assert go.headers["Refresh"] == f"1; url={made.confirmation_url}"
    assert f'href="{made.confirmation_url}"' in go.content.decode()
    assert "Там Вы оплатите 6 060,49 ₸: Банковская карта." in words(go.content)
    assert "no-store" in go.headers["Cache-Control"]


def test_pressed_twice_or_sent_again_by_the_back_button_it_is_one_payment(
    alice: Payer, bank: FakeGateway
) -> None:
    form = alice.choices("100 bill")
    checked = alice.check(form)
    first, second = alice.confirm(checked), alice.confirm(checked)
    assert first.headers["Location"] == second.headers["Location"]
    # The form itself, sent again after it has paid: its bill is on its way now, and no reproach comes.
    assert alice.check(form).redirect_chain[0] == (first.headers["Location"], 302)
    assert Payment.objects.count() == 1
    assert bank.calls.count("create") == 1


def test_in_a_second_tab_the_bill_is_on_its_way_already(alice: Payer, bank: FakeGateway) -> None:
    first, second = alice.choices("100 bill"), alice.choices("100 bill", key="key-2")
    checked = alice.check(second)
    alice.confirm(alice.check(first))
    said = words(alice.confirm(checked).content)
    assert "Лицевой счёт 000100: это уже оплачено или оплата в пути." in said
    assert "В пути, уже вычтено: 5 000,50 ₸." in said
    assert Payment.objects.count() == 1


def test_another_amount_on_top_of_what_is_on_its_way_is_asked_about(alice: Payer) -> None:
    alice.pay("100 bill")
    checked = alice.check(alice.choices("100 other 50", key="key-2"))
    assert "5 000,50 ₸ уже в пути, эта сумма вычтена." in words(checked.content)
    assert alice.confirm(checked).status_code == 302
    assert Payment.objects.count() == 2


def test_what_changed_between_the_check_and_the_press_is_shown_anew(alice: Payer) -> None:
    from abonent.ledger import booking
    from tests import billed

    checked = alice.check(alice.choices("100 bill"))
    entry = booking.Entry("bank", "9", account("100").pk, Decimal("1000.00"), billed.NOW.date())
    booking.book([entry], now=billed.NOW)
    again = alice.confirm(checked)
    assert "Платёж изменился" in words(again.content)
    assert "Будет списано 4 040,51 ₸" in words(again.content)
    assert not Payment.objects.exists()
    assert alice.confirm(again).status_code == 302
    assert Payment.objects.get().amount == Decimal("4000.50")


def test_a_changed_amount_in_the_hidden_fields_is_not_believed(alice: Payer, bank: FakeGateway) -> None:
    checked = alice.check(alice.choices("200 bill"))
    agreed = hidden(checked)["agreed"].replace("1009.99", "9.99").replace("999.99", "9.99")
    again = alice.confirm(checked, agreed=agreed)
    assert "Платёж изменился" in words(again.content)
    assert bank.calls == []


def test_change_leads_back_to_the_form_with_everything_in_it(alice: Payer) -> None:
    checked = alice.check(alice.choices("100 other 77", email="other@example.kz", method="free"))
    assert f'href="{reverse("pay")}?form=key-1"' in checked.content.decode()
    page = alice.get(f"{reverse('pay')}?form=key-1").content.decode()
    assert 'value="77"' in page
    assert 'value="other@example.kz"' in page
    assert 'value="free" id="method-free" checked' in page
    assert 'name="key" value="key-1"' in page


def test_the_check_has_an_address_that_back_and_refresh_find_again(alice: Payer, bob: Payer) -> None:
    checked = alice.check(alice.choices("100 bill"))
    there = f"{reverse('pay_check')}?form=key-1"
    assert checked.redirect_chain == [(there, 302)]
    assert words(alice.get(there).content) == words(checked.content)
    assert bob.get(there).headers["Location"] == reverse("pay"), "it is of the session"
    alice.confirm(checked)
    made = Payment.objects.get()
    assert alice.get(there).headers["Location"] == reverse("payment", args=[made.public_id])


def test_so_many_forms_are_remembered_and_nothing_else_of_them(alice: Payer) -> None:
    for number in range(MOST + 2):
        alice.check(alice.choices("200 bill", key=f"key-{number}", extra="x", csrf="y"))
    forms = alice.client.session["pay_forms"]
    assert list(forms) == [f"key-{number}" for number in range(2, MOST + 2)]
    assert set(forms["key-3"]) == {"key", "method", "email", f"what-{account('200').public_id}"}


def test_a_gateway_that_does_not_answer_keeps_the_payment(alice: Payer, bank: FakeGateway) -> None:
    bank.fault("create", "timeout")
    made = alice.pay("100 bill")
    assert made.state == "created"
    answer = alice.get(reverse("payment_go", args=[made.public_id]))
    assert answer.headers["Location"] == reverse("payment", args=[made.public_id])


def test_one_person_begins_so_many_payments_an_hour(alice: Payer, monkeypatch: Any) -> None:
    monkeypatch.setattr(paying, "MOST_AN_HOUR", 2)
    for number in range(2):
        alice.pay(f"200 other {number + 5}", key=f"k{number}")
    answer = alice.confirm(alice.check(alice.choices("200 other 9", key="k9")))
    assert answer.status_code == 429
    assert Payment.objects.count() == 2


def test_a_check_that_nothing_leads_to_begins_at_the_form(alice: Payer) -> None:
    assert alice.get(reverse("pay_check")).headers["Location"] == reverse("pay")


@pytest.mark.parametrize("accounts", [1, 2])
def test_the_queries_do_not_grow_with_the_accounts(cast: dict[str, Any], bank: Any, accounts: int) -> None:
    payer = Payer(cast["bob"] if accounts == 1 else cast["alice"])
    payer.get(reverse("pay"))
    with CaptureQueriesContext(connection) as form:
        payer.get(reverse("pay"))
    payer.check(payer.choices("100 bill"))
    with CaptureQueriesContext(connection) as check:
        payer.get(f"{reverse('pay_check')}?form=key-1")
    assert [len(form), len(check)] == [6, 7]
