"""`abonent check` finds what would go wrong in service, and stays content with what is right."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.interfaces.cli.conftest import Run, execute

QUIET = {"ABONENT_EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
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


def finding(run: Run, subject: str, **environment: str) -> dict[str, str]:
    done = run("check", "--json", **QUIET | environment)
    found = {one["subject"]: one for one in json.loads(done.stdout)}
    return dict(found[subject])


def test_a_sane_deployment_has_its_clock_zone_bill_and_post_right(run: Run) -> None:
    done = run("check", "--json", **QUIET)
    states = {one["subject"]: one["state"] for one in json.loads(done.stdout)}
    assert {states[name] for name in ("clock", "time zone", "bill", "post", "append-only")} == {"ok"}


@pytest.mark.parametrize("table", ["users_auditevent", "accounts_linkattempt", "ledger_payment"])
def test_records_cannot_be_emptied_and_check_sees_when_they_could(run: Run, url: str, table: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match=f"{table} is append-only"):
        execute(url, f"TRUNCATE {table} CASCADE")
    execute(url, f"DROP TRIGGER append_only_truncate ON {table}")
    assert finding(run, "append-only") == {
        "state": "FAIL",
        "subject": "append-only",
        "text": f"can be rewritten: {table}",
        "remedy": "put the trigger append_only back (see the rooms' migrations), and find out who removed it",
    }


@pytest.mark.parametrize(
    ("environment", "state", "text"),
    [
        ({}, "warn", "links in letters lead to http://127.0.0.1:8000"),
        ({"ABONENT_URL": "http://localhost:8000"}, "ok", "http://localhost:8000"),
        (
            {"ABONENT_URL": "https://lk.example.kz"},
            "FAIL",
            "https://lk.example.kz is not among ABONENT_HOSTS",
        ),
        (
            {"ABONENT_URL": "https://lk.example.kz", "ABONENT_HOSTS": "lk.example.kz"},
            "ok",
            "https://lk.example.kz",
        ),
        (
            {"ABONENT_URL": "http://localhost", "ABONENT_TESTING": "", "ABONENT_SECRET_KEY": "x" * 40},
            "FAIL",
            "http://localhost is not https",
        ),
    ],
)
def test_the_address_in_letters(run: Run, environment: dict[str, str], state: str, text: str) -> None:
    found = finding(run, "address", **environment)
    assert (found["state"], found["text"]) == (state, text)


@pytest.mark.parametrize(
    ("age", "error", "state", "text", "remedy"),
    [
        ("1 minute", "", "ok", "no letter waits for long", ""),
        ("1 hour", "", "warn", "1 letters wait for longer than 15 minutes", "start `abonent worker`"),
        ("1 hour", "refused", "warn", "the oldest: refused", "correct the mail server's settings"),
    ],
)
def test_letters_that_nobody_sends(
    run: Run, url: str, age: str, error: str, state: str, text: str, remedy: str
) -> None:
    execute(url, LETTER.format(age=age, error=error))
    found = finding(run, "post")
    assert (found["state"], found["remedy"]) == (state, remedy)
    assert text in found["text"]


@pytest.mark.parametrize(("opened", "state"), [(10, "ok"), (11, "warn")])
def test_facts_that_are_easily_guessed(run: Run, url: str, opened: int, state: str) -> None:
    assert finding(run, "linking")["state"] == "warn"  # never measured
    execute(url, STRENGTH.format(opened=opened))
    found = finding(run, "linking")
    assert found["state"] == state
    assert f"five guesses open {opened} of the 10000 accounts of ours" in found["text"]


def test_a_bill_that_cannot_be_drawn(run: Run, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    ours = Path("portals/pes.toml").read_text("utf-8")
    assert 'template = "electricity"' in ours
    profile.write_text(ours.replace('template = "electricity"', 'template = "mine.typ"'), "utf-8")
    (tmp_path / "mine.typ").write_text("#unknown-function()", "utf-8")
    (tmp_path / "logos").symlink_to(Path("portals/logos").resolve())
    found = finding(run, "bill", ABONENT_PORTAL=str(profile))
    assert found["state"] == "FAIL"
    assert "mine.typ" in found["text"]


def test_the_clocks_are_told(run: Run) -> None:
    assert f"{datetime.now(UTC):%Y-%m-%d}" in finding(run, "clock")["text"]
    assert finding(run, "time zone", ABONENT_PORTAL="aes")["text"] == "Asia/Almaty, UTC+5"
