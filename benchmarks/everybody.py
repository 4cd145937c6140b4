"""A notice to everybody at a million accounts: spread over its readers, written, sent, while a person waits.

    python -m benchmarks.everybody --town URL [--letters 10000] [--seconds 30]

`URL` is a database of benchmarks/office_town.py that stands already (what is measured is written into it).
Gathering and writing are the worker's own batches; one process of them is killed by SIGKILL on the way, and
then every person is counted. Sending is `abonent worker` with 300 thousand letters in its queue and a mail
server on a socket that takes everything; every half second somebody asks for a new password. The rival is the
same worker with a connection for each letter.
"""

import argparse
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from benchmarks.served import environment, machine

QUEUED = 300_000
_WRITE = """
import json, resource, statistics, sys, time
import django; django.setup()
from django.utils import timezone
from abonent.announcements import sending
from abonent.announcements.audience import Audience
from abonent.announcements.models import Announcement
from abonent.announcements.operations import Draft, schedule, write
from abonent.portal.current import portal
from abonent.users.models import StaffMembership
number, wanted = int(sys.argv[1]), int(sys.argv[2])
now = timezone.now()
if not number:
    staff = StaffMembership.objects.get(user__login="staff0")
    told = {"title": "Показания", "text": "Просим передать показания до 25 числа. " * 5}
    texts = dict.fromkeys(portal().languages, told)
    made = write(draft=Draft("notice", Audience("all"), texts), staff=staff, address=None, now=now)
    number = schedule(number=made.pk, at=None, staff=staff, address=None, now=now).pk
    print(json.dumps({"number": number}), flush=True)
times = {"gather": [], "write": []}
while len(times["write"]) * sending.LETTERS < wanted:
    gathered = Announcement.objects.get(pk=number).gathered
    begun = time.perf_counter()
    if sending.send_batch(number, now=timezone.now()):
        break
    times["write" if gathered else "gather"].append(time.perf_counter() - begun)
print(json.dumps({"sizes": {"gather": sending.ACCOUNTS, "write": sending.LETTERS}, "times": times,
                  "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""
_WORKER = """
import sys, django; django.setup()
from abonent.base.patience import take_as_long_as_it_takes
from abonent.interfaces.cli import worker
from abonent.notices import mail_server
take_as_long_as_it_takes()
mail_server.LETTERS = int(sys.argv[1])
import argparse
parser = argparse.ArgumentParser(); worker.add_arguments(parser)
worker.run(parser.parse_args(["--queue", "default"]))
"""
_FILL = (
    "TRUNCATE procrastinate_jobs CASCADE",
    "DELETE FROM announcements_announcementletter",
    "UPDATE announcements_announcement SET state = 'cancelled', finished_at = now() WHERE state = 'sending'",
    "DELETE FROM notices_letter WHERE kind IN ('bulk', 'password') OR sent_at IS NULL",
    """INSERT INTO notices_letter (kind, "to", language, subject, text, created_at, attempts, next_attempt_at,
                                   last_error, subscribed)
       SELECT 'bulk', 'p' || n || '@example.kz', 'ru', 'Показания', repeat('Просим передать показания. ', 20),
              now(), 0, now(), '', true FROM generate_series(1, %(queued)s) AS n""",
    """INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
       SELECT 'default', 'notices.deliver_letter', -10, 'letter:' || id, jsonb_build_object('letter_id', id)
         FROM notices_letter WHERE kind = 'bulk'""",
    "VACUUM ANALYZE notices_letter",
    "VACUUM ANALYZE procrastinate_jobs",
)
_PASSWORD = """
WITH letter AS (
    INSERT INTO notices_letter (kind, "to", language, subject, text, created_at, attempts, next_attempt_at,
                                last_error)
    VALUES ('password', 'a@example.kz', 'ru', 'x', 'y', now(), 0, now(), '') RETURNING id)
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
SELECT 'default', 'notices.deliver_letter', 0, 'letter:' || id, jsonb_build_object('letter_id', id)
  FROM letter
RETURNING (args->>'letter_id')::bigint
"""


class MailServer(socketserver.StreamRequestHandler):
    """Takes everything."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            if line[:4].upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                for _ in iter(self.rfile.readline, b".\r\n"):
                    pass
            self.wfile.write(b"250 ok\r\n")
            if line[:4].upper() == b"QUIT":
                return


def written(given: dict[str, str], wanted: int) -> list[dict[str, Any]]:
    """Two processes of the writing: the first is killed at half of the accounts, the second goes on."""
    command = [sys.executable, "-c", _WRITE]
    first = subprocess.Popen([*command, "0", str(wanted)], env=given, stdout=subprocess.PIPE, text=True)
    assert first.stdout
    number = json.loads(first.stdout.readline())["number"]
    with psycopg.connect(given["DATABASE_URL"], autocommit=True) as connection:
        half = (
            "SELECT accounts > (SELECT count(*) FROM accounts_account) / 2"
            " FROM announcements_announcement WHERE id = %s"
        )
        while not connection.execute(half, [number]).fetchone()[0]:  # type: ignore[index]
            time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    rest = [*command, str(number), str(wanted)]
    second = subprocess.run(rest, env=given, capture_output=True, text=True, check=True)
    return [{"number": number}, json.loads(second.stdout.splitlines()[-1])]


def everybody_once(url: str, number: int) -> str:
    """Who is to be written to after the kill, against who has an open account and a confirmed mailbox."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """SELECT (SELECT count(*) FROM announcements_announcementletter WHERE announcement_id = %s),
                      (SELECT count(DISTINCT upper(person.email)) FROM users_user AS person
                        WHERE is_active AND email_confirmed AND email <> ''
                          AND id IN (SELECT user_id FROM accounts_accountlink AS link
                                       JOIN accounts_account AS account ON account.id = link.account_id
                                      WHERE link.ended_at IS NULL AND account.closed_on IS NULL)),
                      (SELECT count(*) - count(DISTINCT letter_id) FROM announcements_announcementletter
                        WHERE announcement_id = %s AND letter_id IS NOT NULL)""",
            [number, number],
        ).fetchone()
    assert rows
    assert rows[0] == rows[1], rows
    assert not rows[2], rows
    return f"Killed by SIGKILL at half of the accounts, then gone on with: {rows[0]:,} people, each once."


def _cpu(pid: int) -> float:
    """Milliseconds of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def sent(given: dict[str, str], per_connection: int, seconds: float) -> dict[str, float]:
    """Letters a second of one worker, and how long a password letter waits meanwhile."""
    with psycopg.connect(given["DATABASE_URL"], autocommit=True) as connection:
        fill = psycopg.ClientCursor(connection)
        for statement in _FILL:
            fill.execute(statement, {"queued": QUEUED})
        worker = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(per_connection)], env=given, stderr=subprocess.DEVNULL
        )

        def told(what: str, *values: object) -> Any:
            return connection.execute(what, values).fetchone()[0]  # type: ignore[index]

        gone = "SELECT count(*) FROM notices_letter WHERE kind = 'bulk' AND sent_at IS NOT NULL"
        while not told(gone):
            time.sleep(0.2)
        before, cpu, begun = told(gone), _cpu(worker.pid), time.perf_counter()
        waits = []
        while time.perf_counter() - begun < seconds:
            letter, asked = told(_PASSWORD), time.perf_counter()
            while not told("SELECT sent_at IS NOT NULL FROM notices_letter WHERE id = %s", letter):
                time.sleep(0.005)
            waits.append((time.perf_counter() - asked) * 1000)
            time.sleep(0.5)
        many, spent = told(gone) - before, time.perf_counter() - begun
        cpu = _cpu(worker.pid) - cpu
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    waits.sort()
    return {"rate": many / spent, "cpu": cpu / many, "p50": waits[len(waits) // 2], "worst": waits[-1]}


def _writing(given: dict[str, str], wanted: int) -> Iterator[str]:
    made, found = written(given, wanted)
    yield "| | batches | a second | a batch, ms | worst, ms |\n|---|--:|--:|--:|--:|"
    for name, unit in (("gather", "accounts"), ("write", "letters")):
        times = sorted(found["times"][name])
        rate = len(times) * found["sizes"][name] / sum(times)
        middle = times[len(times) // 2] * 1000
        yield f"| {name} | {len(times)} | {rate:,.0f} {unit} | {middle:.0f} | {times[-1] * 1000:.0f} |"
    once = everybody_once(given["DATABASE_URL"], made["number"])
    yield f"\n{found['megabytes']} MB. {once}\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.everybody", description=__doc__)
    parser.add_argument("--town", required=True, metavar="URL")
    parser.add_argument("--letters", type=int, default=10_000, help="to write; 0: none")
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    with (
        TemporaryDirectory() as home,
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server,
    ):
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        given = environment(asked.town, Path(home)) | {
            "DJANGO_SETTINGS_MODULE": "abonent.settings",
            "ABONENT_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "ABONENT_EMAIL_HOST": "127.0.0.1",
            "ABONENT_EMAIL_PORT": str(server.server_address[1]),
        }
        if asked.letters:
            print("\n".join(_writing(given, asked.letters)))
        print(
            "| a worker, 300,000 in its queue | letters/s | CPU ms a letter | password p50, ms | worst, ms |"
        )
        print("|---|--:|--:|--:|--:|")
        rates = []
        for name, letters in (("a connection for each letter", 0), ("connections kept open", 100)):
            one = sent(given, letters, asked.seconds)
            rates.append(one["rate"])
            print(
                f"| {name} | {one['rate']:.0f} | {one['cpu']:.1f} | {one['p50']:.0f} | {one['worst']:.0f} |"
            )
        print(f"\nratio: {rates[1] / rates[0]:.2f}; {machine()}")
        server.shutdown()


if __name__ == "__main__":
    main()
