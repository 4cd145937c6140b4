"""Imports in the office: sent by the browser, planned by the worker, looked at, taken, undone."""

import csv
import errno
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account, AccountLink
from abonent.exchange import runs
from abonent.exchange.errors import NoRoomError
from abonent.exchange.models import Run, Upload, UploadPart
from abonent.interfaces.office.problem_words import problem_words
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.exchange.conftest import NOW, example
from tests.exchange.office_runs import planned, received, taken, zipped
from tests.users.cast import *  # noqa: F403

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("office_imports", "office_exports", "office_tasks")


@pytest.fixture
def clerk(settings: Any) -> User:
    settings.STAFF_SECOND_FACTOR = False
    return User.objects.create_user("clerk", "clerk@example.kz", "a long password of mine")


@pytest.fixture
def office(clerk: User, settings: Any) -> Client:
    """An operator of the portal itself."""
    StaffMembership.objects.create(user=clerk, role="operator")
    client = Client()
    client.force_login(clerk)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ru"
    return client


def text_of(answer: Any) -> str:
    return str(answer.content.decode().replace("\u00a0", " "))


def send(client: Client, data: bytes, name: str = "ноябрь.zip", **typed: str) -> Any:
    return client.post(reverse("office_import_upload"), {**typed, "bundle": SimpleUploadedFile(name, data)})


def page_of(run: Run, name: str = "office_import") -> str:
    return reverse(name, args=[run.pk])


def test_a_bundle_goes_all_the_way_and_back(office: Client, clerk: User) -> None:
    answer = send(office, zipped(), whole_months="on")
    run = Run.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(run))
    assert (run.bundle, run.state, run.whole_months, run.uploaded_by) == (
        "ноябрь.zip",
        "uploaded",
        True,
        clerk,
    )
    waiting = office.get(page_of(run))
    assert waiting.headers["Refresh"] == "2", "it looks again by itself, without a script"
    assert "<progress" in text_of(waiting)
    runs.plan(run_id=run.pk, now=NOW)
    seen = office.get(page_of(run))
    assert "Refresh" not in seen.headers
    assert "Начисления, октябрь 2026" in text_of(seen)
    assert office.post(page_of(run, "office_import_apply")).status_code == 302
    runs.apply(run_id=run.pk, now=NOW)
    assert Account.objects.count() == 2
    assert page_of(run, "office_import_undo") in text_of(office.get(page_of(run)))
    before = text_of(office.get(page_of(run, "office_import_undo")))
    assert "Отменить загрузку ноябрь.zip?" in before or "нельзя" in before
    listed = text_of(office.get(reverse("office_imports")))
    assert "ноябрь.zip" in listed
    assert "clerk" in listed


def test_an_undo_is_confirmed_and_done_by_the_worker(office: Client, clerk: User) -> None:
    taken(zipped(), clerk)
    changed = example() | {"accounts": example()["accounts"].replace("Иванов Иван Иванович", "Петров Пётр")}
    run = taken(zipped(changed), clerk, now=NOW + timedelta(hours=1))
    asked = text_of(office.get(page_of(run, "office_import_undo")))
    assert "Отменить загрузку bundle.zip?" in asked
    assert office.post(page_of(run, "office_import_undo")).status_code == 302
    assert office.get(page_of(run)).headers["Refresh"] == "2"
    runs.undo(run_id=run.pk, now=NOW + timedelta(hours=2))
    assert Account.objects.get(number="0012346").payer == "Иванов Иван Иванович"
    assert "отменён" in text_of(office.get(page_of(run)))
    assert office.get(page_of(run, "office_import_undo")).status_code == 404


def test_what_stands_in_an_undos_way_is_said_and_nothing_is_asked(office: Client, clerk: User) -> None:
    run = taken(zipped(example() | {"payments": example()["payments"].splitlines()[0] + "\n"}), clerk)
    account = Account.objects.get(number="0012346")
    AccountLink.objects.create(user=clerk, account=account, method="code", created_at=NOW)
    page = text_of(office.get(page_of(run, "office_import_undo")))
    assert "Подключения абонентов к лицевым счетам из этого пакета" in page
    assert '<form method="post" action' not in page.split("<main")[1].split("</main")[0]
    assert office.post(page_of(run, "office_import_undo")).headers["Location"] == page_of(
        run, "office_import_undo"
    )
    run.refresh_from_db()
    assert run.state == "applied"


def test_alarms_stand_with_boxes_and_every_one_must_be_ticked(office: Client, clerk: User) -> None:
    taken(zipped(), clerk)
    head = example()["payments"].splitlines()[0]
    run = planned(zipped({"payments": f"{head}\nbank,x,0012345,2026-10-16,-99.00,Kaspi,\n"}), clerk)
    answer = office.post(page_of(run, "office_import_apply"))
    assert answer.status_code == 422
    assert "Сумма платежей отрицательная: −99,00 ₸." in text_of(answer)
    assert "Отметьте каждое предупреждение" in text_of(answer)
    assert office.post(page_of(run, "office_import_apply"), {"seen": "negative_payments"}).status_code == 302
    run.refresh_from_db()
    assert run.state == "approved"


def test_bad_rows_are_listed_in_the_readers_language_and_downloaded_with_their_values(
    office: Client, clerk: User
) -> None:
    accounts = example()["accounts"].replace(",54.20,", ",many,") + "0012399,aes,,Абая,1,1,1,,,\n"
    run = planned(zipped(example() | {"accounts": accounts}), clerk)
    page = text_of(office.get(page_of(run)))
    assert "не число вида 1234.56" in page
    assert "обязательно, но пусто" in page
    answer = office.get(page_of(run, "office_import_report"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert ["error", "accounts.csv", "2", "area", "many", "is not a number written like 1234.56"] in rows
    assert "attachment" in answer.headers["Content-Disposition"]
    assert AuditEvent.objects.filter(action="staff_read_list", subject="list:import_problems").exists()


def test_reading_bad_rows_is_in_the_trail_and_reading_counts_is_not(office: Client, clerk: User) -> None:
    """Bad rows name accounts. A page that looks again every two seconds tells none, and writes nothing."""
    read = AuditEvent.objects.filter(action="staff_read_list", subject="list:import_problems")
    fine = planned(zipped(), clerk)
    office.get(page_of(fine))
    assert not read.exists()
    bad = planned(
        zipped(example() | {"accounts": example()["accounts"] + "0012399,aes,,А,1,1,1,,,\n"}), clerk
    )
    assert office.head(page_of(bad)).status_code == 200
    assert not read.exists()
    office.get(page_of(bad))
    event = read.get()
    assert (event.actor, event.details) == (clerk, {"number": bad.pk})
    Run.objects.filter(pk=bad.pk).update(state="uploaded")
    assert "Refresh" in office.get(page_of(bad)).headers
    assert read.count() == 1


def test_a_payers_name_in_a_bad_row_is_not_on_the_page(office: Client, clerk: User) -> None:
    long = "Тайный " * 40
    accounts = example()["accounts"] + f"0012399,aes,{long},Абая,1,1,1,,,\n"
    run = planned(zipped(example() | {"accounts": accounts}), clerk)
    assert "Тайный" not in text_of(office.get(page_of(run)))
    assert "Тайный" in office.get(page_of(run, "office_import_report")).content.decode()


def test_a_dead_run_says_so_and_can_go_on(office: Client, clerk: User) -> None:
    run = received(zipped(), clerk)
    Run.objects.filter(pk=run.pk).update(state="planning", started_at=NOW - timedelta(days=1))
    page = office.get(page_of(run))
    assert "Refresh" not in page.headers
    assert "ничего не изменено" in text_of(page)
    assert office.post(page_of(run, "office_import_again")).status_code == 302
    run.refresh_from_db()
    assert run.state == "uploaded"


def test_too_large_an_upload_is_refused_before_it_is_read(office: Client, settings: Any) -> None:
    settings.LARGEST_UPLOAD = 100_000
    answer = send(office, bytes(300_000))
    assert answer.headers["Location"] == reverse("office_imports")
    assert "слишком большой" in text_of(office.get(reverse("office_imports")))
    assert not Upload.objects.exists()
    assert send(office, bytes(120_000)).status_code == 302, "a lie about the size is found on the way"
    assert not Upload.objects.exists()
    assert not UploadPart.objects.exists()
    for nothing in ({}, {"bundle": ""}):
        office.post(reverse("office_import_upload"), nothing)
        assert "Выберите пакет" in text_of(office.get(reverse("office_imports")))
    assert not Run.objects.exists()


def test_an_upload_without_the_token_is_forgotten(clerk: User, office: Client) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(clerk)
    assert send(careful, zipped()).status_code == 403
    assert not Run.objects.exists()
    assert not Upload.objects.exists()


def test_whoever_may_not_sends_nothing(clerk: User, alice: User) -> None:
    ours = Organisation.objects.create(code="ours", name_ru="Наш")
    for person, place in ((clerk, {"organisation": ours, "role": "administrator"}), (alice, None)):
        if place:
            StaffMembership.objects.create(user=person, **place)
        client = Client()
        client.force_login(person)
        assert send(client, zipped()).status_code == 404
        assert [client.get(reverse(name)).status_code for name in PAGES] == [404] * 3
    accountant = StaffMembership.objects.get(user=clerk)
    accountant.organisation, accountant.role = None, "accountant"
    accountant.save()
    client = Client()
    client.force_login(clerk)
    assert client.get(reverse("office_imports")).status_code == 404
    assert not Upload.objects.exists()


def test_pages_ask_as_much_for_many_runs_as_for_one(
    office: Client, clerk: User, django_assert_max_num_queries: Any
) -> None:
    taken(zipped(), clerk)
    for at in range(30):
        Run.objects.create(bundle=f"{at}.zip", started_at=NOW, state="planned", uploaded_by=clerk)
    for name, most in (("office_imports", 6), ("office_exports", 9), ("office_tasks", 7)):
        with django_assert_max_num_queries(most):
            assert office.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("language", ["kk", "en"])
def test_the_pages_speak_the_other_languages(
    office: Client, clerk: User, settings: Any, language: str
) -> None:
    run = taken(zipped(), clerk)
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for address in (page_of(run), reverse("office_imports"), page_of(run, "office_import_undo")):
        page = office.get(address)
        assert page.status_code == 200
        assert f'<html lang="{language}"' in text_of(page)
    assert {"kk": "Деректерді жүктеу", "en": "Imports"}[language] in text_of(
        office.get(reverse("office_imports"))
    )


def test_a_sentence_of_the_import_is_found_whatever_stands_in_it(settings: Any) -> None:
    from django.utils import translation

    with translation.override("ru"):
        assert problem_words("is longer than 200 characters") == "длиннее 200 символов"
        assert problem_words("stands twice: first in line 7") == "повторяется: впервые в строке 7"
        assert problem_words("nobody translated this") == "nobody translated this"
        assert (
            problem_words("b.zip: is damaged or not whole: Bad magic") == "b.zip: файл повреждён или не полон"
        )
        assert problem_words("OperationalError") == "ошибка самого портала (OperationalError)"


def test_a_full_disk_is_no_fault_of_the_bundle(
    office: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither while it comes nor while it is planned; and it can be planned again."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    run = received(zipped(), clerk)
    with monkeypatch.context() as patch:
        patch.setattr("abonent.exchange.reading._archive", full)
        with pytest.raises(NoRoomError):
            runs.plan(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == Run.State.BROKEN_OFF
    assert "на диске сервера не осталось места" in text_of(office.get(page_of(run)))
    kept = Upload.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr("abonent.exchange.uploads._bare", full)
        assert send(office, zipped()).headers["Location"] == reverse("office_imports")
    assert "На сервере нет места для пакета" in text_of(office.get(reverse("office_imports")))
    assert Upload.objects.count() == kept
