"""Texts and notices in the office: written, looked at, let go, called back; each sees what is theirs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.announcements.models import Announcement
from abonent.announcements.sending import send
from abonent.portal.current import portal
from abonent.portal.models import Service
from abonent.users.models import AuditEvent, StaffMembership
from tests.announcements.town import (
    HOUSE,
    NOW,
    TEXTS,
    account,
    draft,
    organisation,
    person,
    scheduled,
    sent,
    staff,
    written,
)
from tests.users.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/office/announcements/"


@pytest.fixture(autouse=True)
def _doors(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STAFF_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture(autouse=True)
def town() -> None:
    """Two flats of ours in the house, one of theirs on the same street, four people of one flat."""
    flats = [account("1"), account("2")]
    account("3", "г. Алматы, ул. Абая, 3", owner="theirs")
    for number in range(4):
        person(f"p{number}", flats[0], email_confirmed=number != 0)
    Service.objects.create(code="water", organisation=organisation("ours"), name_ru="Вода")


def _client(place: StaffMembership) -> Client:
    return signed_in(Client(), place.user)


def _words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(text.replace("\u00a0", " ").split())


def _typed(**facts: str) -> dict[str, str]:
    texts = {f"{part}_{one}": TEXTS[one][part] for one in portal().languages for part in ("title", "text")}
    hours = {"starts_at": "2026-11-21T14:00", "ends_at": "2026-11-21T20:00"}
    return {"kind": "outage", "audience": "house", "place": HOUSE, **hours, **texts, **facts}


def test_an_outage_is_written_looked_at_and_let_go() -> None:
    client = _client(staff())
    made = client.post(f"{LIST}new/", _typed())
    found = Announcement.objects.get()
    assert made.headers["Location"] == reverse("office_announcement", args=[found.pk])
    assert found.starts_at is not None
    assert found.starts_at.isoformat() == "2026-11-21T09:00:00+00:00", "the portal's clock"
    page = _words(client.get(made.headers["Location"]))
    assert "2 лицевых счёта, 4 человека" in page
    assert re.search(r"Получат письмо 3\b", page)
    for one in portal().languages:
        assert TEXTS[one]["title"] in page, "in each language"
        assert TEXTS[one]["text"] in page
    assert client.post(f"{LIST}{found.pk}/schedule/", {"when": "now"}).status_code == 302
    assert "отправляется" not in _words(client.get(LIST))
    send(found.pk, clock=lambda: NOW)
    assert "сейчас на страницах" in _words(client.get(LIST))
    done = _words(client.get(f"{LIST}{found.pk}/"))
    assert re.search(r"В пути 3\b", done)
    assert "Всего адресатов 3" in done
    assert "Отправить" not in done
    asked = client.get(f"{LIST}{found.pk}/end/")
    assert "Завершить отключение" in _words(asked)
    assert client.post(f"{LIST}{found.pk}/end/", {"reason": "Починили"}).status_code == 302
    assert "закончилось" in _words(client.get(LIST))
    trail = AuditEvent.objects.filter(subject=f"announcement:{found.pk}").order_by("pk")
    assert [event.action for event in trail] == [
        "announcement_written",
        "announcement_scheduled",
        "announcement_published",
        "announcement_ended",
    ]


def test_an_address_is_chosen_among_what_is_found() -> None:
    account("4", "г. Алматы, ул. Абая, 11")
    client = _client(staff())
    several = client.post(f"{LIST}new/", _typed(place="абая"))
    assert several.status_code == 422
    body = several.content.decode()
    assert re.findall(r'name="chosen"[^>]*value="([^"]+)"', body) == [
        HOUSE,
        "г. Алматы, ул. Абая, 11",
        "г. Алматы, ул. Абая, 3",
    ]
    assert "Нет воды" in body, "what was typed stays"
    assert client.post(f"{LIST}new/", _typed(place="абая", chosen=HOUSE)).status_code == 302
    assert Announcement.objects.get().place == HOUSE
    assert client.post(f"{LIST}new/", _typed(place="Абая 11")).status_code == 302, "the only one is taken"
    assert Announcement.objects.latest("pk").place == "г. Алматы, ул. Абая, 11"
    assert client.post(f"{LIST}new/", _typed(place="Абая", audience="street")).status_code == 302
    assert Announcement.objects.latest("pk").place == "г. Алматы, ул. Абая"
    nowhere = client.post(f"{LIST}new/", _typed(place="Гоголя 1"))
    assert "Такого адреса нет ни у одного лицевого счёта" in _words(nowhere)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"audience": "service"}, "Выберите услугу."),
        ({"audience": "organisation", "organisation": ""}, "Выберите организацию."),
        ({"ends_at": "2026-11-21T13:00"}, "Отключение заканчивается позже, чем начинается."),
        ({"ends_at": "завтра"}, "Введите день и время так: 21.11.2026 14:00."),
        ({"starts_at": ""}, "Введите день и время."),
    ],
    ids=str,
)
def test_mistakes_are_said_at_their_field(change: dict[str, str], says: str) -> None:
    answer = _client(staff()).post(f"{LIST}new/", _typed(**change))
    assert answer.status_code == 422
    assert says in _words(answer)
    assert not Announcement.objects.exists()


def test_an_unfinished_text_waits_and_the_page_says_which() -> None:
    client = _client(staff())
    client.post(f"{LIST}new/", _typed(text_kk=""))
    number = Announcement.objects.get().pk
    page = _words(client.get(f"{LIST}{number}/"))
    assert "Ещё нет заголовка или текста на языках: Қазақша." in page
    answer = client.post(f"{LIST}{number}/schedule/", {"when": "now"})
    assert answer.status_code == 422
    assert client.post(f"{LIST}{number}/edit/", _typed()).status_code == 302
    assert client.post(f"{LIST}{number}/schedule/", {"when": "now"}).status_code == 302
    edited = client.get(f"{LIST}{number}/edit/")
    assert edited.status_code == 302, "what was let go does not change"
    copy = client.get(f"{LIST}new/?copy={number}").content.decode()
    assert "Құбырды жөндеу." in copy
    assert 'value="2026-11-21T14:00"' in copy


def test_it_may_wait_for_its_time_and_be_called_back() -> None:
    client, number = _client(staff()), written(draft("notice")).pk
    for at, says in (("", "Введите день и время."), ("2026-11-21T13:00", "Это время уже прошло.")):
        refused = client.post(f"{LIST}{number}/schedule/", {"when": "later", "at": at})
        assert refused.status_code == 422
        assert says in _words(refused)
    client.post(f"{LIST}{number}/schedule/", {"when": "later", "at": "2026-11-22T08:00"})
    found = Announcement.objects.get()
    assert found.scheduled_at is not None
    assert found.scheduled_at - NOW == timedelta(hours=18), "08:00 in Almaty"
    assert client.post(f"{LIST}{number}/cancel/", {"reason": "Опечатка"}).status_code == 302
    assert "отозвано" in _words(client.get(LIST))
    assert AuditEvent.objects.get(action="announcement_cancelled").reason == "Опечатка"
    again = client.post(f"{LIST}{number}/cancel/", {}, follow=True)
    assert "Это больше нельзя сделать" in _words(again)


def test_operators_tell_of_outages_and_see_no_notices() -> None:
    notice, outage = written(draft("notice")).pk, written().pk
    client = _client(staff(None, "operator"))
    page = client.get(LIST).content.decode()
    assert f"{LIST}{outage}/" in page
    assert f"{LIST}{notice}/" not in page
    assert "kind=notice" not in page
    assert client.get(f"{LIST}new/?kind=notice").status_code == 404
    assert client.post(f"{LIST}new/", _typed(kind="notice")).status_code == 404
    assert client.get(f"{LIST}new/?copy={notice}").status_code == 404
    for path in ("", "edit/", "cancel/", "end/"):
        assert client.get(f"{LIST}{notice}/{path}").status_code == 404
    assert client.post(f"{LIST}{notice}/schedule/", {"when": "now"}).status_code == 404
    assert client.get(f"{LIST}new/?kind=circular").status_code == 404


def test_an_organisations_staff_speak_to_its_own() -> None:
    whole, client = written().pk, _client(staff("theirs"))
    assert client.get(f"{LIST}{whole}/").status_code == 404
    assert client.post(f"{LIST}{whole}/cancel/", {}).status_code == 404
    form = client.get(f"{LIST}new/?kind=outage").content.decode()
    assert 'value="all"' not in form
    assert 'name="organisation"' not in form
    refused = client.post(f"{LIST}new/", _typed(audience="all"))
    assert refused.status_code == 422
    assert client.post(f"{LIST}new/", _typed()).status_code == 422, "the house is none of theirs"
    street = client.post(f"{LIST}new/", _typed(audience="street", place="г. Алматы, ул. Абая"))
    assert "1 лицевой счёт, 0 человек" in _words(client.get(street.headers["Location"]))
    assert Announcement.objects.latest("pk").organisation == organisation("theirs")


def test_a_page_asks_the_same_number_of_questions_however_many_there_are() -> None:
    client, number = _client(staff()), sent().pk

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as context:
            assert client.get(address).status_code == 200
        return len(context.captured_queries)

    pages = (LIST, f"{LIST}{number}/", f"{LIST}{scheduled(at=NOW + timedelta(hours=1)).pk}/")
    first = [queries(page) for page in pages]  # also counts what is kept until billing tells of something new
    before = [queries(page) for page in pages]
    assert max(first) <= max(before) + 1
    flat = account("5")
    for many in range(20):
        person(f"q{many}", flat)
        written(draft("notice"))
    assert [queries(page) for page in pages] == before
    assert max(before) <= 12
