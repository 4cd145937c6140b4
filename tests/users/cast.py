"""The cast: alice (confirmed), bob (not confirmed), charlie (staff of an organisation)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.cache.backends import db as cache_table
from django.test import Client

from abonent.notices.models import Letter
from abonent.portal.models import Organisation
from abonent.portal.profile import Profile, load
from abonent.users.models import User
from abonent.users.operations import add_person, add_staff_member
from abonent.users.sessions import SessionStore

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], datetime]:
    """Set the doors' clock: `clock(timedelta(hours=1))` is an hour after NOW."""

    def set_to(after: timedelta) -> datetime:
        moment = NOW + after
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        monkeypatch.setattr(cache_table, "tz_now", lambda: moment)
        monkeypatch.setattr("time.time", moment.timestamp)
        return moment

    set_to(timedelta(0))
    return set_to


@pytest.fixture
def alice(db: None) -> User:
    return add_person(
        login="alice", email="alice@example.kz", password=PASSWORD, full_name="Алиса Ким", now=NOW
    )


@pytest.fixture
def bob(db: None) -> User:
    user = add_person(login="bob", email="bob@example.kz", password=PASSWORD, full_name="Боб", now=NOW)
    user.email_confirmed = False
    user.save(update_fields=["email_confirmed"])
    user.emailaddress_set.update(verified=False)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    organisation = Organisation.objects.create(code="sbyt", name_ru="Сбыт")
    return add_staff_member(
        login="charlie",
        email="charlie@example.kz",
        password=PASSWORD,
        organisation=organisation,
        role="operator",
        now=NOW,
    )


@pytest.fixture
def session_of(db: None) -> Callable[[User], SessionStore]:
    """A session as signing in makes it."""

    def begin(user: User) -> SessionStore:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "abonent.users.backends.PortalBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        return store

    return begin


@pytest.fixture
def portal_named(settings: Any) -> Callable[[str], Profile]:
    """Make this the portal of another profile, for one test."""

    def become(code: str) -> Profile:
        settings.PORTAL = load(settings.PORTALS_DIR / f"{code}.toml")
        names = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
        settings.LANGUAGES = [(one, names[one]) for one in settings.PORTAL.languages]
        settings.LANGUAGE_CODE = settings.PORTAL.language
        return settings.PORTAL

    return become


@pytest.fixture
def letters(db: None) -> Callable[[], list[Letter]]:
    """The letters in the outbox, oldest first."""
    return lambda: list(Letter.objects.order_by("pk"))


def link_in(letter: Letter) -> str:
    """The path of the first link in a letter."""
    found = re.search(r"https?://[^/\s]+(/\S+)", letter.text)
    assert found, letter.text
    return found[1]


def signed_in(client: Client, user: User, language: str = "ru") -> Client:
    """Sign `user` in as the form does, without the form."""
    User.objects.filter(pk=user.pk).update(language=language)
    client.force_login(user)
    return client
