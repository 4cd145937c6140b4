"""The last evening of the window: readings submitted over HTTP, against plain INSERTs of the same rows.

    python -m benchmarks.submissions [--people 4000] [--clients 8] [--rounds 3] [--workers 2]

A town with two years of readings; the portal is served as `abonent serve` does it. Every person submits one
meter's reading once: a whole request with its session, form, checks, letter, job and audit record. The rival
inserts the rows of such a submission (submission, reading, audit event, letter, job) over psycopg, one
transaction each, through as many connections as there are clients, on the same PostgreSQL with its safety on
(fsync). Both take turns; what is printed is the median of the rounds. The clients run on the same machine.
"""

import argparse
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from abonent.base.postgres import running
from benchmarks.served import OURS, Worker, environment, machine, make_town

CSRF = "c" * 32
_READINGS = """
INSERT INTO metering_reading (meter_id, scale, taken_on, source, value)
SELECT meter.id, 'total', (date_trunc('month', %(today)s::date) - make_interval(months => ago))::date + 20,
       'customer', 20000 - ago * (150 + meter.id %% 40)
  FROM metering_meter AS meter, generate_series(1, 24) AS ago
"""
_WHO = """
SELECT person.login, person.id, account.public_id, account.id, meter.id
  FROM users_user AS person
  JOIN accounts_accountlink AS link ON link.user_id = person.id
  JOIN accounts_account AS account ON account.id = link.account_id
  JOIN metering_meter AS meter ON meter.account_id = account.id
 ORDER BY account.id %% 2, person.id
""".replace("%%", "%")
_PLAIN = (
    "INSERT INTO metering_submission (account_id, user_id, way, key, submitted_at)"
    " VALUES (%(account)s, %(user)s, 'cabinet', %(key)s, now()) RETURNING id",
    "INSERT INTO metering_submittedreading (submission_id, meter_id, scale, period, taken_on, value,"
    " previous, rolled_over, unusual, state, reason)"
    " VALUES (%(id)s, %(meter)s, 'total', %(period)s, %(today)s,"
    " 20050, 19900, false, false, 'received', '')",
    "INSERT INTO users_auditevent (at, actor_id, address, organisation_id, action, subject, details) VALUES"
    " (now(), %(user)s, '127.0.0.1', NULL, 'readings_submitted', %(key)s, '{}')",
    'INSERT INTO notices_letter (kind, "to", user_id, language, subject, text, created_at, attempts,'
    " next_attempt_at, last_error) VALUES ('readings_received', %(login)s || '@example.kz', %(user)s, 'ru',"
    " 'Показания приняты', %(text)s, now(), 0, now(), '') RETURNING id",
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args) VALUES ('default',"
    " 'notices.deliver_letter', 0, 'letter:' || %(letter)s, jsonb_build_object('letter_id', %(letter)s))",
)
Person = tuple[str, int, str, int, int]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Client:
    """One connection to the portal, kept open."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookies = cookies

    def submit(self, person: Person) -> None:
        login, _, public_id, _, meter = person
        fields = {
            "csrfmiddlewaretoken": CSRF,
            f"reading-{meter}-total": "20050",
            "taken_on": date.today().isoformat(),  # noqa: DTZ011
            "key": f"bench-{meter}",
            "seen": "0",
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{self.cookies[login]}; aes-csrf={CSRF}",
            "Accept-Language": "ru",
        }
        self.connection.request("POST", f"/a/{public_id}/readings/new/", urlencode(fields), headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 302:
            raise SystemExit(f"{answer.status}: {body[:2000].decode(errors='replace')}")


class Plain:
    """One connection to the database: the same rows, and nothing else."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url)

    def submit(self, person: Person) -> None:
        login, user, _, account, meter = person
        today = date.today()  # noqa: DTZ011
        values = {"login": login, "user": user, "account": account, "meter": meter, "today": today}
        values |= {
            "key": f"plain-{meter}",
            "period": today.replace(day=1),
            "text": "Показания приняты. " * 25,
        }
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for name, statement in zip(("id", "", "", "letter", ""), _PLAIN, strict=True):
                cursor.execute(statement, values)
                if name:
                    values[name] = (cursor.fetchone() or [0])[0]


def drive(
    make: Callable[[], Client | Plain], people: Sequence[Person], clients: int
) -> tuple[float, list[float]]:
    """All of `people` through `clients` connections at once: submissions a second, their times in ms."""

    def work(share: Sequence[Person]) -> list[float]:
        one, times = make(), []
        for person in share:
            started = time.perf_counter()
            one.submit(person)
            times.append((time.perf_counter() - started) * 1000)
        return times

    shares = [people[start::clients] for start in range(clients)]
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = [one for found in pool.map(work, shares) for one in found]
    return len(people) / (time.perf_counter() - started), times


def _cookies(url: str, home: Path, logins: Sequence[str]) -> dict[str, str]:
    worker = Worker(OURS, environment(url, home))
    worker.ask("sign_in", logins=list(logins))
    found: dict[str, str] = worker.ask("cookies")
    worker.close()
    return found


def _serve(url: str, home: Path, port: int, workers: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "abonent", "serve", "--port", str(port), "--workers", str(workers)],
        env=environment(url, home),
        start_new_session=True,
    )
    for _ in range(300):
        try:
            http.client.HTTPConnection("127.0.0.1", port).request("GET", "/login/")
            return process
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the portal was not served")


def _row(name: str, rates: Sequence[float], times: Sequence[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"| {name} | {statistics.median(rates):,.0f} | {cuts[49]:.1f} | {cuts[98]:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.submissions", description=__doc__)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="abonent-submissions-") as place,
        running(Path(place) / "postgres", durable=True) as server,
    ):
        home = Path(place)
        url = make_town(
            server, "town", home, people=given.people, accounts=2 * given.people, months=1, services=1
        )
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_READINGS, {"today": date.today()})  # noqa: DTZ011
            connection.execute("VACUUM ANALYZE")
            who: list[Person] = connection.execute(_WHO).fetchall()  # type: ignore[assignment]
        portal_people, plain_people = who[: given.people], who[given.people :]
        cookies = _cookies(url, home, [person[0] for person in portal_people])
        port = _free_port()
        process = _serve(url, home, port, given.workers)
        try:
            drive(lambda: Client(port, cookies), portal_people[:200], given.clients)  # templates, statements
            ours, plain = ([], []), ([], [])  # type: tuple[list[float], list[float]], tuple[list[float], list[float]]
            size = (given.people - 200) // given.rounds
            for n in range(given.rounds):
                share = slice(200 + n * size, 200 + (n + 1) * size)
                for kept, make, people in (
                    (ours, lambda: Client(port, cookies), portal_people[share]),
                    (plain, lambda: Plain(url), plain_people[share]),
                ):
                    rate, times = drive(make, people, given.clients)  # type: ignore[arg-type]
                    kept[0].append(rate)
                    kept[1].extend(times)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
    print("| | submissions a second | p50 ms | p99 ms |\n|---|--:|--:|--:|")
    print(_row(f"the portal, {given.workers} workers", *ours))
    print(_row("plain INSERTs of the same rows", *plain))
    print(f"| **ratio** | **{statistics.median(ours[0]) / statistics.median(plain[0]):.2f}** | | |")
    print(f"\n{machine()}; {given.clients} clients, {given.people} people, {given.rounds} rounds.")


if __name__ == "__main__":
    main()
