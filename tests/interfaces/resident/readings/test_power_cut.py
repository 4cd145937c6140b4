"""The web processes and the database are killed in the middle of the evening. A test that counts.

Each client sends its submission until it is answered for; whatever was killed in between, every key ends as
one submission with its reading, one letter and one line of the audit trail.
"""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from abonent.base.database_url import with_database
from abonent.base.postgres import ensure_database, processes, running
from abonent.base.postgres.place import find
from tests.plugins import databases
from tests.plugins.live_portal import LivePortal, free_port, wait_until_served

CSRF = "c" * 32
PEOPLE = 160
CLIENTS = 8
KILLED_AFTER = (40, 90)  # submissions answered for

_TOWN = """
from datetime import date, timedelta
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from abonent.accounts.models import Account, AccountLink
from abonent.metering.models import Meter, Reading
from abonent.portal.models import Organisation, Service
from abonent.users.models import User
now = timezone.now()
org = Organisation.objects.create(code="org", name_ru="Наш")
power = Service.objects.create(code="power", organisation=org, name_ru="Электроэнергия")
for n in range(%d):
    user = User.objects.create(login=f"p{n}", email=f"p{n}@example.kz", email_confirmed=True, created_at=now)
    account = Account.objects.create(number=f"{n:06d}", key=str(n + 1), organisation=org, payer="Ким")
    AccountLink.objects.create(user=user, account=account, method="payment", created_at=now)
    meter = Meter.objects.create(account=account, service=power, serial=str(n), installed_on=date(2020, 1, 1))
    Reading.objects.create(meter=meter, scale="total", taken_on=timezone.localdate() - timedelta(30),
                           source="customer", value=100)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print(account.public_id, meter.pk, session.session_key)
"""


def migrated(server: str, name: str, tests_server: str, programs: Path) -> str:
    """A database like the tests' template, on another server: moved there, which is many times quicker than
    migrating it there. Its URL."""
    own = databases.name_of_mine("moved")
    command = [
        programs / "pg_dump",
        "--no-owner",
        "--no-privileges",
        databases.copy_template(tests_server, own),
    ]
    dump = subprocess.run(command, capture_output=True, check=True).stdout
    databases.drop(tests_server, own)
    url = with_database(server, name)
    ensure_database(server, name)
    fill = [programs / "psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", url]
    subprocess.run(fill, input=dump, stdout=subprocess.DEVNULL, check=True)
    return url


class Evening:
    """A portal on a server of its own, both of which can be killed and started again."""

    def __init__(self, tests_server: str, home: Path, stack: ExitStack) -> None:
        self.home, self.stack = home, stack
        server = stack.enter_context(running(home / "postgres", durable=True))
        url = migrated(server, "evening", tests_server, find(home / "postgres").bin)
        self.portal = LivePortal("aes", f"http://127.0.0.1:{free_port()}", url, home / "portal")
        self.portal.home.mkdir()
        self.web: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self.portal.home / "server.log"
        port = str(urlsplit(self.portal.url).port)
        with log.open("a") as output:
            self.web = subprocess.Popen(
                [sys.executable, "-m", "abonent", "serve", "--port", port, "--workers", "2"],
                env=self.portal.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_until_served(self.portal, self.web, log)

    def kill(self) -> None:
        """Everything at once, by SIGKILL: no process can finish anything."""
        assert self.web is not None
        os.killpg(self.web.pid, signal.SIGKILL)
        for pid in processes.of(find(self.home / "postgres").data):
            os.kill(pid, signal.SIGKILL)
        self.web.wait()

    def rise(self) -> None:
        self.stack.enter_context(running(self.home / "postgres", durable=True))
        self.start()

    def stop(self) -> None:
        if self.web is not None and self.web.poll() is None:
            os.killpg(self.web.pid, signal.SIGTERM)
            self.web.wait()


@pytest.fixture
def evening(database_server: str, tmp_path: Path) -> Iterator[Evening]:
    with ExitStack() as stack:
        one = Evening(database_server, tmp_path, stack)
        yield one
        one.stop()


class Crowd:
    """The clients: each person's submission again and again until the portal answers for it."""

    def __init__(self, portal: LivePortal, people: list[list[str]]) -> None:
        self.port, self.people = urlsplit(portal.url).port, people
        self.answered = 0
        self.failed = 0
        self.moved = threading.Condition()

    def submit(self, n: int) -> None:
        public_id, meter, session = self.people[n]
        body = urlencode(
            {
                "csrfmiddlewaretoken": CSRF,
                f"reading-{meter}-total": str(200 + n),
                "taken_on": time.strftime("%Y-%m-%d"),
                "key": f"key-{n}",
                "seen": "0",
            }
        )
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"aes-session={session}; aes-csrf={CSRF}",
        }
        while not self._taken(f"/a/{public_id}/readings/new/", body, headers):
            with self.moved:
                self.failed += 1
                self.moved.wait(0.1)  # the portal may be down
        with self.moved:
            self.answered += 1
            self.moved.notify_all()

    def _taken(self, path: str, body: str, headers: dict[str, str]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port or 80, timeout=20)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        assert answer.status in {302, 500, 502, 503}, answer.status
        return answer.status == 302

    def wait_for(self, answered: int) -> None:
        with self.moved:
            assert self.moved.wait_for(lambda: self.answered >= answered, timeout=60)


def test_nothing_is_lost_or_doubled_when_web_and_database_are_killed(evening: Evening) -> None:
    lines = evening.portal.python(_TOWN % PEOPLE).splitlines()
    crowd = Crowd(evening.portal, [line.split() for line in lines])
    evening.start()
    with ThreadPoolExecutor(CLIENTS) as pool:
        sent = [pool.submit(crowd.submit, n) for n in range(PEOPLE)]
        for answered in KILLED_AFTER:
            crowd.wait_for(answered)
            evening.kill()
            evening.rise()
        for one in sent:
            one.result()
    assert crowd.failed > 0, "nothing was under way when it was killed"
    with psycopg.connect(evening.portal.database_url) as connection:
        kept = connection.execute(
            "SELECT key, count(*), count(DISTINCT submission.id), min(value)"
            " FROM metering_submission AS submission"
            " JOIN metering_submittedreading ON submission_id = submission.id GROUP BY key"
        ).fetchall()
        letters = connection.execute('SELECT count(*), count(DISTINCT "to") FROM notices_letter').fetchone()
        trail = connection.execute(
            "SELECT count(*), count(DISTINCT subject) FROM users_auditevent"
            " WHERE action = 'readings_submitted'"
        ).fetchone()
    assert sorted(kept) == sorted((f"key-{n}", 1, 1, 200 + n) for n in range(PEOPLE))
    assert letters == (PEOPLE, PEOPLE)
    assert trail == (PEOPLE, PEOPLE)
