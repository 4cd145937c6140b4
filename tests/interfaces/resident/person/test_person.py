"""The screens about oneself: password, e-mail, settings, contact details, sessions."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.test import Client, RequestFactory

from abonent.notices.models import Letter
from abonent.portal.profile import Profile
from abonent.users.models import AuditEvent, Session, User
from abonent.users.permissions import confirmed_email_required
from tests.users.cast import PASSWORD, link_in, signed_in

Letters = Callable[[], list[Letter]]
Clock = Callable[[timedelta], datetime]
NEW = "a wholly new password"
SCREENS = ["/password/", "/email/", "/settings/", "/contact-details/", "/sessions/", "/security/"]
ACTIONS = ["/email/resend/", "/sessions/end/", "/sessions/end-others/"]
pytestmark = pytest.mark.django_db


def _fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("path", SCREENS)
def test_visitors_are_sent_to_sign_in(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/login/?next={path}"


@pytest.mark.parametrize("path", ACTIONS)
def test_actions_are_posts_of_the_signed_in(client: Client, alice: User, path: str) -> None:
    assert client.post(path)["Location"].startswith("/login/")
    signed_in(client, alice)
    assert client.get(path).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(path).status_code == 403


# «Изменить пароль»


def _change(client: Client, current: str = PASSWORD, new: str = NEW, again: str | None = None) -> Any:
    return client.post("/password/", {"current": current, "new": new, "again": again or new}, follow=True)


@pytest.mark.parametrize(
    ("language", "words", "button"),
    [("ru", "Ваш пароль изменён", "Сохранить"), ("kk", "Сіздің құпиясөзіңіз өзгертілді", "Өзгерту")],
)
def test_changing_the_password(
    client: Client, alice: User, letters: Letters, language: str, words: str, button: str
) -> None:
    other = signed_in(Client(), alice, language)
    signed_in(client, alice, language)
    assert f"<span>{button}</span>" in client.get("/password/").content.decode()
    before = client.session.session_key
    page = _change(client).content.decode()
    assert words in page
    assert 'href="/"' in page
    assert _fresh(alice).check_password(NEW)
    assert client.get("/settings/").status_code == 200, "this session goes on"
    assert client.session.session_key != before
    assert other.get("/settings/").status_code == 302, "the others end"
    [letter] = letters()
    assert (letter.kind, letter.to, letter.language) == ("password_changed", alice.email, language)
    assert NEW not in letter.text
    assert PASSWORD not in letter.text


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"current": "wrong"}, "current"),
        ({"new": "short", "again": "short"}, "new"),
        ({"new": "password1", "again": "password1"}, "new"),
        ({"new": "alice-alice", "again": "alice-alice"}, "again or new"),
        ({"again": "another one"}, "again"),
        ({"new": ""}, "new"),
    ],
)
def test_a_password_that_does_not_change(
    client: Client, alice: User, facts: dict[str, str], field: str
) -> None:
    signed_in(client, alice)
    page = client.post(
        "/password/", {"current": PASSWORD, "new": NEW, "again": NEW, **facts}
    ).content.decode()
    if facts.get("new") != "alice-alice":
        assert f'id="id_{field}-error"' in page
        assert _fresh(alice).check_password(PASSWORD)
    assert NEW not in page


def test_guessing_the_current_password_in_a_stolen_session_is_limited(
    client: Client, alice: User, clock: Clock
) -> None:
    signed_in(client, alice)
    assert [_change(client, current="guess").status_code for _ in range(6)] == [200] * 5 + [429]
    assert AuditEvent.objects.filter(action="password_change_refused", actor=alice).count() == 5


# «Изменение E-mail»


def _ask_for(client: Client, email: str) -> Any:
    """Type a new address, and the password when it is asked for."""
    response = client.post("/email/", {"email": email})
    if response.status_code == 302 and response["Location"].startswith("/reauthenticate/"):
        response = client.post(response["Location"], {"password": PASSWORD})
    return response


def test_the_new_address_works_once_confirmed_and_the_old_one_is_told(
    client: Client, alice: User, letters: Letters
) -> None:
    signed_in(client, alice)
    assert client.post("/email/", {"email": "alice@new.kz"})["Location"].startswith("/reauthenticate/")
    assert _ask_for(client, "Alice@New.kz")["Location"] == "/email/"
    assert _fresh(alice).email == "alice@example.kz"
    assert [(one.kind, one.to) for one in letters()] == [
        ("email_change_asked", "alice@example.kz"),
        ("confirm_email", "alice@new.kz"),
    ]
    assert "alice@new.kz" not in letters()[0].text
    assert "alice@new.kz" in client.get("/email/").content.decode()
    Client().post(link_in(letters()[1]))
    assert (_fresh(alice).email, _fresh(alice).email_confirmed) == ("alice@new.kz", True)
    assert [(one.email, one.verified, one.primary) for one in EmailAddress.objects.filter(user=alice)] == [
        ("alice@new.kz", True, True)
    ]
    assert (letters()[-1].kind, letters()[-1].to) == ("email_changed", "alice@example.kz")


def test_where_people_sign_in_by_email_the_password_asked_for_again_is_theirs(
    client: Client, alice: User, letters: Letters, portal_named: Callable[[str], Profile]
) -> None:
    portal_named("housing")
    signed_in(client, alice)
    assert _ask_for(client, "alice@new.ru")["Location"] == "/email/"
    assert [one.to for one in letters()] == ["alice@example.kz", "alice@new.ru"]


def test_a_wrong_password_changes_no_address(client: Client, alice: User, letters: Letters) -> None:
    signed_in(client, alice)
    asked = client.post("/email/", {"email": "alice@new.kz"})
    page = client.post(asked["Location"], {"password": "wrong"}).content.decode()
    assert "Пароль указан неверно." in page
    assert not letters()


def test_an_address_that_is_somebodys_is_answered_like_any_other(
    client: Client, alice: User, bob: User, letters: Letters
) -> None:
    signed_in(client, bob)
    taken = _ask_for(client, alice.email)
    assert taken["Location"] == "/email/"
    assert (letters()[-1].kind, letters()[-1].to) == ("already_registered", alice.email)
    free = _ask_for(client, "free@example.kz")
    assert free["Location"] == "/email/"
    assert letters()[-1].kind == "confirm_email"


def test_only_the_last_address_asked_for_can_be_confirmed(
    client: Client, alice: User, letters: Letters
) -> None:
    signed_in(client, alice)
    _ask_for(client, "first@example.kz")
    _ask_for(client, "second@example.kz")
    first, second = [one for one in letters() if one.kind == "confirm_email"]
    assert Client().post(link_in(first)).status_code == 404
    assert Client().post(link_in(second)).status_code == 200
    assert _fresh(alice).email == "second@example.kz"


def test_an_address_never_confirmed_is_replaced_at_once(client: Client, bob: User, letters: Letters) -> None:
    signed_in(client, bob)
    _ask_for(client, "right@example.kz")
    assert (_fresh(bob).email, _fresh(bob).email_confirmed) == ("right@example.kz", False)
    assert [one.to for one in letters()] == ["right@example.kz"], "the mistyped one is nobody's business"


def test_ones_own_address_is_no_new_one(client: Client, alice: User, letters: Letters) -> None:
    signed_in(client, alice)
    assert "Это и есть Ваш нынешний адрес." in _ask_for(client, alice.email).content.decode()
    assert not letters()


# Until the address is confirmed


def test_the_unconfirmed_read_it_and_send_the_letter_again(
    client: Client, bob: User, letters: Letters, clock: Clock
) -> None:
    signed_in(client, bob)
    page = client.get("/settings/").content.decode()
    assert "Адрес эл.почты не подтвержден!" in page
    assert "Отправить письмо ещё раз" in page
    assert "Письмо отправлено" in client.post("/email/resend/", follow=True).content.decode()
    assert "через три минуты" in client.post("/email/resend/", follow=True).content.decode()
    assert [one.kind for one in letters()] == ["confirm_email"]
    clock(timedelta(minutes=3, seconds=1))
    client.post("/email/resend/")
    assert len(letters()) == 2


def test_the_confirmed_read_nothing_of_it(client: Client, alice: User) -> None:
    signed_in(client, alice)
    assert "не подтвержден" not in client.get("/settings/").content.decode()


def test_what_needs_a_confirmed_address_is_shut_without_one(alice: User, bob: User) -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.messages.storage.cookie import CookieStorage

    guarded = confirmed_email_required(lambda request: HttpResponse("taken"))

    def answer(user: Any) -> Any:
        request: Any = RequestFactory().post("/readings/")
        request.user, request._messages = user, CookieStorage(RequestFactory().get("/"))
        return guarded(request)

    assert answer(alice).content == b"taken"
    assert answer(bob)["Location"] == "/settings/"
    assert answer(AnonymousUser())["Location"].startswith("/login/")


# «Персональные настройки»


def test_saving_the_settings(client: Client, alice: User) -> None:
    signed_in(client, alice)
    facts = {"full_name": "Алиса Новая", "months_shown": "24", "language": "ru"}
    page = client.post("/settings/", facts, follow=True).content.decode()
    assert "Настройки сохранены" in page
    assert (_fresh(alice).full_name, _fresh(alice).months_shown) == ("Алиса Новая", 24)
    assert AuditEvent.objects.get(action="settings_changed").details == {
        "fields": ["full_name", "months_shown"]
    }


def test_the_message_speaks_the_language_just_chosen(client: Client, alice: User) -> None:
    signed_in(client, alice)
    facts = {"full_name": "Алиса", "months_shown": "12", "language": "kk"}
    page = client.post("/settings/", facts, follow=True).content.decode()
    assert "Баптаулар сақталды" in page
    assert _fresh(alice).language == "kk"


@pytest.mark.parametrize(
    "facts",
    [
        {"months_shown": "0"},
        {"months_shown": "61"},
        {"months_shown": "x"},
        {"language": "de"},
        {"full_name": " "},
    ],
)
def test_settings_that_cannot_be(client: Client, alice: User, facts: dict[str, str]) -> None:
    signed_in(client, alice)
    page = client.post("/settings/", {"full_name": "Алиса", "months_shown": "12", "language": "ru", **facts})
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert _fresh(alice).months_shown == 12


def test_nothing_else_can_be_changed_by_the_form(client: Client, alice: User) -> None:
    signed_in(client, alice)
    facts = {"full_name": "А", "months_shown": "12", "language": "ru"}
    client.post(
        "/settings/", {**facts, "email": "x@y.kz", "login": "root", "email_confirmed": "on", "phone": "1"}
    )
    fresh = _fresh(alice)
    assert (fresh.email, fresh.login, fresh.phone) == (alice.email, "alice", "")


def test_pes_calls_it_profile_with_login_fixed_and_phone(
    client: Client, alice: User, portal_named: Callable[[str], Profile]
) -> None:
    portal_named("pes")
    signed_in(client, alice)
    page = client.get("/settings/").content.decode()
    assert "<h1>Профиль</h1>" in page
    assert "Основные данные" in page
    assert "<dd>alice</dd>" in page
    assert 'name="login"' not in page
    facts = {"full_name": "А", "phone": "8 701 234-56-78", "months_shown": "12", "language": "ru"}
    assert client.post("/settings/", facts).status_code == 302
    assert _fresh(alice).phone == "+77012345678"
    assert 'value="+7(701)2345678"' in client.get("/settings/").content.decode()


def test_contact_details_after_the_first_account(
    client: Client, alice: User, portal_named: Callable[[str], Profile]
) -> None:
    portal_named("housing")
    signed_in(client, alice)
    assert client.post("/contact-details/", {"full_name": ""}).status_code == 200
    response = client.post("/contact-details/", {"full_name": "Коваль Анна", "phone": "+7(903)1112233"})
    assert response["Location"] == "/accounts/"
    assert (_fresh(alice).full_name, _fresh(alice).phone) == ("Коваль Анна", "+79031112233")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7*7 }}", 'O\'Brien & "Ко"'])
def test_names_are_shown_as_they_are(client: Client, alice: User, name: str) -> None:
    signed_in(client, alice)
    client.post("/settings/", {"full_name": name, "months_shown": "12", "language": "ru"})
    page = client.get("/settings/").content.decode()
    assert _fresh(alice).full_name == name
    assert "<script>alert" not in page
    assert "49" not in re.findall(r'name="full_name"[^>]*value="([^"]*)"', page)


# Sessions


def test_the_list_ends_one_and_all_others(client: Client, alice: User, bob: User) -> None:
    signed_in(client, alice)
    others = [Client(headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/605"}) for _ in range(3)]
    for one in others:
        one.post("/login/", {"login": "alice", "password": PASSWORD})
    stranger = signed_in(Client(), bob)
    page = client.get("/sessions/").content.decode()
    assert page.count("Safari, iPhone") == 3
    assert "этот сеанс" in page
    assert not any(one.session.session_key in page for one in [client, *others])
    marks = re.findall(r'name="session" value="(\w+)"', page)
    assert len(marks) == 3
    stranger.post("/sessions/end/", {"session": marks[0]})
    assert len(re.findall(r'name="session"', client.get("/sessions/").content.decode())) == 3
    client.post("/sessions/end/", {"session": marks[0]})
    assert len([one for one in others if one.get("/settings/").status_code == 200]) == 2
    client.post("/sessions/end-others/")
    assert not [one for one in others if one.get("/settings/").status_code == 200]
    assert client.get("/settings/").status_code == 200
    assert stranger.get("/settings/").status_code == 200
    assert Session.objects.filter(user=alice).count() == 1
