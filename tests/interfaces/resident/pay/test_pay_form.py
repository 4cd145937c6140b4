"""What the form of paying offers, and what it says to what is typed in it."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account, AccountLink
from abonent.ledger import booking
from abonent.payments.models import Payment
from abonent.portal.profile import FiscalReceipts, Paying
from tests import billed
from tests.interfaces.resident.pay.conftest import Payer, account, method
from tests.interfaces.resident.test_cabinet_pages import words

pytestmark = pytest.mark.django_db


def chosen(page: str) -> dict[str, str]:
    """The radio buttons that are ticked, by their names."""
    ticked = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)" id="[^"]+" checked', page)
    return dict(ticked)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" id="[^"]+" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_it_offers_the_bill_the_debt_another_amount_and_the_services(alice: Payer) -> None:
    home = account("100")
    page = alice.get(f"{reverse('pay')}?account={home.public_id}&what=bill").content.decode()
    said = words(page.encode())
    # 4 700.00 and 300.50; the insurance is in no sum. Of them 700.00 are owed since before October.
    assert "Лицевой счёт 000100 г. Алматы, ул. Абая, 1, 12" in said
    assert "Счёт за октябрь 2026 5 000,50 ₸" in said
    assert "Только долг за прошлые месяцы 700,00 ₸" in said
    assert "Другая сумма" in said
    assert "По услугам" in said
    assert chosen(page)[f"what-{home.public_id}"] == "bill"
    assert chosen(page)[f"what-{account('200').public_id}"] == "none"
    assert chosen(page)["method"] == "card"
    assert "Комиссия 1 %, не меньше 10,00 ₸" in said
    assert "Система быстрых платежей Без комиссии" in said
    assert field(page, "email") == "alice@example.kz"


def test_a_voluntary_service_stands_apart_with_nothing_filled_in(alice: Payer) -> None:
    home = account("100")
    page = alice.get(f"{reverse('pay')}?account={home.public_id}&what=services").content.decode()
    said = words(page.encode())
    at = said.index("Эти услуги добровольные")
    assert "Страхование" in said[at:]
    assert "В счёте: 150,00 ₸" in said[at:]
    assert "Страхование" not in said[:at]
    amounts = re.findall(r'name="service-[^"]+-(\d+)" id="[^"]+" value="([^"]*)"', page)
    assert sorted(value for _, value in amounts if value) == ["300,50", "4 700,00"]
    assert [value for _, value in amounts].count("") == 1
    assert (
        "checked"
        not in page[page.index("Эти услуги добровольные") :].split("</fieldset>")[0].split('value="none"')[0]
    )


def test_all_bills_are_one_press(alice: Payer) -> None:
    page = words(alice.get(reverse("pay")).content)
    assert "Оплатить все счета: 6 000,49 ₸" in page
    every = alice.get(reverse("pay") + "?account=all").content.decode()
    assert {chosen(every)[f"what-{account(key).public_id}"] for key in ("100", "200")} == {"bill"}


def test_whoever_owes_nothing_may_pay_in_advance(charlie: Payer) -> None:
    page = charlie.get(reverse("pay")).content.decode()
    said = words(page.encode())
    assert "Лицевой счёт 000300 закрыт: оплатить его онлайн нельзя" in said
    assert "Сейчас платить нечего. Можно заплатить вперёд" in said
    assert f"what-{account('300').public_id}" not in page
    checked = charlie.check(charlie.choices("500 other 1 234,5"))
    assert "Будет списано 1 246,85 ₸" in words(checked.content)


def test_a_closed_account_is_not_paid_whatever_is_sent(charlie: Payer) -> None:
    said = words(charlie.check(charlie.choices("300 bill")).content)
    assert "Выберите, что оплатить." in said
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("whats", "others", "message", "target"),
    [
        ((), {}, "Выберите, что оплатить.", "what-100"),
        (("100 other",), {}, "Введите сумму.", "other-100"),
        (("100 other abc",), {}, "Введите сумму цифрами", "other-100"),
        (("100 other 10,001",), {}, "Введите сумму цифрами", "other-100"),
        (("100 other 0",), {}, "Сумма должна быть больше нуля.", "other-100"),
        (("100 other -5",), {}, "Сумма должна быть больше нуля.", "other-100"),
        (("100 services",), {}, "Введите сумму хотя бы по одной услуге.", "what-100"),
        (("100 other 0,50",), {}, "можно оплатить 1,00 ₸ и больше", "other-100"),
        (("100 bill",), {"method": "free"}, "не больше 5 000,00 ₸ за один раз", "what-100"),
        (("100 bill",), {"method": "gone"}, "Этого способа оплаты больше нет.", "method-card"),
        (("100 bill",), {"method": ""}, "Выберите способ оплаты.", "method-card"),
        (("100 bill",), {"email": "nonsense"}, "Введите e-mail вида", "id_email"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_above_it_and_nothing_is_lost(
    alice: Payer, whats: tuple[str, ...], others: dict[str, str], message: str, target: str
) -> None:
    values = alice.choices(*whats, **others)
    page = alice.check(values).content.decode()
    at = target.replace("-100", f"-{account('100').public_id}")
    summary = page.split('class="error-summary')[1].split("</div>")[0]
    assert f'href="#{at}"' in summary
    assert message in words(b"<main>" + summary.encode())
    assert f'id="{at}"' in page.split("error-summary")[-1]
    assert f'id="{at}-error"' in page
    assert not Payment.objects.exists()
    for name, value in values.items():
        if name.startswith("what-"):
            assert chosen(page)[name] == value
        elif name.startswith("other-"):
            assert field(page, name) == value
    assert hidden_key(page) == "key-1"


def hidden_key(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_bill_that_was_paid_meanwhile_is_said_and_not_paid_again(alice: Payer, bank: Any) -> None:
    home = account("100")
    values = alice.choices("100 bill")
    entry = booking.Entry("bank", "9", home.pk, Decimal("5000.50"), billed.NOW.date())
    booking.book([entry], now=billed.NOW)
    said = words(alice.check(values).content)
    assert "Лицевой счёт 000100: это уже оплачено или оплата в пути." in said
    assert "Сейчас платить нечего." in said
    assert bank.calls == []


def test_an_amount_that_changed_since_the_page_was_drawn_is_shown_anew(alice: Payer) -> None:
    home = account("100")
    values = alice.choices("100 bill") | {f"seen-{home.public_id}-bill": "5000.50"}
    entry = booking.Entry("bank", "9", home.pk, Decimal("1000.00"), billed.NOW.date())
    booking.book([entry], now=billed.NOW)
    page = alice.check(values).content.decode()
    assert "пока Вы выбирали, сумма изменилась. Теперь она 4 000,50 ₸." in words(page.encode())
    assert hidden_of_page(page)[f"seen-{home.public_id}-bill"] == "4000.50"


def hidden_of_page(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def test_a_fiscal_receipt_needs_an_address(alice: Payer, settings: Any, paying: Paying) -> None:
    fiscal = method("card", "Карта", fiscal=FiscalReceipts(vat=1))
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": Paying(methods=[fiscal])})
    said = words(alice.check(alice.choices("100 bill", email="")).content)
    assert "Укажите e-mail: на него придёт кассовый чек." in said


def test_an_unconfirmed_address_is_not_filled_in_and_paying_goes_without(alice: Payer) -> None:
    type(alice.person).objects.update(email_confirmed=False)
    page = alice.get(reverse("pay")).content.decode()
    assert 'name="email" id="id_email" value=""' in page
    checked = words(alice.check(alice.choices("100 bill", email="")).content)
    assert "останется здесь, в разделе «Платежи»: e-mail не указан" in checked


def test_a_limited_link_may_pay_and_reads_no_name(bob: Payer) -> None:
    from datetime import timedelta

    from abonent.accounts.models import AccountLink

    AccountLink.objects.filter(user=bob.person).update(limited_until=billed.NOW + timedelta(days=10_000))
    checked = bob.check(bob.choices("100 bill"))
    assert "Ахметова" not in bob.get(reverse("pay")).content.decode()
    assert "Ахметова" not in checked.content.decode()
    assert bob.confirm(checked).status_code == 302


def test_without_methods_it_says_where_to_pay(cast: dict[str, Any], settings: Any) -> None:
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": Paying()})
    said = words(Payer(cast["alice"]).get(reverse("pay")).content)
    assert "Онлайн-оплата здесь пока не подключена" in said


def test_without_accounts_it_says_what_to_do(cast: dict[str, Any], bank: Any) -> None:
    nobody = billed.people(linked={"dave": []})["dave"]
    said = words(Payer(nobody).get(reverse("pay")).content)
    assert "Чтобы оплатить, добавьте свой лицевой счёт." in said


def test_somebody_elses_account_is_not_in_the_form_whatever_is_sent(bob: Payer) -> None:
    values, strange = bob.choices("200 other 5"), account("200").public_id
    assert f"what-{strange}" not in bob.get(f"{reverse('pay')}?account={strange}").content.decode()
    assert "Выберите, что оплатить." in words(bob.check(values).content)
    assert not Payment.objects.exists()


def test_switching_the_language_keeps_what_was_typed(alice: Payer) -> None:
    values = alice.choices("100 other 123,45", email="other@example.kz")
    page = switched(alice, values)
    assert "Төлеу тәсілі" in page
    assert field(page, f"other-{account('100').public_id}") == "123,45"
    assert field(page, "email") == "other@example.kz"
    assert hidden_key(page) == "key-1"
    alice.check(values)
    type(alice.person).objects.update(language="kk")
    again = words(alice.get(f"{reverse('pay_check')}?form=key-1").content)
    assert "Төлемді тексеріңіз" in again
    assert "133,45 ₸" in again
    assert not Payment.objects.exists()


def switched(payer: Payer, values: dict[str, str]) -> str:
    """The page after a press of «Қазақша»: its button sends the form so."""
    type(payer.person).objects.update(language="")
    body, form = urlencode(values | {"switch_language": "kk"}), "application/x-www-form-urlencoded"
    return payer.client.post(reverse("pay_check"), body, content_type=form).content.decode()


def test_whoever_is_not_signed_in_is_sent_to_sign_in(cast: dict[str, Any]) -> None:
    assert Client().get(reverse("pay")).headers["Location"].startswith(reverse("account_login"))


def test_whoever_holds_many_accounts_pays_some_at_a_time(
    alice: Payer, cast: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form of more fields than a request may have would be refused whole."""
    home = account("100")
    for number in range(60):
        facts = {"organisation_id": home.organisation_id, "payer": "К", "address": f"ул. Сатпаева, {number}"}
        made = Account.objects.create(number=f"7{number:03d}", key=f"7{number:03d}", **facts)
        AccountLink.objects.create(user=cast["alice"], account=made, method="payment", created_at=billed.NOW)
    last = account("7059").public_id
    page = alice.get(f"{reverse('pay')}?account={last}").content.decode()
    form = page.split('id="page-form"')[1].split("</form>")[0]
    names = set(re.findall(r'<input[^>]* name="([^"]+)"', form))
    assert {f"what-{last}", f"what-{home.public_id}"} <= names, (
        "the one that is asked for, and the first ones"
    )
    assert 80 < len(names) < 195
    assert "Здесь уместились не все лицевые счета" in page
    answer = alice.check(dict.fromkeys(names, "") | alice.choices("7059 other 50"))
    assert "ул. Сатпаева, 59" in answer.content.decode()
    assert alice.confirm(answer).status_code == 302
