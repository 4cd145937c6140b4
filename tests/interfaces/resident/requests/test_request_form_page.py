"""Choosing a kind, the form, the check, the number: what the customer reads, and that nothing is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import override_settings
from django.utils import timezone

from abonent.accounts.models import AccountLink
from abonent.accounts.queries import held_accounts
from abonent.notices.models import Letter
from abonent.portal.current import portal
from abonent.portal.profile import load
from abonent.service_requests.models import RequestDraftFile, ServiceRequest
from abonent.service_requests.operations import MayNotFile, file_request
from abonent.service_requests.typed import TypedRequest
from abonent.users.models import User
from tests.interfaces.resident.requests.conftest import (
    Customer,
    photo,
    public_id,
    sealing,
    svg,
)
from tests.interfaces.resident.test_cabinet_pages import words

pytestmark = pytest.mark.django_db


def test_the_kinds_are_the_manuals_in_its_order(alice: Customer) -> None:
    page = alice.see("service_request_kinds")
    at = [
        page.index(kind)
        for kind in (
            "Закрытие лицевого счета",
            "Изменение количества проживающих",
            "Изменение тарифа",
            "Опломбирование ПУ",
            "Передача показаний",
            "Проверка прибора учета",
            "Распломбирование ПУ",
            "Снятие показаний сотрудником АО АЖК",
            "Вопрос по начислению",
        )
    ]
    assert at == sorted(at)
    kazakh = alice.see("service_request_kinds", language="kk")
    assert kazakh.startswith("Барлық өтінімдер Өтінім беру")
    assert "Есептегішті пломбалау" in kazakh


def test_readings_are_sent_in_their_own_section(alice: Customer) -> None:
    page = alice.get("service_request_kinds").content.decode()
    assert f'href="{alice.address("readings")}"' in page
    assert f'href="{alice.address("service_request_new", "readings")}"' not in page
    answer = alice.get("service_request_new", "readings", status=302)
    assert answer.headers["Location"] == alice.address("readings")


def test_the_form_asks_what_the_kind_needs_and_says_by_when(alice: Customer) -> None:
    page = alice.see("service_request_new", "residents")
    for words_ in (
        "Лицевой счёт 000100, г. Алматы, ул. Абая, 1, 12. Если подать заявку сегодня, срок исполнения — до",
        "Сколько человек теперь постоянно проживает? *",
        "С какого дня? *",
        "Документы и фото * Копия адресной справки, свидетельства о рождении или о смерти.",
        "JPEG, PNG, WebP или PDF; файлов — не больше 10, каждый до 12 МБ.",
    ):
        assert words_ in page


def test_an_only_meter_is_chosen_and_the_known_phone_is_filled_in(alice: Customer) -> None:
    User.objects.filter(pk=alice.person.pk).update(phone="+77012345678")
    page = alice.get("service_request_new", "sealing").content.decode()
    assert re.search(r'name="answer-meter"[^>]* checked', page)
    assert re.search(r'name="answer-phone"[^>]* value="\+77012345678"', page)


def test_everything_wrong_is_said_at_once_above_and_at_the_field_and_what_was_typed_stays(
    alice: Customer,
) -> None:
    page = alice.fill(**sealing(**{"answer-phone": "семь", "answer-reason": "", "text": "Код 12"}))
    text = words(page.content)
    assert "Проверьте введённое Почему нужна пломба: Выберите" in text
    assert text.count("Введите телефон с кодом") == 2
    content = page.content.decode()
    assert 'value="семь"' in content
    assert "Код 12</textarea>" in content
    assert 'href="#id_answer-phone"' in content
    assert not ServiceRequest.objects.exists()


def test_the_way_from_the_form_to_the_number_and_the_letter(
    alice: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    checked = alice.fill(**sealing(text="Домофон 12.\nСобака."), files=[photo()])
    assert "/check/?form=form1" in checked.redirect_chain[-1][0]
    text = words(checked.content)
    for told in (
        "Вид Опломбирование ПУ",
        "Какой счётчик? Электроэнергия, № A-1",
        "Почему нужна пломба? Пломба повреждена",
        "В какие часы? 9:00–13:00",
        "Телефон для связи +7 701 234-56-78 Сообщение",
        "Домофон 12. Собака.",
        "Документы и фото пломба.jpg",
        "Копию пришлём на alice@example.kz.",
    ):
        assert told in text
    assert not ServiceRequest.objects.exists(), "nothing is filed before it is checked"
    answer = alice.post("service_request_check", "sealing", data={"form": "form1"}, follow=True)
    asked = ServiceRequest.objects.get()
    assert asked.phone == "+7 701 234-56-78", "where the office looks for it"
    filed = words(answer.content)
    assert (
        f"Заявка № {asked.number} Опломбирование ПУ. Срок исполнения — до {asked.due_on:%d.%m.%Y}." in filed
    )
    assert "Письмо с копией отправлено на alice@example.kz." in filed
    assert "Контролёр позвонит Вам и подтвердит день и время." in filed
    assert Letter.objects.filter(to="alice@example.kz").exists()
    assert not RequestDraftFile.objects.exists(), "the photo went along"


def test_the_check_again_changes_nothing_and_the_same_form_is_one_request(alice: Customer) -> None:
    first = alice.file(**sealing())
    again = alice.post("service_request_check", "sealing", data={"form": "form1"})
    assert again.headers["Location"] == alice.address("service_request_filed", first.public_id)
    assert ServiceRequest.objects.count() == 1


def test_change_leads_back_to_the_form_with_everything_in_it(alice: Customer) -> None:
    checked = alice.fill(**sealing(text="Код 12"), files=[photo()]).content.decode()
    (change,) = re.findall(r'href="([^"]+/sealing/\?form=form1)"', checked)
    page = alice.client.get(change).content.decode()
    assert re.search(r'value="damaged"[^>]* checked', page)
    assert "Код 12</textarea>" in page
    assert "пломба.jpg" in page


def test_files_are_kept_when_another_is_refused_or_a_field_is_wrong(alice: Customer) -> None:
    page = alice.fill(**sealing(**{"answer-day": ""}), files=[photo(), svg()])
    text = words(page.content)
    assert "схема.svg: Рисунки (SVG)" in text or "схема.svg:" in text
    assert "пломба.jpg" in text
    assert RequestDraftFile.objects.get().form_key == "form1"
    checked = alice.fill(**sealing())
    assert "пломба.jpg" in words(checked.content)


def test_a_file_is_attached_and_removed_without_a_script(alice: Customer) -> None:
    attached = alice.fill(**sealing(attach="1", text="Код 12"), files=[photo()])
    assert attached.redirect_chain[-1][0].endswith("/sealing/?form=form1#id_files")
    page = attached.content.decode()
    assert "Код 12</textarea>" in page
    kept = RequestDraftFile.objects.get()
    assert f'name="drop" value="{kept.public_id}"' in page
    assert "Проверьте введённое" not in words(attached.content)
    removed = alice.fill(**sealing(drop=kept.public_id, text="Код 12"))
    assert "Код 12</textarea>" in removed.content.decode()
    assert not RequestDraftFile.objects.exists()


def test_a_document_that_is_needed_is_asked_for(alice: Customer) -> None:
    given = {"key": "f2", "answer-residents": "4", "answer-since": "2026-11-01", "answer-reason": "born"}
    page = words(alice.fill("residents", **given).content)
    assert "Приложите документ" in page
    assert alice.file("residents", **given, files=[photo("справка.png")]).kind == "residents"


def test_switching_the_language_keeps_what_was_typed(alice: Customer) -> None:
    answer = alice.client.post(
        alice.address("service_request_new", "sealing"),
        "switch_language=kk&key=form1&answer-reason=damaged&text=%D0%9A%D0%BE%D0%B4+12",
        content_type="application/x-www-form-urlencoded",
    )
    page = answer.content.decode()
    assert "Неге пломбалау керек?" in page
    assert re.search(r'value="damaged"[^>]* checked', page)
    assert "Код 12</textarea>" in page
    assert 'value="form1"' in page


def test_a_form_of_somebody_else_or_of_another_kind_is_not_known_to_the_check(
    alice: Customer, bob: Customer
) -> None:
    alice.fill(**sealing())
    for who, kind in ((bob, "sealing"), (alice, "unsealing")):
        answer = who.get("service_request_check", kind, query="?form=form1", status=302)
        assert answer.headers["Location"] == who.address("service_request_new", kind)
        again = who.post("service_request_check", kind, data={"form": "form1"})
        assert again.headers["Location"] == who.address("service_request_new", kind)


def test_an_unknown_kind_and_one_that_is_not_offered_any_more_are_not_there(
    alice: Customer, settings: Any
) -> None:
    alice.get("service_request_new", "flying", status=404)
    kinds = [one.model_copy(update={"offered": one.code != "sealing"}) for one in portal().requests.kinds]
    rules = settings.PORTAL.requests.model_copy(update={"kinds": kinds})
    settings.PORTAL = settings.PORTAL.model_copy(update={"requests": rules})
    alice.get("service_request_new", "sealing", status=404)
    assert "Опломбирование ПУ" not in alice.see("service_request_kinds").replace("Распломбирование ПУ", "")
    (held,) = held_accounts(alice.person.pk, now=timezone.now())
    with pytest.raises(MayNotFile, match="kind"):
        file_request(
            user=alice.person,
            account=held,
            typed=TypedRequest("sealing", form_key="late"),
            language="ru",
            address=None,
            now=timezone.now(),
        )


def test_without_a_confirmed_address_nothing_is_taken(alice: Customer) -> None:
    User.objects.filter(pk=alice.person.pk).update(email_confirmed=False)
    alice.get("requests")
    for name in ("service_request_kinds", "service_request_new"):
        more = ["sealing"] if name.endswith("new") else []
        assert alice.get(name, *more, status=302).headers["Location"] == "/settings/"


def test_a_link_that_is_not_confirmed_asks_for_no_change_of_the_account(alice: Customer) -> None:
    AccountLink.objects.filter(user=alice.person).update(limited_until=timezone.now() + timedelta(days=9))
    page = alice.see("service_request_kinds")
    assert "Опломбирование ПУ" in page
    assert "Закрытие лицевого счета" not in page
    assert "не подтвержд" in page
    assert "Продолжить" not in alice.see("service_request_new", "close_account")


@pytest.mark.parametrize("name", ["aes", "housing", "alseco"])
def test_every_form_of_every_portal_is_drawn_in_every_language(
    alice: Customer, settings: Any, name: str
) -> None:
    profile = load(settings.PORTALS_DIR / f"{name}.toml")
    with override_settings(PORTAL=profile):
        for language in profile.languages:
            for kind in profile.requests.kinds:
                if not kind.leads_to:
                    page = alice.see("service_request_new", kind.code, language=language)
                    assert kind.label[language] in page
                    assert all(one.label[language] in page for one in kind.fields)
    assert public_id()


def test_a_day_off_is_named_with_the_next_working_day(alice: Customer) -> None:
    page = words(alice.fill(**sealing(**{"answer-day": "2027-01-01"})).content)
    assert "Это нерабочий день. Ближайший рабочий день — 0" in page
