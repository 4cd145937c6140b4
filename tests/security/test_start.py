"""What a deployment's settings come to, and what they refuse to start with: each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NAMES = (
    "DEBUG",
    "SECURE_PROXY_SSL_HEADER",
    "TRUSTED_PROXIES",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "STAFF_SECOND_FACTOR",
    "UI_GALLERY",
    "LETTERS_KEPT",
    "EMAIL_BACKEND",
    "PASSWORD_HASHERS",
    "ALLOWED_HOSTS",
)
READ = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES!r}}}))
"""


def start(home: Path, *, code: str = READ, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process in production: nothing of the tests' own surroundings but the database server."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ABONENT_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=bare
        | {
            "DJANGO_SETTINGS_MODULE": "abonent.settings",
            "ABONENT_PORTAL": "aes",
            "ABONENT_HOME": str(home),
            "ABONENT_SECRET_KEY": "k" * 40,
            "PYTHONPATH": "src",
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(home: Path, **environment: str) -> dict[str, Any]:
    done = start(home, **environment)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    "environment",
    [
        {"ABONENT_SECRET_KEY": ""},
        {"ABONENT_SECRET_KEY": "k" * 31},
        {"ABONENT_SECRET_KEY": "", "ABONENT_SECRET_KEY_FILE": os.devnull},
    ],
)
def test_nothing_starts_without_a_secret_of_its_own(tmp_path: Path, environment: dict[str, str]) -> None:
    done = start(tmp_path, **environment)
    assert done.returncode == 1
    assert "must hold 32 random characters or more" in done.stderr
    assert list(tmp_path.iterdir()) == []  # none was made up


@pytest.mark.parametrize("name", ["ABONENT_DEMO", "ABONENT_DEBUG"])
def test_the_demos_secret_is_nobody_elses(tmp_path: Path, name: str) -> None:
    assert start(tmp_path, **{"ABONENT_SECRET_KEY": "", name: "1"}).returncode == 0
    key = tmp_path / "secret_key"
    assert len(key.read_text()) >= 32
    assert key.stat().st_mode & 0o077 == 0


def test_production_is_strict_without_being_asked(tmp_path: Path) -> None:
    found = settings_of(tmp_path)
    assert (found["DEBUG"], found["UI_GALLERY"], found["LETTERS_KEPT"]) == (False, False, False)
    assert found["SECURE_SSL_REDIRECT"]
    assert found["SESSION_COOKIE_SECURE"]
    assert found["STAFF_SECOND_FACTOR"]
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["PASSWORD_HASHERS"] == ["abonent.users.hashers.PortalArgon2"]
    assert "*" not in found["ALLOWED_HOSTS"]


@pytest.mark.parametrize("proxies", ["1", "2", "3"])
def test_behind_any_number_of_proxies_they_say_whether_it_was_https(tmp_path: Path, proxies: str) -> None:
    found = settings_of(tmp_path, ABONENT_TRUSTED_PROXIES=proxies)
    assert found["TRUSTED_PROXIES"] == int(proxies)
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


@pytest.mark.parametrize("proxies", ["", "0"])
def test_without_a_proxy_nobody_says_so(tmp_path: Path, proxies: str) -> None:
    assert settings_of(tmp_path, ABONENT_TRUSTED_PROXIES=proxies)["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.parametrize("name", ["ABONENT_TRUSTED_PROXIES", "ABONENT_EMAIL_PORT"])
@pytest.mark.parametrize("value", ["two", "-1", "1.5"])
def test_what_is_no_number_is_said_in_a_line(tmp_path: Path, name: str, value: str) -> None:
    done = start(tmp_path, code="from django.conf import settings; settings.DEBUG", **{name: value})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(f"{name} must be a whole number, not '{value}'")


def test_plain_http_weakens_nothing_else(tmp_path: Path) -> None:
    found = settings_of(tmp_path, ABONENT_INSECURE_HTTP="1")
    assert (found["SECURE_SSL_REDIRECT"], found["SESSION_COOKIE_NAME"]) == (False, "aes-session")
    assert (found["DEBUG"], found["LETTERS_KEPT"], found["STAFF_SECOND_FACTOR"]) == (False, False, True)
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"


def test_a_secret_that_cannot_be_read_is_said_in_a_line(tmp_path: Path) -> None:
    done = start(tmp_path, ABONENT_SECRET_KEY_FILE=str(tmp_path / "absent"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(f"{tmp_path / 'absent'}: No such file or directory")
