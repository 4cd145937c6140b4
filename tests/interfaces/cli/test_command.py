"""The `abonent` command as people run it: a process of its own where its environment matters, else a call."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from abonent.__main__ import COMMANDS, main
from abonent.base.database_url import with_database
from abonent.interfaces.cli import staff
from abonent.interfaces.cli.surroundings import database_name
from abonent.users.models import StaffMembership
from tests.interfaces.cli.conftest import Run, Said, execute
from tests.plugins import databases


def test_help_names_every_command_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([])
    text = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert name in text
        assert command.example in text
    with pytest.raises(SystemExit, match="2"):
        main(["unknown"])


@pytest.mark.parametrize("name", ["serve", "worker", "migrate", "export", "check", "staff"])
def test_a_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    assert COMMANDS[name].example in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"ABONENT_PORTAL": "", "DATABASE_URL": ""}, "ABONENT_PORTAL is not set"),
        ({"ABONENT_PORTAL": "nowhere", "DATABASE_URL": "postgresql://127.0.0.1:1/abonent"}, "nowhere"),
        ({"DATABASE_URL": "mysql://db/abonent"}, "PostgreSQL is the only database"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/abonent"}, "refused"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(run: Run, environment: dict[str, str], reason: str) -> None:
    done = run("migrate", **environment)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_migrating_twice_at_once_and_again_is_safe(run: Run, database_server: str) -> None:
    name = databases.name_of_mine("empty")
    databases.drop(database_server, name)
    execute(with_database(database_server, "postgres"), f"CREATE DATABASE {name} TEMPLATE template0")
    environment = os.environ | {"DATABASE_URL": with_database(database_server, name)}
    both = [subprocess.Popen([sys.executable, "-m", "abonent", "migrate"], env=environment) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    again = run("migrate", DATABASE_URL=environment["DATABASE_URL"])
    assert "No migrations to apply" in again.stdout
    databases.drop(database_server, name)


def test_check_is_content_with_a_sane_deployment(run: Run) -> None:
    paying = {
        "ABONENT_SANDBOX_BANK": "http://127.0.0.1:9",  # nobody is called
        "ABONENT_GATEWAY_CARD_SECRET": "the secret of the method card",
        "ABONENT_BANK_KASPI_SECRET": "the secret of the bank kaspi",
        "ABONENT_URL": "https://lk.example.kz",
        "ABONENT_HOSTS": "lk.example.kz",
    }
    mail = "django.core.mail.backends.locmem.EmailBackend"
    done = run("check", "--json", ABONENT_EMAIL_BACKEND=mail, **paying)
    told = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    findings = {subject: finding["state"] for subject, finding in told.items()}
    assert findings["pay: card"] == "warn", "a play bank"
    assert (findings["address"], told["address"]["text"]) == ("ok", "https://lk.example.kz")
    for subject in ("profile", "database", "letters", "migrations", "append-only", "home", "translations"):
        assert findings[subject] == "ok"
    assert findings["worker"] == "warn"
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("statement", "subject", "remedy"),
    [
        ("DROP TRIGGER append_only ON users_auditevent", "append-only", "put the trigger"),
        ("ALTER TABLE ledger_payment DISABLE TRIGGER append_only", "append-only", "put the trigger"),
        ("DELETE FROM django_migrations WHERE app = 'bills'", "migrations", "abonent migrate"),
    ],
)
def test_check_names_what_is_wrong_in_the_database(
    call: Callable[..., Said], statement: str, subject: str, remedy: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    done = call("check", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(done.out)}
    assert findings[subject]["state"] == "FAIL"
    assert remedy in findings[subject]["remedy"]
    assert done.code == 1


NOBODY = "postgresql://127.0.0.1:1/abonent"


@pytest.mark.parametrize(
    ("environment", "subject", "remedy"),
    [
        ({"DATABASE_URL": NOBODY}, "database", "correct DATABASE_URL"),
        ({"DATABASE_URL": NOBODY, "ABONENT_PORTAL": "nowhere"}, "settings", "settings.md"),
        (
            {"DATABASE_URL": NOBODY, "ABONENT_TESTING": "", "ABONENT_DEMO": "1"},
            "static files",
            "abonent migrate",
        ),
    ],
)
def test_check_names_what_is_wrong_in_the_environment(
    run: Run, environment: dict[str, str], subject: str, remedy: str
) -> None:
    done = run("check", "--json", **environment)
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert findings[subject]["state"] == "FAIL"
    assert remedy in findings[subject]["remedy"]
    assert done.returncode == 1


def test_check_speaks_in_lines_too(run: Run) -> None:
    nobody = {"ABONENT_EMAIL_HOST": "127.0.0.1", "ABONENT_EMAIL_PORT": "1"}
    done = run("check", ABONENT_HOSTS="*", **nobody)
    lines = done.stdout.splitlines()
    assert "FAIL  hosts           any host name is accepted" in lines
    assert lines[lines.index("FAIL  hosts           any host name is accepted") + 1].endswith(
        "-> name yours in ABONENT_HOSTS"
    )
    (mail,) = (at for at, line in enumerate(lines) if line.startswith("FAIL  mail"))
    assert "127.0.0.1:1 does not answer" in lines[mail]
    assert "ABONENT_EMAIL_HOST" in lines[mail + 1]
    assert lines[-1].endswith(" warn") or "FAIL" in lines[-1]
    assert done.returncode == 1


def test_static_files_are_collected_once(run: Run, tmp_path: Path) -> None:
    environment = {"ABONENT_TESTING": "", "ABONENT_DEMO": "1"}
    assert "Static files collected" in run("migrate", **environment).stdout
    assert (tmp_path / "static" / "staticfiles.json").exists()
    assert "up to date" in run("migrate", **environment).stdout


def test_the_worker_does_what_is_waiting(run: Run, url: str) -> None:
    execute(
        url,
        "INSERT INTO procrastinate_jobs (task_name, queue_name, args) "
        "VALUES ('builtin:procrastinate.builtin_tasks.remove_old_jobs', 'builtin', '{\"max_hours\": 1}')",
    )
    done = run("worker", "--once")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as connection:
        # A minute that begins just then queues jobs of its own.
        waited = "SELECT status FROM procrastinate_jobs WHERE task_name LIKE 'builtin:%remove_old_jobs'"
        assert connection.execute(waited).fetchall() == []


def test_the_worker_of_one_queue_leaves_the_others_work(run: Run, url: str) -> None:
    """Bundles are taken under the owner's role, letters are not."""
    task = "'builtin:procrastinate.builtin_tasks.remove_old_jobs', '{\"max_hours\": 1}'"
    for queue in ("default", "imports"):
        execute(
            url,
            f"INSERT INTO procrastinate_jobs (task_name, args, queue_name) VALUES ({task}, '{queue}')",
        )
    done = run("worker", "--once", "--queue", "imports")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as connection:
        waiting = "SELECT queue_name FROM procrastinate_jobs WHERE task_name LIKE 'builtin:%remove_old_jobs'"
        assert connection.execute(waiting).fetchall() == [("default",)]


def test_serve_answers_until_it_is_told_to_stop(url: str, tmp_path: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "abonent", "serve", "--port", str(port), "--workers", "2"],
        env=os.environ | {"DATABASE_URL": url, "ABONENT_HOME": str(tmp_path)},
    )
    try:
        assert answer(f"http://127.0.0.1:{port}/no-such-page/") == 404
        children = [
            int(pid) for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        ]
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0
    assert children
    assert not any(Path(f"/proc/{child}/fd/0").exists() for child in children)


def test_a_portals_database_is_named_by_its_profile() -> None:
    assert database_name("aes") == "abonent_aes"
    assert database_name("/etc/abonent/Our-Town.toml") == "abonent_our_town"
    assert len(database_name("ұзақ" * 20).encode()) <= 63
    assert database_name("жкх.toml") == "abonent_жкх"


def test_staff_are_added_once_to_an_organisation_that_exists(
    call: Callable[..., Said], tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse battery staple\n")
    alice = ("staff", "add", "alice", "--email", "alice@example.kz", "--password-file", str(password))
    done = call(*alice, "--administrator")
    assert done.code == 0, done.err
    rows = StaffMembership.objects.values_list("role", "organisation_id")
    assert list(rows) == [("administrator", None)]
    again = call(*alice)
    assert (again.code, again.err) == (
        1,
        "abonent staff: Somebody has this login, perhaps in other letters' case.\n",
    )
    bob = ("staff", "add", "bob", "--email", "bob@example.kz", "--password-file", str(password))
    assert "no organisation has the code 'X'" in call(*bob, "--organisation", "X").err
    password.write_text("alice\n")
    weak = call(*bob)
    assert weak.code == 1
    assert "Traceback" not in weak.err


def test_a_password_comes_from_a_file_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\nsecond line\n")
    assert staff.read_password(file) == "correct horse"
    file.write_text("")
    with pytest.raises(staff.NoPasswordError, match="empty"):
        staff.read_password(file)
    with (tmp_path / "nobody").open("w+") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        with pytest.raises(staff.NoPasswordError, match="--password-file"):
            staff.read_password(None)


@pytest.mark.parametrize(("again", "accepted"), [("correct horse", True), ("correct hoarse", False)])
def test_a_typed_password_is_asked_twice(monkeypatch: pytest.MonkeyPatch, again: str, accepted: bool) -> None:
    typed = iter(["correct horse", again])
    monkeypatch.setattr(sys, "stdin", argparse.Namespace(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    if accepted:
        assert staff.read_password(None) == "correct horse"
    else:
        with pytest.raises(staff.NoPasswordError, match="differ"):
            staff.read_password(None)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answer(address: str) -> int:
    """The status of `address`, once somebody listens there."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens at {address}"
            time.sleep(0.1)
