"""«Получать уведомления компании»: in the settings, and by the link of a letter."""

from typing import Any

import pytest
from django.test import Client

from abonent.announcements import personal, wish_links
from abonent.announcements.audience import Audience, reach
from abonent.announcements.models import NoNotices
from abonent.announcements.queries import wants_notices
from abonent.notices.models import Letter
from abonent.users.models import AuditEvent, User
from tests.announcements.town import HOUSE, NOW, account, day, draft, person, sent
from tests.users.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/settings/notices/"


@pytest.fixture
def anna() -> User:
    return person("anna", account("1"))


def test_switched_off_in_the_settings_and_on_again(anna: User) -> None:
    client = signed_in(Client(), anna)
    assert PAGE in client.get("/settings/").content.decode()
    assert "Не получать уведомления" in client.get(PAGE).content.decode()
    for wanted in ("no", "no"):
        assert client.post(PAGE, {"wanted": wanted}).status_code == 302
    assert not wants_notices(anna.pk)
    house = Audience("house", place=HOUSE)
    assert [reach(house, kind=kind, today=day()).mailboxes for kind in ("notice", "outage")] == [0, 1]
    assert "Уведомления по эл. почте отключены" in client.get(PAGE).content.decode()
    client.post(PAGE, {"wanted": "yes"})
    assert wants_notices(anna.pk)
    trail = AuditEvent.objects.filter(subject=f"user:{anna.pk}", action__startswith="notices_").order_by("pk")
    assert [one.action for one in trail] == ["notices_not_wanted", "notices_wanted"], "repeated, it is one"


def test_one_click_of_a_mail_program_ends_them(anna: User) -> None:
    sent(draft("notice"))
    link = (Letter.objects.get().headers or {})["List-Unsubscribe"].strip("<>")
    path = link.partition("//")[2].partition("/")[2]
    stranger = Client(enforce_csrf_checks=True, headers={"accept-language": "ru"})
    looked = stranger.get(f"/{path}")
    assert looked.status_code == 200
    assert "anna" not in looked.content.decode(), "a letter may be passed on"
    assert wants_notices(anna.pk), "looking changes nothing: mail programs look too"
    clicked = stranger.post(f"/{path}", {"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    assert clicked.headers["Cache-Control"] == "no-store"
    assert not wants_notices(anna.pk)
    assert "отключены" in stranger.get(f"/{path}").content.decode()


@pytest.mark.parametrize("change", [lambda one: one[:-1], lambda one: "x" + one, lambda _: "x"])
def test_a_forged_link_opens_nothing(change: Any, anna: User) -> None:
    token = change(wish_links.token(anna.pk))
    for method in ("get", "post"):
        answer = getattr(Client(headers={"accept-language": "ru"}), method)(f"/notices/unsubscribe/{token}/")
        assert answer.status_code == 404
        assert "Скопируйте ссылку из письма целиком" in answer.content.decode()
    assert not NoNotices.objects.exists()


def test_what_is_known_of_a_person_is_told_and_forgotten(anna: User) -> None:
    sent(draft("notice"))
    NoNotices.objects.create(user=anna, since=NOW)
    assert personal.facts_about(anna.pk) == {
        "announcements": [{"kind": "notice", "title": "Су жоқ", "written_at": NOW.isoformat()}],
        "notices_not_wanted": [{"since": NOW.isoformat()}],
    }
    assert personal.forget(anna.pk, NOW) == {"announcements": 1, "notices_not_wanted": 1}
    assert personal.forget(anna.pk, NOW) == {"announcements": 0, "notices_not_wanted": 0}
    assert not any(personal.facts_about(anna.pk).values())
