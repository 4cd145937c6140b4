"""A page whose query the database cuts: 503 with what to do in their language, and no stack trace."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from abonent.interfaces.resident.home import views
from abonent.users.models import User
from tests.interfaces.ui.markup import faults
from tests.users.cast import _quick_hashes, alice, signed_in

__all__ = ["_quick_hashes", "alice"]
WORDS = {"ru": "Подождите минуту", "kk": "Бір минут күтіп"}
CUTS = {
    "a query": "SELECT pg_sleep(30)",
    "a lock": "SELECT pg_advisory_xact_lock(7)",
    "a mistake": "SELECT 1 / 0",
}


def slow(statement: str) -> Any:
    def current_account(_: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'; SET LOCAL lock_timeout = '5ms'")
            cursor.execute(statement)

    return current_account


@pytest.fixture
def held(transactional_db: None, alice: User) -> Any:
    """Somebody else holds the lock."""
    other = connection.copy()
    other.cursor().execute("SELECT pg_advisory_lock(7)")
    yield alice
    other.close()


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("what", ["a query", "a lock"])
def test_it_says_what_to_do(held: User, monkeypatch: pytest.MonkeyPatch, what: str, language: str) -> None:
    client = signed_in(Client(raise_request_exception=False), held, language)
    monkeypatch.setattr(views, "current_account", slow(CUTS[what]))
    answer = client.get("/")
    html = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "60", "no-store")
    assert WORDS[language] in html
    assert f'<html lang="{language}"' in html
    assert faults(html) == []
    assert not [word for word in ("Traceback", "pg_", "canceling", "timeout") if word in html]


@pytest.mark.django_db
def test_a_mistake_of_ours_stays_one(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(Client(raise_request_exception=False), alice)
    monkeypatch.setattr(views, "current_account", slow(CUTS["a mistake"]))
    assert client.get("/").status_code == 500
