"""The list and one request: states, deadline, history, messages and files both ways, cancel, reopen, rate."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from abonent.accounts.models import AccountLink
from abonent.service_requests.models import RequestDraftFile, RequestEvent, RequestFile, ServiceRequest
from abonent.service_requests.personal import forget_files
from abonent.service_requests.working_days import calendar
from tests.interfaces.resident.requests.conftest import Customer, Operator, photo, sealing, svg
from tests.interfaces.resident.test_cabinet_pages import words

pytestmark = pytest.mark.django_db


def test_the_section_without_requests_says_what_it_is_for(alice: Customer) -> None:
    page = alice.see("requests")
    assert page.startswith("Подать заявку Заявок пока нет Вызовите специалиста, запросите справку")
    assert "Открытые" not in page
    kazakh = alice.see("requests", language="kk")
    assert "Өтінімдер әзірге жоқ" in kazakh


def test_the_list_says_number_kind_state_and_deadline(alice: Customer) -> None:
    asked = alice.file(**sealing())
    page = alice.see("requests")
    assert "Открытые (1) Закрытые (0)" in page
    row = (
        f"№ {asked.number} Опломбирование ПУ Принята {timezone.localdate():%d.%m.%Y} {asked.due_on:%d.%m.%Y}"
    )
    assert row in page
    assert "Закрытых заявок пока нет" in alice.see("requests", query="?closed=1")


def test_what_is_overdue_and_what_was_answered_is_marked(alice: Customer, erlan: Operator) -> None:
    asked = alice.file(**sealing())
    ServiceRequest.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    erlan.answer(asked, "Придём завтра.")
    page = alice.see("requests")
    assert f"№ {asked.number} Новый ответ" in page
    assert "срок прошёл" in page
    assert "Мы не уложились в срок" in alice.see("service_request", asked.public_id)
    assert "Новый ответ" not in alice.see("requests"), "it has been read"


def test_a_co_resident_reads_it_and_does_not_use_up_the_news(
    alice: Customer, bob: Customer, erlan: Operator
) -> None:
    asked = alice.file(**sealing())
    erlan.answer(asked, "Придём завтра.")
    page = bob.see("service_request", asked.public_id)
    assert "Придём завтра." in page
    assert "О чём просили" in page
    assert "Новый ответ" in alice.see("requests")


def test_a_request_of_somebody_else_is_not_there(alice: Customer, charlie: Customer) -> None:
    asked = alice.file(**sealing(), files=[photo()])
    file = RequestFile.objects.get()
    names = [f"service_request{end}" for end in ("", "_filed", "_cancel", "_reopen", "_rate")]
    for name in names:
        charlie.get(name, asked.public_id, status=404)
    charlie.get("service_request_file", asked.public_id, file.public_id, status=404)
    for name, data in (
        ("service_request", {"text": "x", "key": "k"}),
        ("service_request_cancel", {}),
        ("service_request_reopen", {"text": "x"}),
        ("service_request_rate", {"rating": "1"}),
    ):
        assert charlie.post(name, asked.public_id, data=data).status_code == 404
    assert RequestEvent.objects.count() == 1


def test_a_limited_link_sees_ones_own_only(alice: Customer, bob: Customer) -> None:
    mine, theirs = alice.file(**sealing()), bob.file(**sealing(key="form2"))
    AccountLink.objects.filter(user=alice.person).update(limited_until=timezone.now() + timedelta(days=9))
    page = alice.see("requests")
    assert mine.number in page
    assert theirs.number not in page
    alice.get("service_request", theirs.public_id, status=404)


def test_messages_go_both_ways_with_files_and_the_staff_have_no_names(
    alice: Customer, erlan: Operator
) -> None:
    asked = alice.file(**sealing())
    erlan.note(asked, "Между нами: опять она")
    erlan.ask(asked, "Какой код домофона?\nИ этаж?")
    page = alice.see("service_request", asked.public_id)
    assert "Ждём Вашего ответа Пока Вы не ответите, срок не идёт." in page
    assert "АлматыЭнергоСбыт: " in page
    assert "Какой код домофона? И этаж?" in page
    assert "Между нами" not in page
    assert "Erlan" not in page
    sent = alice.post(
        "service_request", asked.public_id, data={"text": "12", "key": "m1", "files": [photo()]}, follow=True
    )
    text = words(sent.content)
    assert "Сообщение отправлено." in text
    assert "Ждём Вашего ответа" not in text
    assert re.search(r"Вы \d\d\.\d\d\.\d{4}, \d\d:\d\d 12 пломба\.jpg", text)
    twice = alice.post("service_request", asked.public_id, data={"text": "12", "key": "m1"})
    assert twice.status_code == 302
    assert RequestEvent.objects.filter(kind="message", by_staff=False).count() == 1


def test_a_moved_deadline_is_told_and_the_staffs_own_moves_are_not(alice: Customer, erlan: Operator) -> None:
    asked = alice.file(**sealing())
    erlan.take(asked)
    erlan.give(asked, to=None)
    day = calendar().after(asked.due_on, 2)
    erlan.move(asked, due_on=day, reason="Мастер заболел.")
    erlan.move(asked, kind="meter_check", reason="Это проверка, а не пломба.")
    page = alice.see("service_request", asked.public_id)
    assert page.count("Изменена") == 2
    assert f"Мастер заболел. Новый срок: {day:%d.%m.%Y}" in page
    assert "Это проверка, а не пломба. Вид заявки: Проверка прибора учета" in page


def test_a_file_that_is_kept_no_longer_has_its_name_only(alice: Customer) -> None:
    asked = alice.file(**sealing(), files=[photo()])
    file = RequestFile.objects.get()
    forget_files(closed_before=timezone.now(), limit=10, now=timezone.now())
    assert "удалён" not in alice.see("service_request", asked.public_id), "it is open"
    alice.post("service_request_cancel", asked.public_id)
    later = timezone.now() + timedelta(days=1)
    forget_files(closed_before=later, limit=10, now=later)
    page = alice.see("service_request", asked.public_id)
    assert "пломба.jpg удалён: срок хранения истёк" in page
    alice.get("service_request_file", asked.public_id, file.public_id, status=404)


def test_an_empty_message_and_a_bad_file_are_refused_and_nothing_is_lost(alice: Customer) -> None:
    asked = alice.file(**sealing())
    empty = words(alice.post("service_request", asked.public_id, data={"key": "m1"}).content)
    assert empty.count("Напишите сообщение или приложите файл.") == 2
    bad = alice.post(
        "service_request", asked.public_id, data={"key": "m1", "text": "Вот", "files": [photo(), svg()]}
    )
    assert "схема.svg:" in words(bad.content)
    assert "Вот</textarea>" in bad.content.decode()
    assert "пломба.jpg" in words(bad.content)
    kept = RequestDraftFile.objects.get()
    dropped = alice.post(
        "service_request",
        asked.public_id,
        data={"key": "m1", "text": "Вот", "drop": kept.public_id},
        follow=True,
    )
    assert "Вот</textarea>" in dropped.content.decode()
    assert not RequestDraftFile.objects.exists()
    long = alice.post("service_request", asked.public_id, data={"key": "m1", "text": "я" * 4500})
    assert "Напишите не больше 4000 символов." in words(long.content)


def test_switching_the_language_keeps_the_message(alice: Customer) -> None:
    asked = alice.file(**sealing())
    answer = alice.client.post(
        alice.address("service_request", asked.public_id),
        "switch_language=kk&key=m1&text=%D0%9A%D0%BE%D0%B4+12",
        content_type="application/x-www-form-urlencoded",
    )
    assert "Хабарлама жазу" in words(answer.content)
    assert "Код 12</textarea>" in answer.content.decode()


def test_a_file_is_an_attachment_that_no_browser_runs(alice: Customer, bob: Customer) -> None:
    asked = alice.file(**sealing(), files=[photo("Пломба, фото №1.png")])
    file = RequestFile.objects.get()
    for who in (alice, bob):
        answer = who.get("service_request_file", asked.public_id, file.public_id)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%9F")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.content.startswith(b"\xff\xd8")
    other = alice.file(**sealing(key="form2"))
    alice.get("service_request_file", other.public_id, file.public_id, status=404)


def test_a_draft_is_its_senders_alone(alice: Customer, bob: Customer) -> None:
    alice.fill(**sealing(attach="1"), files=[photo()])
    kept = RequestDraftFile.objects.get()
    assert alice.get("service_request_draft", kept.public_id).content.startswith(b"\xff\xd8")
    bob.get("service_request_draft", kept.public_id, status=404)


def test_cancelling_asks_first_and_closes_it(alice: Customer) -> None:
    asked = alice.file(**sealing())
    assert "Отменить заявку" in alice.see("service_request_cancel", asked.public_id)
    assert ServiceRequest.objects.get().is_open
    done = alice.post("service_request_cancel", asked.public_id, data={"text": "Уже не надо"}, follow=True)
    text = words(done.content)
    assert "Уже не надо" in text
    assert "Написать сообщение" not in text
    assert f"№ {asked.number} Опломбирование ПУ" in alice.see("requests", query="?closed=1")
    assert "Открытых заявок нет" in alice.see("requests")
    late = alice.post("service_request", asked.public_id, data={"text": "Нет", "key": "m9"}, follow=True)
    assert "Сейчас это сделать нельзя" in words(late.content)


def test_what_is_done_is_rated_in_words_and_may_be_opened_again(alice: Customer, erlan: Operator) -> None:
    asked = alice.file(**sealing())
    assert alice.get("service_request_rate", asked.public_id, status=302)
    erlan.finish(asked, "Пломба стоит.")
    page = alice.see("service_request", asked.public_id)
    assert "Пломба стоит." in page
    assert "Как мы справились?" in page
    form = alice.see("service_request_rate", asked.public_id)
    assert form.index("5 — Отлично") < form.index("1 — Очень плохо")
    none = words(alice.post("service_request_rate", asked.public_id, data={"text": "Ок"}).content)
    assert "Заполните поле «Как мы справились?»" in none
    rated = alice.post(
        "service_request_rate", asked.public_id, data={"rating": "4", "text": "Ок"}, follow=True
    )
    assert "Спасибо. Вашу оценку прочтут те, кто выполнял работу." in words(rated.content)
    assert "Ваша оценка Хорошо" in words(rated.content)
    empty = words(alice.post("service_request_reopen", asked.public_id).content)
    assert "Заполните поле «Что осталось нерешённым?»" in empty
    again = alice.post("service_request_reopen", asked.public_id, data={"text": "Отпала"}, follow=True)
    text = words(again.content)
    assert "Отпала" in text
    assert "Написать сообщение" in text
    assert ServiceRequest.objects.get().state == "received"


def test_a_refusal_says_why(alice: Customer, erlan: Operator) -> None:
    asked = alice.file(**sealing())
    erlan.finish(asked, "Счётчик не наш.", how="refused")
    page = alice.see("service_request", asked.public_id)
    assert "Счётчик не наш." in page
    assert "АлматыЭнергоСбыт: Отклонена" in page


def test_the_pages_ask_the_same_however_much_there_is(alice: Customer, erlan: Operator) -> None:
    """List, form and request: a constant number of queries (README of the room)."""
    asked = alice.file(**sealing())

    def counted() -> dict[str, int]:
        found = {}
        for name, more in (
            ("requests", []),
            ("service_request_kinds", []),
            ("service_request_new", ["sealing"]),
            ("service_request", [asked.public_id]),
        ):
            with CaptureQueriesContext(connection) as seen:
                alice.get(name, *more)
            found[name] = len(seen)
        return found

    before = counted()
    for number in range(12):
        alice.post("service_request", asked.public_id, data={"text": str(number), "key": f"m{number}"})
    alice.post("service_request", asked.public_id, data={"key": "p", "files": [photo(), photo()]})
    for number in range(3):
        alice.file(**sealing(key=f"more{number}"))
    assert counted() == before
    assert before == {
        "requests": 6,
        "service_request_kinds": 4,
        "service_request_new": 7,
        "service_request": 7,
    }


def test_twenty_stand_on_a_page(alice: Customer) -> None:
    asked = alice.file(**sealing())
    facts = {
        name: getattr(asked, name)
        for name in ("account_id", "organisation_id", "user_id", "kind", "kind_label", "language", "due_on")
    }
    moments = {"created_at": asked.created_at, "last_customer_event_at": asked.created_at}
    ServiceRequest.objects.bulk_create(
        ServiceRequest(form_key=f"bulk{number}", **facts, **moments) for number in range(25)
    )
    assert alice.see("requests").count("№ 00") == 20
    second = alice.see("requests", query="?page=2")
    assert second.count("№ 00") == 6
    assert alice.see("requests", query="?page=junk").count("№ 00") == 20


def test_too_large_a_form_is_told_what_to_do(alice: Customer) -> None:
    heavy = io.BytesIO(b"x")
    answer = alice.client.post(
        alice.address("service_request_new", "sealing"), {"files": heavy}, CONTENT_LENGTH=str(5 * 1024**3)
    )
    assert answer.status_code == 413
    page = words(answer.content)
    assert "Отправлено слишком много сразу" in page
    assert "Вернитесь и отправьте меньше файлов" in page


def test_the_site_map_names_the_section(alice: Customer) -> None:
    page: Any = alice.client.get("/site-map/")
    assert "Вызвать специалиста, запросить справку и узнать, что сделано" in words(page.content)
