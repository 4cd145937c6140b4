"""What the page benchmarks stand on: a PostgreSQL of their own, towns, people, and workers that answer."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from abonent.base.database_url import with_database
from abonent.base.months import Month
from abonent.base.postgres import ensure_database, running
from benchmarks import town

OURS, PLAIN = "abonent.settings", "benchmarks.plain.settings"

_PEOPLE = """
INSERT INTO users_user (password, login, email, full_name, phone, language, months_shown, email_confirmed,
                        is_active, created_at)
SELECT '', 'person' || n, 'person' || n || '@example.kz', 'Ахметова Айгүл', '', 'ru', 12, true, true, now()
  FROM generate_series(1, %s::int) AS n
"""
# Two accounts each, spread over the whole town.
_LINKS = """
INSERT INTO accounts_accountlink (user_id, account_id, public_id, method, created_at, end_reason)
SELECT person.id, account.id, left(md5(person.id || '-' || account.id), 22), 'payment', now(), ''
  FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM users_user) AS person
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_account) AS account
    ON account.n IN (person.n * %(step)s, person.n * %(step)s + 1)
"""
_HELD = """
SELECT person.login, min(account.public_id)
  FROM accounts_accountlink AS link
  JOIN users_user AS person ON person.id = link.user_id
  JOIN accounts_account AS account ON account.id = link.account_id
 GROUP BY person.login, person.id ORDER BY person.id
"""


class Worker:
    """A process of benchmarks/page_worker.py."""

    def __init__(self, settings: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.page_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment | {"DJANGO_SETTINGS_MODULE": settings},
        )

    def ask(self, do: str, **more: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps({"do": do, **more}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("a worker ended; its message is above")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def place() -> Iterator[tuple[str, Path]]:
    """The URL of a fresh server and its folder, both gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="abonent-pages-") as home,
        running(Path(home) / "postgres", durable=False) as url,
    ):
        yield url, Path(home)


def environment(url: str, home: Path) -> dict[str, str]:
    """As a deployment has it, but for https."""
    return os.environ | {
        "DATABASE_URL": url,
        "ABONENT_PORTAL": "aes",
        "ABONENT_HOME": str(home),
        "ABONENT_INSECURE_HTTP": "1",
        "ABONENT_DEBUG": "",
        "ABONENT_SECRET_KEY": "benchmark " * 4,
        "PYTHONWARNINGS": "ignore",
    }


def migrated(server: str, name: str, home: Path) -> str:
    """A database with the tables and nothing in them. Returns its URL."""
    ensure_database(server, name)
    url = with_database(server, name)
    for command in (["migrate", "--verbosity=0", "--skip-checks"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run(
            [sys.executable, "-m", "django", *command, "--settings", OURS],
            check=True,
            env=environment(url, home),
        )
    return url


def make_town(server: str, name: str, home: Path, *, people: int, accounts: int, **sizes: int) -> str:
    """A migrated database with a town, and `people` who hold two accounts each. Returns its URL."""
    url = migrated(server, name, home)
    town.build(url, accounts=accounts, last=Month.of(date.today()) - 1, **sizes)  # noqa: DTZ011
    with psycopg.connect(url) as connection:
        connection.execute(_PEOPLE, [people])
        connection.execute(_LINKS, {"step": accounts // people})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return url


def holders(url: str) -> list[tuple[str, str]]:
    """(login, public id of an account) of everybody."""
    with psycopg.connect(url) as connection:
        return connection.execute(_HELD).fetchall()


def machine() -> str:
    """The processor and its number, for the table's foot."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} × {model}, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}"
