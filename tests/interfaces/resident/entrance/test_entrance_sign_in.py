"""Signing in and out: who gets in, how often one may try, and what is left behind."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection, connections
from django.test import Client

from abonent.portal.profile import Profile
from abonent.users.models import AuditEvent, Session, User, WrongSignIns
from tests.users.cast import PASSWORD, signed_in

Become = Callable[[str], Profile]
Clock = Callable[[timedelta], datetime]
pytestmark = pytest.mark.django_db


def _try(
    login: str,
    password: str = PASSWORD,
    *,
    address: str = "203.0.113.5",
    client: Client | None = None,
    **more: str,
) -> Any:
    return (client or Client()).post(
        "/login/",
        {"login": login, "password": password, **more},
        REMOTE_ADDR=address,
        headers={"accept-language": "ru", "user-agent": "Mozilla/5.0 (Windows) Firefox/140"},
    )


# Who gets in


@pytest.mark.parametrize("login", ["alice", "ALICE", " alice "])
def test_by_login_in_any_case(client: Client, alice: User, login: str) -> None:
    response = _try(login, client=client)
    assert response["Location"] == "/"
    row = Session.objects.get()
    assert (row.user, row.address, row.browser) == (
        alice,
        "203.0.113.5",
        "Mozilla/5.0 (Windows) Firefox/140",
    )


def test_a_portal_of_logins_takes_no_email(alice: User) -> None:
    assert _try(alice.email).status_code == 200


def test_a_portal_of_emails_takes_no_login(portal_named: Become, alice: User) -> None:
    portal_named("housing")
    assert _try("alice").status_code == 200
    assert _try("Alice@Example.kz").status_code == 302


def test_the_page_helps_password_managers(client: Client) -> None:
    page = client.get("/login/").content.decode()
    assert 'autocomplete="username"' in page
    assert '<input type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


@pytest.mark.parametrize("code", ["aes", "housing"])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    portal_named: Become, alice: User, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    portal_named(code)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *facts: hashed.append("once") or encode(*facts))
    known, unknown = (alice.email, "nobody@example.kz") if code == "housing" else ("alice", "nobody")
    pages, work = [], []
    for name in (known, unknown):
        hashed.clear()
        page = _try(name, "wrong password").content.decode()
        pages.append(page.replace(name, "NAME"))
        work.append(len(hashed))
    assert "Имя или пароль указаны неверно." in pages[0]
    assert _without_tokens(pages[0]) == _without_tokens(pages[1])
    assert work[0] == work[1] > 0, "time tells nothing: as many hashes for a name nobody has"


def _without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_a_closed_cabinet_is_told_of_to_those_who_know_its_password(alice: User) -> None:
    User.objects.update(is_active=False)
    assert _try("alice", "wrong").status_code == 200
    assert _try("alice")["Location"] == "/inactive/"
    assert not Session.objects.filter(user=alice).exists()


# How often


def test_five_wrong_in_fifteen_minutes_by_name_and_address(alice: User, bob: User, clock: Clock) -> None:
    for _ in range(5):
        assert "неверно" in _try("alice", "wrong").content.decode()
    page = _try("alice").content.decode()
    assert "Слишком много неверных попыток входа. Подождите 15 минут" in page, "also with the right password"
    assert _try("bob").status_code == 302, "another name is not concerned"
    assert _try("alice", address="203.0.113.6").status_code == 302, "nor is another address"
    clock(timedelta(minutes=15, seconds=1))
    assert _try("alice").status_code == 302


def test_an_honest_person_who_mistypes_is_not_locked_out(alice: User, clock: Clock) -> None:
    for _ in range(6):
        for _ in range(4):
            assert _try("alice", "mistyped").status_code == 200
        assert _try("alice").status_code == 302
        clock(timedelta(hours=1))


def test_the_right_password_is_not_counted(alice: User, clock: Clock) -> None:
    assert [_try("alice").status_code for _ in range(12)] == [302] * 12


def test_a_hundred_in_a_row_shut_the_password_from_everywhere(
    alice: User, clock: Clock, letters: Any
) -> None:
    for number in range(100):
        clock(timedelta(minutes=number))
        assert "неверно" in _try("alice", "wrong", address=f"198.51.{number}.1").content.decode()
    clock(timedelta(minutes=101))
    assert "Слишком много" in _try("alice", address="203.0.113.77").content.decode()
    assert "Слишком много" not in _try("nobody", address="203.0.113.78").content.decode()
    client = Client()
    client.post("/password/reset/", {"email": alice.email})
    path = "/password/reset/" + letters()[-1].text.split("/password/reset/")[1].split()[0]
    form = client.get(path, follow=True)
    new = {"password1": "a new and long one", "password2": "a new and long one"}
    assert client.post(form.request["PATH_INFO"], new).status_code == 302
    assert _try("alice", "a new and long one", address="203.0.113.77").status_code == 302


def test_a_name_nobody_has_is_shut_as_well(clock: Clock, db: None) -> None:
    for number in range(100):
        _try("nobody", "wrong", address=f"198.51.{number}.1")
    assert "Слишком много" in _try("nobody", address="203.0.113.77").content.decode()
    assert "nobody" not in WrongSignIns.objects.get().name


def test_the_right_password_ends_the_row(alice: User, clock: Clock) -> None:
    for number in range(99):
        _try("alice", "wrong", address=f"198.51.{number}.1")
    assert _try("alice", address="203.0.113.1").status_code == 302
    for number in range(99):
        clock(timedelta(hours=2))
        _try("alice", "wrong", address=f"198.52.{number}.1")
    assert _try("alice", address="203.0.113.1").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_twenty_at_the_same_moment_compare_five(
    transactional_db: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    compared: list[int] = []
    check = User.check_password
    counted = lambda one, text: compared.append(1) or check(one, text)  # noqa: E731
    monkeypatch.setattr(User, "check_password", counted)

    def one(_: int) -> int:
        try:
            status: int = _try("alice", "wrong").status_code
            return status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        # Who waits too long for allauth's lock, on a machine that is busy, is sent away uncounted: 429.
        assert set(pool.map(one, range(20))) <= {200, 429}
    assert 1 <= len(compared) <= 5
    assert connection.is_usable()


# What is left behind


def test_a_new_key_at_every_sign_in_also_of_the_same_person(client: Client, alice: User) -> None:
    from allauth.account.adapter import get_adapter
    from django.test import RequestFactory

    from abonent.users.sessions import SessionStore

    client.get("/login/")
    keys = []
    for _ in range(2):
        _try("alice", client=client)
        keys.append(client.session.session_key)
        client.post("/logout/")
    assert len(set(keys)) == 2
    _try("alice", client=client)
    request: Any = RequestFactory().get("/")
    request.session = SessionStore(client.session.session_key)
    before = request.session.session_key
    get_adapter(request).login(request, User.objects.get(pk=alice.pk))
    assert request.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_the_cookie_is_shut_to_scripts_and_strangers(client: Client, alice: User, settings: Any) -> None:
    cookie = _try("alice", client=client).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) >= 32
    assert int(cookie["max-age"]) == 30 * 24 * 3600


def test_the_cookie_of_https_goes_nowhere_else() -> None:
    """`__Host-`, secure: in a process of its own, because settings are read once."""
    import os
    import subprocess
    import sys

    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from django.conf import settings as s; print("
            + ", ".join(f"s.{name}" for name in names)
            + ", s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE"
            + ", s.PASSWORD_HASHERS)",
        ],
        env={
            key: value
            for key, value in os.environ.items()
            if not key.startswith("ABONENT_") or key == "ABONENT_HOME"
        }
        | {
            "ABONENT_PORTAL": "aes",
            "ABONENT_SECRET_KEY": "k" * 50,
            "DJANGO_SETTINGS_MODULE": "abonent.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert all(name.startswith("__Host-") for name in told[:3])
    assert told[3:6] == ["True"] * 3
    assert "Argon2" in told[6], "passwords are kept by argon2"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
    ],
)
def test_next_leads_nowhere_else(client: Client, alice: User, target: str) -> None:
    assert _try("alice", client=client, next=target)["Location"] == "/"
    assert client.post("/logout/", {"next": target})["Location"] == "/login/"


def test_next_leads_back(client: Client, alice: User) -> None:
    assert client.get("/settings/")["Location"] == "/login/?next=/settings/"
    page = client.get("/login/?next=/settings/").content.decode()
    assert '<input type="hidden" name="next" value="/settings/">' in page
    assert _try("alice", client=client, next="/settings/")["Location"] == "/settings/"


def test_signing_out_ends_the_session_on_the_server_and_clears_the_browser(
    client: Client, alice: User
) -> None:
    signed_in(client, alice)
    asked = client.get("/logout/")
    assert asked.status_code == 200
    assert Session.objects.filter(user=alice).exists(), "a GET changes nothing"
    response = client.post("/logout/")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(user=alice).exists()
    assert client.get("/settings/").status_code == 302
    assert AuditEvent.objects.filter(action="sign_out", actor=alice).exists()


def test_personal_pages_are_not_kept_anywhere(client: Client, alice: User) -> None:
    signed_in(client, alice)
    for path in ("/settings/", "/password/", "/sessions/", "/email/", "/nowhere/"):
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_a_forged_form_signs_nobody_in_or_out(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert _try("alice", client=client).status_code == 403
    client.force_login(alice)
    assert client.post("/logout/").status_code == 403
    assert Session.objects.filter(user=alice).exists()


def test_the_trail_of_sign_ins_holds_no_secrets(alice: User) -> None:
    _try("alice")
    _try("alice", "my secret typo")
    _try("my secret in the wrong field")
    for _ in range(6):
        _try("carol", "wrong")
    events = list(AuditEvent.objects.exclude(action__in=["person_added"]).order_by("pk"))
    assert [one.action for one in events] == ["sign_in", "sign_in_refused", "sign_in_refused"] + [
        "sign_in_refused"
    ] * 5 + ["sign_in_limited"]
    assert events[0].actor == alice
    assert {one.address for one in events} == {"203.0.113.5"}
    written = " ".join(f"{one.subject} {one.details}" for one in events)
    assert "secret" not in written
    assert "carol" not in written
    assert len({one.subject for one in events[3:]}) == 1, "tries against one name can be counted"


# The language


@pytest.mark.parametrize(
    ("asks", "cookie", "shown"),
    [
        ("", "", "kk"),
        ("de-DE,de", "", "kk"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "", "ru"),
        ("de,en;q=0.8,ru;q=0.5", "", "en"),
        ("ru", "en", "en"),
        ("ru", "tlh", "ru"),
    ],
)
def test_the_language_of_a_visitor(client: Client, settings: Any, asks: str, cookie: str, shown: str) -> None:
    if cookie:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    response = client.get("/login/", headers={"accept-language": asks})
    assert f'<html lang="{shown}"' in response.content.decode()
    assert response["Content-Language"] == shown


def test_a_language_the_portal_has_not_is_not_shown(client: Client, portal_named: Become) -> None:
    portal_named("pes")
    assert '<html lang="ru"' in client.get("/login/", headers={"accept-language": "kk"}).content.decode()


def test_a_persons_own_language_wins_and_the_switch_changes_it(
    client: Client, alice: User, settings: Any
) -> None:
    signed_in(client, alice, language="kk")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert '<html lang="kk"' in client.get("/settings/", headers={"accept-language": "ru"}).content.decode()
    client.post("/language/", {"switch_language": "ru", "next": "/settings/"})
    assert User.objects.get(pk=alice.pk).language == "ru"
    assert '<html lang="ru"' in client.get("/settings/").content.decode()
