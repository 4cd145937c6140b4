"""«Счета»: what is due and by when, what came since, what it is made of, what changed; in words."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink
from abonent.accounts.queries import held_accounts
from abonent.base.kept import forget_everything
from abonent.bills.bill import bill
from abonent.interfaces.resident.bodies import bodies
from abonent.interfaces.resident.receipts import views
from abonent.ledger.booking import Entry, book, expect, expect_no_more
from abonent.payments.due import what_is_due
from abonent.portal.profile import Method
from tests import billed
from tests.interfaces.resident.receipts.conftest import HEAD, OCTOBER, See, address

pytestmark = pytest.mark.django_db


def entry(name: str, amount: str) -> Entry:
    about = Account.objects.get(key="100").pk
    return Entry("online", name, about, Decimal(amount), date(2026, 11, 20))


@pytest.fixture(autouse=True)
def _november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the 21st of November for these pages."""
    clock = SimpleNamespace(localdate=lambda: date(2026, 11, 21))
    monkeypatch.setattr(views, "timezone", clock)


def test_the_newest_bill_says_what_is_due_by_when_and_as_of_when(see: See) -> None:
    page = see("alice", "receipts", "100")
    assert "Срок оплаты прошёл Счёт нужно было оплатить до 15.11.2026: просрочка 6 дней." in page
    assert "Счёт за октябрь 2026 4 400,00 ₽ К оплате" in page
    assert "По состоянию на 31.10.2026; учтены оплаты, поступившие по 31.10.2026." in page
    assert (
        "Начальное сальдо 3 000,00 ₽ Начисление 3 410,00 ₽ Корректировки −10,00 ₽ "
        "Оплачено по 31.10.2026 −2 000,00 ₽ Конечное сальдо на 31.10.2026 4 400,00 ₽" in page
    )
    assert "октябрь 2026 3 410,00 ₽ 4 400,00 ₽" in page
    whole = see("alice", "bill", "100", month=OCTOBER)
    line = "Электроэнергия ООО «Дом» 155 × 22 ₽ Вопрос по строке 3 000,00 3 410,00 −10,00 2 000,00 4 400,00"
    assert line in whole


def test_a_bill_with_time_left_says_by_when(see: See, settings: Any) -> None:
    on = settings.PORTAL.bill.model_copy(update={"due_day": 21})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": on})
    page = see("alice", "receipts", "100")
    assert "Оплатить до 21.11.2026" in page
    assert "Срок оплаты прошёл" not in page


def test_what_came_and_what_is_on_its_way_is_taken_off_at_once(see: See) -> None:
    assert "4 400,00 ₽ К оплате" in see("alice", "receipts", "100")
    book([entry("A-1", "400.00")], now=billed.NOW)
    expect([entry("PAY-1", "1000.00")], now=billed.NOW)
    page = see("alice", "receipts", "100")
    assert "3 000,00 ₽ К оплате" in page
    assert "Поступившее позже вычтено." in page
    assert "В пути 21.11.2026, 14:00: 1 000,00 ₽" in page
    assert "Поступило после 31.10.2026 −400,00 ₽ В пути −1 000,00 ₽ Осталось оплатить 3 000,00 ₽" in page
    assert "то, что осталось оплатить сейчас: 3 000,00 ₽" in page
    expect([entry("PAY-2", "3000.00")], now=billed.NOW)
    paid = see("alice", "receipts", "100")
    assert "0,00 ₽ Долга нет" in paid
    assert "QR-код" not in paid
    assert "Срок оплаты прошёл" not in paid
    expect_no_more([entry("PAY-1", "1000.00"), entry("PAY-2", "3000.00")])
    assert "4 000,00 ₽ К оплате" in see("alice", "receipts", "100")


@pytest.mark.parametrize("whole", [False, True])
def test_the_bill_asks_for_what_the_page_of_paying_offers(
    cast: dict[str, Any], settings: Any, whole: bool
) -> None:
    on = settings.PORTAL.bill.model_copy(update={"round_to_whole": whole, "counted_until_day": 25})
    settings.PORTAL = settings.PORTAL.model_copy(update={"bill": on})
    book([entry("A-1", "400.51"), replace(entry("A-2", "7.77"), paid_on=date(2026, 10, 28))], now=billed.NOW)
    expect([entry("B-1", "99.99")], now=billed.NOW)
    (held,) = held_accounts(cast["alice"].pk, now=billed.NOW)
    found = bill(held, language="ru", today=date(2026, 11, 21))
    assert found
    assert found.standing
    assert found.standing.due == (Decimal("3892.00") if whole else Decimal("3891.73"))
    (offered,) = what_is_due([held], language="ru")
    assert offered.presets.bill == found.standing.due


def test_an_overpayment_and_an_account_never_charged(see: See) -> None:
    page = see("charlie", "receipts", "200")
    assert "50,00 ₽ Переплата" in page
    assert "Оплатить" not in page
    assert "Квитанций пока нет" in see("charlie", "receipts", "500")


def test_what_changed_in_words_and_signs(see: See) -> None:
    page = see("alice", "bill", "100", month=OCTOBER)
    assert "По сравнению с прошлым месяцем: сентябрь 2026" in page
    assert "Больше на 1 100,00 ₽: было 3 300,00 ₽, стало 4 400,00 ₽." in page
    assert (
        "За счёт тарифа +310,00 ₽ За счёт числа дней +100,00 ₽ За счёт перерасчётов −10,00 ₽ "
        "За счёт долга и оплат +1 000,00 ₽ Больше не начисляется: Горячая вода −300,00 ₽ "
        "Итого +1 100,00 ₽" in page
    )
    assert (
        "Электроэнергия 3 000,00 4 400,00 +1 400,00 ₽ за счёт тарифа +310,00 ₽, за счёт числа дней +100,00 ₽"
        in page
    )
    assert "Горячая вода 300,00 — −300,00 ₽ больше не начисляется −300,00 ₽" in page
    assert "По сравнению с тем же месяцем прошлого года: октябрь 2025" in page


def test_an_older_bill_asks_for_nothing_now(see: See) -> None:
    page = see("alice", "bill", "100", month="2026-09")
    assert "К оплате по этому счёту 3 300,00 ₽ Оплатить до 15.10.2026. По состоянию на 30.09.2026" in page
    assert "Сколько оплатить сейчас" in page
    assert "Осталось оплатить" not in page
    assert "QR-код" not in page
    assert "Сравнить не с чем" in page
    assert "октябрь 2025 октябрь 2026" in page


def test_in_kazakh_and_in_english(see: See) -> None:
    kazakh = see("alice", "bill", "100", language="kk", month=OCTOBER)
    for said in ("Төлем мерзімі өтіп кетті", "тарифке байланысты +310,00 ₽", "Өткен аймен салыстырғанда"):
        assert said in kazakh
    english = see("alice", "bill", "100", language="en", month=OCTOBER)
    assert "Because of the tariff +310,00 ₽" in english


@pytest.mark.parametrize("month", ["2026-08", "2026-13", "0001-01", "9999-12", "october", "2026-10-01"])
def test_a_month_without_a_bill_is_not_found(cast: dict[str, Any], month: str) -> None:
    client = Client()
    client.force_login(cast["alice"])
    assert client.get(address("bill", "100", month=month)).status_code == 404


def test_paying_is_offered_where_it_can_be_done(see: See, cast: dict[str, Any], settings: Any) -> None:
    client = Client()
    client.force_login(cast["alice"])
    about = Account.objects.get(key="100").public_id
    without = settings.PORTAL.paying.model_copy(update={"methods": []})
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": without})
    assert f"account={about}&amp;what=bill" not in client.get(address("receipts", "100")).content.decode()
    method = Method(code="card", provider="sandbox", label={"kk": "К", "ru": "К", "en": "К"})
    paying = without.model_copy(update={"methods": [method]})
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": paying})
    bodies.forget()
    page = client.get(address("receipts", "100")).content.decode()
    assert f'href="{reverse("pay")}?account={about}&amp;what=bill"' in page


def test_a_limited_link_prints_nothing_and_has_no_code(see: See, cast: dict[str, Any]) -> None:
    AccountLink.objects.filter(user=cast["bob"]).update(limited_until=timezone.now() + timedelta(days=1))
    page = see("bob", "bill", "100", month=OCTOBER)
    assert "4 400,00 ₽ К оплате" in page
    assert "QR-код" not in page
    assert "Просмотр" not in page
    assert "QR-код" in see("alice", "bill", "100", month=OCTOBER)


def test_names_that_look_like_markup_are_shown_as_they_are(tmp_path: Path, see: See) -> None:
    from abonent.portal.models import DataVersion, Organisation, Service

    Organisation.objects.filter(code="ours").update(name_ru="<script>alert(1)</script>", bank_name="<b>Б</b>")
    Service.objects.filter(code="hot").update(name_ru="<i>Вода</i>")
    DataVersion.objects.update(version=99)
    forget_everything()
    page = see("alice", "bill", "100", month=OCTOBER)
    assert "Получатель <script>alert(1)</script>" in page
    assert "<b>Б</b>" in page
    assert "Больше не начисляется: <i>Вода</i>" in page


@pytest.mark.parametrize("months", [1, 60])
@pytest.mark.parametrize(("name", "kept", "drawn"), [("receipts", 3, 7), ("bill", 3, 7)])
def test_the_number_of_queries_does_not_grow(
    tmp_path: Path,
    cast: dict[str, Any],
    django_assert_num_queries: Any,
    months: int,
    name: str,
    kept: int,
    drawn: int,
) -> None:
    lines = [
        f"000100,{billed.LATEST - back},power,0.00,10.00,0.00,0.00,10.00,1,10\n" for back in range(months)
    ]
    billed.load(tmp_path, billed.files(charges=HEAD + "".join(lines), payments=PAYMENTS_NONE))
    client = Client()
    client.force_login(cast["alice"])
    page = address(name, "100", **({"month": OCTOBER} if name == "bill" else {}))
    client.get(page)
    with django_assert_num_queries(kept):
        client.get(page)
    bodies.forget()
    with django_assert_num_queries(drawn):
        client.get(page)


PAYMENTS_NONE = "source,id,account,paid_on,amount,bank\n"
