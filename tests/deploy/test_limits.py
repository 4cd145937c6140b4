"""deploy/limits.sql on a real server: the role that serves pages is cut, its commands are not."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from abonent.base import patience

ROOT = Path(__file__).resolve().parents[2]
LIMITS = (ROOT / "deploy" / "limits.sql").read_text("utf-8")
SHOWN = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"


@pytest.fixture
def role(db: None) -> Iterator[str]:
    """A role of this process that may sign in, with the limits; roles belong to the whole server."""
    patience.as_pages_do()  # a command that another test ran in this process was patient
    name = f"abonent_limited_{os.getpid()}"
    own = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True)
    own.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
    own.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'of-the-tests'").format(sql.Identifier(name)))
    for _ in range(2):  # safe to repeat
        own.execute(LIMITS.replace("ROLE abonent SET", f"ROLE {name} SET"))
    yield name
    own.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
    own.close()


def limits_of(role: str) -> dict[str, str]:
    """What a new connection of Django's under this role is held to, in milliseconds."""
    other = connection.copy()
    other.settings_dict = {**connection.settings_dict, "USER": role, "PASSWORD": "of-the-tests"}
    try:
        with other.cursor() as cursor:
            cursor.execute(SHOWN, [list(patience.LIMITS)])
            return dict(cursor.fetchall())
    finally:
        other.close()


def test_pages_are_cut_and_commands_are_not(role: str) -> None:
    pages = limits_of(role)
    assert set(pages) == set(patience.LIMITS) == set(re.findall(r"SET (\w+) =", LIMITS))
    assert all(int(limit) > 0 for limit in pages.values())
    assert int(pages["lock_timeout"]) < int(pages["statement_timeout"]) < 60_000, "before nginx gives up"
    patience.take_as_long_as_it_takes()
    try:
        assert set(limits_of(role).values()) == {"0"}
    finally:
        patience.as_pages_do()


def test_behind_a_pooler_nothing_is_set_that_would_stay_with_others(role: str, settings: Any) -> None:
    settings.PREPARED_STATEMENTS = False
    patience.take_as_long_as_it_takes()
    try:
        assert all(int(limit) > 0 for limit in limits_of(role).values())
    finally:
        patience.as_pages_do()


@pytest.mark.parametrize(("command", "patient"), [("check", True), ("serve", False)])
def test_every_command_but_serve_is_patient(
    monkeypatch: pytest.MonkeyPatch, command: str, patient: bool
) -> None:
    from abonent import __main__ as main

    told: list[str] = []
    monkeypatch.setattr(main, "take_as_long_as_it_takes", lambda: told.append("patient"))
    monkeypatch.setattr(main, "set_up_django", lambda: None)
    monkeypatch.setattr(main, "take_settings_in_force", lambda: None)
    monkeypatch.setattr("importlib.import_module", lambda _: Idle)
    monkeypatch.setitem(main.COMMANDS, command, main.Command("none", "", "", needs_portal=True))
    assert main.main([command]) == 0
    assert bool(told) is patient


class Idle:
    @staticmethod
    def add_arguments(_: Any) -> None: ...

    @staticmethod
    def run(_: Any) -> int:
        return 0
