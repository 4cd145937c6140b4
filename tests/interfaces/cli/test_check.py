"""`abonent check` finds what would go wrong in service, and stays content with what is right.

The command is called in this process; test_command.py runs it as one of its own.
"""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from abonent.interfaces.cli.check import look_at_everything
from abonent.interfaces.cli.finding import Finding
from abonent.portal.profile import load

pytestmark = pytest.mark.django_db
LETTER = """
INSERT INTO notices_letter
       (kind, "to", language, subject, text, attempts, created_at, next_attempt_at, last_error)
VALUES ('any', 'alice@example.kz', 'ru', 's', 't', 1,
        now() - interval '{age}', now() + interval '1 hour', '{error}')
"""
STRENGTH = """
INSERT INTO portal_organisation (code, name_ru, name_kk, tax_number, tax_reason_code, bank_account, bank_name,
                                 bank_code, correspondent_account, phone, address)
VALUES ('ours', 'Наш', '', '', '', '', '', '', '', '', '');
INSERT INTO accounts_linkingstrength (organisation_id, accounts, opened, measured_at)
SELECT id, 10000, {opened}, now() FROM portal_organisation
"""


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def finding(subject: str) -> Finding:
    """What the command says of a subject; it goes no further than that."""
    with closing(look_at_everything()) as found:
        return next(one for one in found if one.subject == subject)


def test_a_sane_deployment_has_its_clock_zone_bill_and_post_right() -> None:
    states = {one.subject: one.state for one in look_at_everything()}
    assert {states[name] for name in ("clock", "time zone", "bill", "post", "append-only")} == {"ok"}


@pytest.mark.parametrize("table", ["users_auditevent", "accounts_linkattempt", "ledger_payment"])
def test_records_cannot_be_emptied_and_check_sees_when_they_could(table: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only") as told, transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")
    assert isinstance(told.value.__cause__, psycopg.errors.RestrictViolation)
    execute(f"DROP TRIGGER append_only_truncate ON {table}")
    assert finding("append-only") == Finding(
        "FAIL",
        "append-only",
        f"can be rewritten: {table}",
        "put the trigger append_only back (see the rooms' migrations), and find out who removed it",
    )


@pytest.mark.parametrize(
    ("address", "hosts", "secure", "state", "text"),
    [
        ("", "localhost 127.0.0.1", False, "warn", "links in letters lead to http://127.0.0.1:8000"),
        ("http://localhost:8000", "localhost", False, "ok", "http://localhost:8000"),
        (
            "https://lk.example.kz",
            "localhost",
            False,
            "FAIL",
            "https://lk.example.kz is not among ABONENT_HOSTS",
        ),
        ("https://lk.example.kz", "lk.example.kz", False, "ok", "https://lk.example.kz"),
        ("http://localhost", "localhost", True, "FAIL", "http://localhost is not https"),
    ],
)
def test_the_address_in_letters(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    hosts: str,
    secure: bool,
    state: str,
    text: str,
) -> None:
    if address:
        monkeypatch.setenv("ABONENT_URL", address)
        settings.SITE_URL = address
    settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = hosts.split(), secure
    found = finding("address")
    assert (found.state, found.text) == (state, text)


@pytest.mark.parametrize(
    ("age", "error", "state", "text", "remedy"),
    [
        ("1 minute", "", "ok", "no letter waits for long", ""),
        ("1 hour", "", "warn", "1 letters wait for longer than 15 minutes", "start `abonent worker`"),
        ("1 hour", "refused", "warn", "the oldest: refused", "correct the mail server's settings"),
    ],
)
def test_letters_that_nobody_sends(age: str, error: str, state: str, text: str, remedy: str) -> None:
    execute(LETTER.format(age=age, error=error))
    found = finding("post")
    assert (found.state, found.remedy) == (state, remedy)
    assert text in found.text


@pytest.mark.parametrize(("opened", "state"), [(10, "ok"), (11, "warn")])
def test_facts_that_are_easily_guessed(opened: int, state: str) -> None:
    assert finding("linking").state == "warn"  # never measured
    execute(STRENGTH.format(opened=opened))
    found = finding("linking")
    assert found.state == state
    assert f"five guesses open {opened} of the 10000 accounts of ours" in found.text


def test_a_bill_that_cannot_be_drawn(tmp_path: Path, settings: Any) -> None:
    profile = tmp_path / "mine.toml"
    ours = Path("portals/pes.toml").read_text("utf-8")
    assert 'template = "electricity"' in ours
    profile.write_text(ours.replace('template = "electricity"', 'template = "mine.typ"'), "utf-8")
    (tmp_path / "mine.typ").write_text("#unknown-function()", "utf-8")
    (tmp_path / "logos").symlink_to(Path("portals/logos").resolve())
    settings.PORTAL = load(profile)
    found = finding("bill")
    assert found.state == "FAIL"
    assert "mine.typ" in found.text


def test_the_clocks_are_told() -> None:
    assert f"{datetime.now(UTC):%Y-%m-%d}" in finding("clock").text
    assert finding("time zone").text == "Asia/Almaty, UTC+5"
