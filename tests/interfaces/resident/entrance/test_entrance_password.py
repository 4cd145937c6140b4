"""A forgotten password: the link of the letter, once, for an hour, to the reader of the mailbox alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.test import Client

from abonent.notices.models import Letter
from abonent.portal.profile import Profile
from abonent.users.models import Session, User
from tests.users.cast import PASSWORD, link_in, signed_in

Letters = Callable[[], list[Letter]]
Clock = Callable[[timedelta], datetime]
NEW = "a wholly new password"
pytestmark = pytest.mark.django_db


def _ask(email: str, **more: Any) -> Any:
    return Client().post("/password/reset/", {"email": email}, headers={"accept-language": "ru"}, **more)


def _follow(client: Client, path: str, password: str = NEW) -> Any:
    page = client.get(path, follow=True)
    return client.post(
        page.request["PATH_INFO"],
        {"password1": password, "password2": password},
        headers={"accept-language": "ru"},
    )


def test_known_and_unknown_addresses_are_answered_alike(alice: User, letters: Letters) -> None:
    known, unknown = _ask("ALICE@example.kz"), _ask("nobody@example.kz")
    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"] == "/password/reset/done/"
    assert [(one.kind, one.to) for one in letters()] == [
        ("password_reset", "alice@example.kz"),
        ("unknown_address", "nobody@example.kz"),
    ]
    assert letters()[0].language == "ru", "that of the page, when the person chose none"
    assert "alice" in letters()[0].text, "the login stands in the letter"


def test_the_link_sets_a_password_once_and_ends_all_sessions(
    client: Client, alice: User, letters: Letters
) -> None:
    thief = signed_in(Client(), alice)
    _ask(alice.email)
    path = link_in(letters()[-1])
    assert _follow(client, path)["Location"] == "/password/reset/key/done/"
    assert User.objects.get(pk=alice.pk).check_password(NEW)
    assert not Session.objects.filter(user=alice).exists()
    assert thief.get("/settings/").status_code == 302
    assert letters()[-1].kind == "password_changed"
    assert NEW not in letters()[-1].text
    assert client.get("/settings/").status_code == 302, "nobody is signed in by it"
    page = Client().get(path, follow=True, headers={"accept-language": "ru"}).content.decode()
    assert "уже использована" in page


def test_the_key_does_not_stay_in_the_address(client: Client, alice: User, letters: Letters) -> None:
    _ask(alice.email)
    path = link_in(letters()[-1])
    page = client.get(path, follow=True)
    assert page.request["PATH_INFO"] != path
    assert path.split("-", 1)[1].strip("/") not in page.content.decode()


def test_the_link_lives_an_hour(
    client: Client, alice: User, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(alice.email)
    path = link_in(letters()[-1])
    later = datetime.now() + timedelta(hours=1, seconds=2)  # noqa: DTZ005 - as Django's generator counts
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: later)
    assert "устарела" in client.get(path, follow=True, headers={"accept-language": "ru"}).content.decode()


@pytest.mark.parametrize(
    "change",
    [lambda path: path[:-2] + "/", lambda path: path.replace("-", "-0", 1), lambda path: path[:-2] + "x/"],
)
def test_a_changed_link_opens_nothing(
    client: Client, alice: User, letters: Letters, change: Callable[[str], str]
) -> None:
    _ask(alice.email)
    page = client.get(change(link_in(letters()[-1])), follow=True, headers={"accept-language": "ru"})
    assert "Ссылка неверна" in page.content.decode()


def test_a_link_for_one_person_is_of_no_use_for_another(
    client: Client, alice: User, bob: User, letters: Letters
) -> None:
    from allauth.account.utils import user_pk_to_url_str

    _ask(alice.email)
    path = link_in(letters()[-1])
    other = path.replace(f"/{user_pk_to_url_str(alice)}-", f"/{user_pk_to_url_str(bob)}-")
    assert other != path
    assert (
        "Ссылка неверна" in client.get(other, follow=True, headers={"accept-language": "ru"}).content.decode()
    )


def test_a_change_of_address_voids_the_link(client: Client, alice: User, letters: Letters) -> None:
    _ask(alice.email)
    path = link_in(letters()[-1])
    alice.emailaddress_set.update(email="alice@new.kz")
    User.objects.filter(pk=alice.pk).update(email="alice@new.kz")
    assert (
        "Ссылка неверна" in client.get(path, follow=True, headers={"accept-language": "ru"}).content.decode()
    )


@pytest.mark.parametrize("password", ["short", "password1", "alice-2026"])
def test_the_rules_hold_here_too(client: Client, alice: User, letters: Letters, password: str) -> None:
    _ask(alice.email)
    response = _follow(client, link_in(letters()[-1]), password)
    assert response.status_code == 200
    assert 'id="id_password1-error"' in response.content.decode()
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def test_three_letters_an_hour_for_an_address(alice: User, letters: Letters, clock: Clock) -> None:
    assert [_ask(alice.email, REMOTE_ADDR=f"203.0.113.{one}").status_code for one in range(5)] == [
        302
    ] * 3 + [429] * 2
    assert len(letters()) == 3
    assert _ask("nobody@example.kz").status_code == 302
    clock(timedelta(hours=1, seconds=1))
    assert _ask(alice.email).status_code == 302


def test_a_forged_host_does_not_get_into_the_letter(alice: User, letters: Letters, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://lk.example.kz"
    _ask(alice.email, HTTP_HOST="evil.example")
    _ask("nobody@example.kz", HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    for letter in letters():
        assert "evil.example" not in letter.text
        assert "https://lk.example.kz/" in letter.text


def test_with_sign_in_by_email_the_owner_gets_the_link(
    portal_named: Callable[[str], Profile], alice: User, letters: Letters
) -> None:
    portal_named("housing")
    facts = {"email": alice.email, "password": NEW, "password_again": NEW}
    Client().post("/signup/", facts)
    _ask(alice.email)
    assert [one.user for one in letters() if one.kind == "password_reset"] == [alice]
