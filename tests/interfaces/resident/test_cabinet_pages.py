"""The account, its services and payments, as the people see them in three languages."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account, AccountLink
from abonent.interfaces.resident.bodies import bodies
from abonent.interfaces.resident.on_their_way import coming
from abonent.ledger.booking import Entry, expect, expect_no_more
from abonent.ledger.received import OnItsWay
from abonent.portal.models import DataVersion, Service
from tests import billed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(tmp_path: Path) -> dict[str, Any]:
    billed.load(tmp_path, billed.files(months=3))
    return billed.people(linked={"alice": ["100"], "bob": ["100"], "charlie": ["200", "300", "400", "500"]})


def words(content: bytes) -> str:
    """What a reader sees of a page, but for the frame's head."""
    text = content.decode().split("<main", 1)[-1].split("</main>")[0]
    text = re.sub(r"(?s)<svg\b.*?</svg>|^[^>]*>", " ", text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def public_id(key: str) -> str:
    return Account.objects.get(key=key).public_id


def see(person: Any, name: str, key: str, query: str = "", language: str = "ru") -> str:
    """The words of a page of the account, asked by the person in a language."""
    type(person).objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(person)
    answer = client.get(reverse(name, args=[public_id(key)]) + query)
    assert answer.status_code == 200
    return words(answer.content)


def test_the_account_says_what_is_owed_and_what_it_is(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "account", "100")
    assert "С учётом оплат после 31.10.2026 0,00 ₸ Долга нет" in page, "what is paid is no debt"
    assert "Данные поставщика от 21.11.2026" in page
    assert "Последняя оплата: 03.11.2026, 700,00 ₸" in page
    assert "Поступило после 31.10.2026 03.11.2026: 700,00 ₸ , Казпочта" in page
    assert "Сальдо поставщика на 31.10.2026 — 79,57 ₸: эти оплаты он учтёт в следующем." in page
    assert "Оказываемые услуги: октябрь 2026" in page
    assert "Электроэнергия ТОО «Свет» 100,00 1 000,00 −20,50 1 000,00 79,50" in page
    assert "Горячая вода АО «Тепло» 0,00 300,00 0,00 300,00 0,07" in page
    assert "в т.ч. холодная вода — 100,00 0,00 — — в т.ч. подогрев — 200,00 0,00 — —" in page
    assert "Итого 100,00 1 300,00 −20,50 1 300,00 79,57" in page
    for fact in (
        "Номер лицевого счёта 000100",
        "Плательщик Ахметова Айгүл Ерланқызы",
        "Адрес г. Алматы, ул. Абая, 1, 12",
        "Постоянно проживающих 3",
        "Площадь 54,3 м²",
        "Плановая дата замены счётчика 12.05.2027 (Электроэнергия, счётчик № A-1)",
    ):
        assert fact in page
    assert "01.01.2020" not in page  # the meter that was taken off


def test_the_account_in_kazakh(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "account", "100", language="kk")
    assert "31.10.2026 күнінен кейінгі төлемдерді ескергенде 0,00 ₸ Берешек жоқ" in page
    assert "Көрсетілетін қызметтер: 2026 жылғы қазан" in page
    assert "Электр энергиясы «Жарық» ЖШС" in page
    assert "Тұрақты тұратындардың саны 3" in page
    assert "Есептегіштерді ауыстыру күні 12.05.2027" in page
    assert "Төлеуші Ахметова Айгүл Ерланқызы" in page


def test_what_is_on_its_way_is_named_at_once_and_is_no_debt(cast: dict[str, Any]) -> None:
    assert "Сальдо на 31.10.2026 10,00 ₸ К оплате" in see(cast["charlie"], "account", "300")
    account_id = Account.objects.get(key="300").pk
    entry = Entry("online", "PAY123-1", account_id, Decimal("10.00"), billed.NOW.date())
    expect([entry], now=billed.NOW)
    page = see(cast["charlie"], "account", "300")
    assert "С учётом оплат после 31.10.2026, в том числе тех, что в пути 0,00 ₸ Долга нет" in page
    assert "В пути 21.11.2026, 14:00: 10,00 ₸" in page
    assert "не платите ещё раз. Что с этим платежом" in page
    assert "Жолда 21.11.2026, 14:00: 10,00 ₸" in see(cast["charlie"], "account", "300", language="kk")
    expect_no_more([entry])
    assert "Сальдо на 31.10.2026 10,00 ₸ К оплате" in see(cast["charlie"], "account", "300")


def test_parts_of_one_payment_are_one_on_their_way() -> None:
    rows = coming(
        [
            OnItsWay(Decimal("10.00"), billed.NOW, "online", "PAY123-1"),
            OnItsWay(Decimal("5.50"), billed.NOW, "online", "PAY123-2"),
            OnItsWay(Decimal("1.00"), billed.NOW, "bank:kaspi", "77-1"),
        ]
    )
    assert [(one.since, str(one.amount)) for one in rows] == [(billed.NOW, "15.50"), (billed.NOW, "1.00")]


def test_what_is_voluntary_is_nobodys_debt(cast: dict[str, Any]) -> None:
    Service.objects.filter(code="hot").update(obligation="voluntary")
    DataVersion.objects.update(version=F("version") + 1)
    page = see(cast["alice"], "account", "100")
    assert "Сюда не входят добровольные услуги на 0,07 ₸" in page


def test_an_overpayment_is_called_so(cast: dict[str, Any]) -> None:
    page = see(cast["charlie"], "account", "200")
    assert "50,00 ₸ Переплата" in page
    assert "Корректировки" not in page  # a month without any does without the column
    assert "Постоянно проживающих 1" in page


def test_a_row_that_does_not_add_up_is_shown_as_sent_with_a_note(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "account", "100")
    note = "Горячая вода: конечное сальдо 0,07 ₸, а по остальным столбцам выходит 0,00 ₸."
    assert note in page
    assert note in see(cast["alice"], "services", "100")
    assert "Показываем цифры так" not in see(cast["charlie"], "services", "200")


def test_an_account_that_never_paid_a_closed_one_and_one_never_charged(cast: dict[str, Any]) -> None:
    assert "Оплат пока не поступало." in see(cast["charlie"], "account", "300")
    closed = see(cast["charlie"], "account", "400")
    assert "Этот лицевой счёт закрыт 15.10.2024." in closed
    assert "Сальдо на 30.09.2024" in closed
    never = see(cast["charlie"], "account", "500")
    assert "По этому лицевому счёту ещё нет начислений" in never
    assert "Плательщик Цой Анна" in never
    assert "За эти месяцы начислений нет" in see(cast["charlie"], "services", "500")


def test_services_by_service_and_by_month(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "services", "100")
    assert "Электроэнергия ТОО «Свет» 100,00 3 000,00 −20,50 3 000,00 79,50" in page
    assert "октябрь 2026 100,00 1 300,00 −20,50 1 300,00 79,57" in page
    assert page.count("Итого 100,00 3 900,00 −20,50 3 900,00 79,57") == 2
    one = see(cast["alice"], "services", "100", "?service=hot&from=2026-09&to=2026-10")
    assert "Горячая вода · Поставщик: АО «Тепло»" in one
    october = "октябрь 2026 Вопрос по строке 0,00 300,00 0,00 300,00 0,07"
    assert f"{october} в т.ч. холодная вода — 100,00 0,00 — —" in one
    assert "Итого 0,00 600,00 0,00 600,00 0,07" in one
    assert "август 2026 0,00" not in one


def test_services_default_to_the_persons_own_number_of_months(cast: dict[str, Any]) -> None:
    type(cast["charlie"]).objects.filter(pk=cast["charlie"].pk).update(months_shown=2)
    page = see(cast["charlie"], "services", "200")
    assert "сентябрь 2026 Вопрос по строке −50,00" in page
    assert "август 2026 −50,00" not in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?from=2026-10&to=2026-09", "Начальный месяц позже конечного"),
        ("?from=2026-13", "Эти месяцы не удалось прочитать"),
        ("?to=%00'--", "Эти месяцы не удалось прочитать"),
        ("?from=99999-01", "Эти месяцы не удалось прочитать"),
    ],
)
def test_nonsense_months_give_the_default_and_a_message(
    cast: dict[str, Any], query: str, message: str
) -> None:
    page = see(cast["alice"], "services", "100", query)
    assert message in page
    assert "октябрь 2026 100,00" in page


def test_the_statement_of_one_service_and_of_all(cast: dict[str, Any]) -> None:
    one = see(cast["alice"], "service_statement", "100", "?service=power&from=2026-08&to=2026-10")
    assert "Выписка по услуге" in one
    assert "Услуга Электроэнергия Поставщик ТОО «Свет» Номер лицевого счёта 000100" in one
    assert "Период август 2026 – октябрь 2026" in one
    assert "октябрь 2026 24,35 100,00 1 000,00 −20,50 1 000,00 79,50" in one
    assert one.index("август 2026 24,35") < one.index("октябрь 2026 24,35")
    assert "Горячая" not in one
    both = see(cast["alice"], "service_statement", "100")
    assert "Услуга Электроэнергия" in both
    assert "Услуга Горячая вода" in both
    kazakh = see(cast["alice"], "service_statement", "100", "?service=power", language="kk")
    assert "Қызмет бойынша үзінді көшірме" in kazakh


def test_the_statement_as_pdf(cast: dict[str, Any]) -> None:
    client = Client()
    client.force_login(cast["alice"])
    address = reverse("service_statement_pdf", args=[public_id("100")])
    one, both = client.get(address + "?service=power"), client.get(address)
    for answer in (one, both):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.content.startswith(b"%PDF-")
    assert pages(one.content) == 1
    assert pages(both.content) == 2
    assert client.get(address + "?service=nothing").status_code == 404


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf)) or int(re.findall(rb"/Count (\d+)", pdf)[0])


def test_payments_of_the_usual_days_and_of_chosen_ones(cast: dict[str, Any]) -> None:
    page = see(cast["alice"], "payments", "100", "?from=2026-09-01&to=2026-11-21")
    assert "03.11.2026 700,00 ₸ Казпочта" in page
    assert "13.10.2026 −500,00 ₸ Kaspi Bank, Корректировка прежнего платежа" in page
    assert "Итого 3 200,00 ₸" in page
    kazakh = see(cast["alice"], "payments", "100", "?from=12.09.2026&to=12.09.2026", language="kk")
    assert "12.09.2026 1 500,00 ₸ Kaspi Bank" in kazakh
    assert "Барлығы 1 500,00 ₸" in kazakh
    assert "За эти дни платежей не поступало" in see(cast["charlie"], "payments", "300")
    assert "01.10.2026 99,99 ₸ —" in see(cast["charlie"], "payments", "200", "?from=2026-10-01")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?from=2026-10-02&to=2026-10-01", "Начальная дата позже конечной"),
        ("?from=31.02.2026", "Эти даты не удалось прочитать"),
        ("?to=yesterday", "Эти даты не удалось прочитать"),
    ],
)
def test_nonsense_days_give_the_default_and_a_message(cast: dict[str, Any], query: str, message: str) -> None:
    page = see(cast["alice"], "payments", "100", query)
    assert message in page
    assert "12.10.2026 1 500,00 ₸" in page


def test_a_limited_link_masks_the_payer_and_prints_nothing(cast: dict[str, Any]) -> None:
    assert "Ахметова Айгүл Ерланқызы" in see(cast["alice"], "account", "100")
    until = billed.NOW + timedelta(days=10_000)
    AccountLink.objects.filter(user=cast["bob"]).update(limited_until=until)
    page = see(cast["bob"], "account", "100")
    assert "Плательщик А***а А. Е." in page
    assert "Ахметова" not in page
    assert "0,00 ₸ Долга нет" in page
    assert "Подключение этого лицевого счёта ещё не подтверждено" in page
    statement = see(cast["bob"], "service_statement", "100")
    assert "Ахметова" not in statement
    assert "PDF" not in statement
    client = Client()
    client.force_login(cast["bob"])
    answer = client.get(reverse("service_statement_pdf", args=[public_id("100")]))
    assert answer.status_code == 403
    assert "Пока это нельзя распечатать" in words(answer.content)
    assert "Ахметова Айгүл Ерланқызы" in see(cast["alice"], "account", "100")


def test_a_kept_body_is_nobodys(cast: dict[str, Any]) -> None:
    see(cast["alice"], "account", "100")
    made = len(bodies)
    page = see(cast["bob"], "account", "100")
    assert len(bodies) == made
    assert "Alice" not in page
    AccountLink.objects.filter(user=cast["bob"]).update(ended_at=billed.NOW)
    client = Client()
    client.force_login(cast["bob"])
    assert client.get(reverse("account", args=[public_id("100")])).status_code == 404


def test_an_import_shows_at_once(cast: dict[str, Any], tmp_path: Path) -> None:
    assert "50,00 ₸ Переплата" in see(cast["charlie"], "account", "200")
    line = "000200,2026-11,power,-50.00,150.00,0.00,0.00,100.00,25.00\n"
    billed.load(tmp_path, billed.files(charges=billed.HEAD + line))
    assert "Сальдо на 30.11.2026 100,00 ₸ К оплате" in see(cast["charlie"], "account", "200")
