"""A month to its subscribers by mail, and to a print shop: letters, deliveries and receipts a second, memory.

    python -m benchmarks.publish [--accounts 12000] [--subscribers 10000] [--deliver 500] [--print 3000]

Everything is the real command on a PostgreSQL of its own with its safety on (fsync), in a process of its own;
times are of the whole command, start included. The rivals: for publishing, plain INSERTs of the same three
rows a letter (letter, the row that keeps it single, job) over psycopg in transactions of the same size; for
printing, the bare drawing of the same receipts in one process, which nothing can beat. Delivering is the
worker with a mail server that takes everything at once: it draws a PDF for each letter.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import psycopg

from abonent.base.months import Month
from abonent.base.postgres import running
from abonent.bills.print_worker import PER_FILE
from benchmarks.served import environment, machine, make_town

#: As `abonent.bills.publishing.BATCH`, which needs Django's settings.
BATCH = 200

_SUBSCRIBE = """
INSERT INTO bills_receiptsubscription (user_id, account_id, email, started_at, asked_at, confirmed_at)
SELECT DISTINCT ON (person.id) person.id, account_id, email, link.created_at, now(), now()
  FROM users_user AS person JOIN accounts_accountlink AS link ON link.user_id = person.id
 ORDER BY person.id, account_id
"""
_PLAIN = (
    'INSERT INTO notices_letter (kind, "to", user_id, language, subject, text, created_at, attempts,'
    " subscribed, attachment, next_attempt_at, last_error)"
    " SELECT 'receipt', email, user_id, 'ru', %(subject)s, %(text)s, now(), 0, true,"
    " jsonb_build_object('maker', 'x', 'arguments', '{}'::jsonb), now(), ''"
    " FROM bills_receiptsubscription WHERE id = %(id)s RETURNING id",
    "INSERT INTO bills_receiptletter (account_id, user_id, month, publication_id, letter_id, created_at)"
    " SELECT account_id, user_id, %(month)s, %(publication)s, %(letter)s, now()"
    " FROM bills_receiptsubscription WHERE id = %(id)s",
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args) VALUES ('default',"
    " 'notices.deliver_letter', -10, 'letter:' || %(letter)s, jsonb_build_object('letter_id', %(letter)s))",
)
_BARE = """
import sys, time, django
django.setup()
from datetime import date
from abonent.accounts.models import Account
from abonent.accounts.queries import billed_accounts
from abonent.base.months import Month
from abonent.bills.paper import render_many
from abonent.bills.receipts import bill_template, receipts
from abonent.portal.current import portal
from abonent.portal.queries import data_version
many, month = int(sys.argv[1]), Month.parse(sys.argv[2])
ids = list(Account.objects.order_by("pk").values_list("pk", flat=True)[:many])
found = receipts(list(billed_accounts(ids).values()), month, language=portal().language,
                 version=data_version(), today=date.today())
begun = time.perf_counter()
for _ in render_many(found.values(), template=bill_template(), per_document=int(sys.argv[3])):
    pass
print(time.perf_counter() - begun)
"""


class Run:
    """A command in a process of its own: its seconds, those of the processors without PostgreSQL's, and the
    megabytes of its largest process."""

    def __init__(self, arguments: list[str], given: dict[str, str]) -> None:
        begun = time.perf_counter()
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen([sys.executable, *arguments], env=given, stdout=out)
            _, status, used = os.wait4(process.pid, 0)
            self.seconds = time.perf_counter() - begun
            out.seek(0)
            self.said = out.read().strip()
        if status:
            raise SystemExit(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
        self.cpu = used.ru_utime + used.ru_stime
        self.megabytes = used.ru_maxrss // 1024


def _abonent(*arguments: str, given: dict[str, str]) -> Run:
    return Run(["-m", "abonent", *arguments], given)


def _plain(url: str, month: Month) -> float:
    """Seconds of the same rows over psycopg, in batches of as many letters; they are taken back."""
    with psycopg.connect(url, autocommit=True) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM bills_receiptsubscription ORDER BY id")]
        made = connection.execute(
            "INSERT INTO bills_publication (month, started_at, total, written, reached, touched_at)"
            " VALUES (%s, now(), 0, 0, 0, now()) RETURNING id",
            [month.first_day],
        ).fetchone()
        assert made
        begun = time.perf_counter()
        for at in range(0, len(ids), BATCH):
            with connection.transaction():
                for one in ids[at : at + BATCH]:
                    _plain_letter(connection, {"id": one, "month": month.first_day, "publication": made[0]})
        spent = time.perf_counter() - begun
        connection.execute(
            "TRUNCATE bills_receiptletter, bills_publication, notices_letter, procrastinate_jobs CASCADE"
        )
    return spent


def _plain_letter(connection: psycopg.Connection, values: dict[str, object]) -> None:
    letter, row, job = _PLAIN
    words = {"subject": "Квитанция за октябрь 2026", "text": "К письму приложена квитанция. " * 20}
    made = connection.execute(letter.encode(), values | words).fetchone()
    assert made
    connection.execute(row.encode(), values | {"letter": made[0]})
    connection.execute(job.encode(), {"letter": made[0]})


def _keep(url: str, many: int) -> None:
    """Leave as many letters in the queue."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = %(task)s AND id NOT IN"
            " (SELECT id FROM procrastinate_jobs WHERE task_name = %(task)s ORDER BY id LIMIT %(many)s)",
            {"task": "notices.deliver_letter", "many": many},
        )
        connection.execute(  # else the sweep of every minute queues the others again, a thousand at a time
            "UPDATE notices_letter SET next_attempt_at = NULL WHERE id NOT IN"
            " (SELECT (args->>'letter_id')::bigint FROM procrastinate_jobs WHERE task_name = %s)",
            ["notices.deliver_letter"],
        )


def _only(url: str, many: int) -> None:
    """The first accounts stay the organisation's, the others become another's: what is printed is so many."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE accounts_account SET organisation_id = (SELECT max(id) FROM portal_organisation)"
            " WHERE id > (SELECT id FROM accounts_account ORDER BY id OFFSET %s LIMIT 1)",
            [many - 1],
        )


def _printed(folder: Path) -> tuple[int, int]:
    """(receipts, bytes) of a print."""
    with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
        receipts = sum(int(row["receipts"]) for row in csv.DictReader(stream))
    return receipts, sum(path.stat().st_size for path in folder.glob("*.pdf"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish", description=__doc__)
    parser.add_argument("--accounts", type=int, default=12_000)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--deliver", type=int, default=500)
    parser.add_argument("--print", dest="printed", type=int, default=3_000)
    asked = parser.parse_args()
    month = Month.of(date.today()) - 1  # noqa: DTZ011
    with (
        tempfile.TemporaryDirectory(prefix="abonent-publish-") as home,
        running(Path(home) / "postgres") as server,
    ):
        url = make_town(
            server, "publish", Path(home), people=asked.subscribers, accounts=asked.accounts, months=1
        )
        with psycopg.connect(url) as connection:
            connection.execute(_SUBSCRIBE)
        given = environment(url, Path(home)) | {
            "ABONENT_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "DJANGO_SETTINGS_MODULE": "abonent.settings",
        }
        print("\n".join(_by_mail(asked, url, given, month)))
        print()
        print("\n".join(_on_paper(asked, url, given, month, Path(home) / "print")))
    print(f"\n{machine()}; files of {PER_FILE} receipts, batches of {BATCH} letters")


def _by_mail(asked: argparse.Namespace, url: str, given: dict[str, str], month: Month) -> list[str]:
    plain = _plain(url, month)
    published = _abonent("bills", "publish", "--month", str(month), "--json", given=given)
    again = _abonent("bills", "publish", "--month", str(month), "--json", given=given)
    assert '"written": 0' in again.said, again.said
    _keep(url, asked.deliver)
    delivered = _abonent("worker", "--once", given=given)
    many = asked.subscribers
    return [
        "| by mail | letters | seconds | a second | CPU s | MB |",
        "|---|---|---|---|---|---|",
        f"| `bills publish` | {many} | {published.seconds:.1f} | {many / published.seconds:.0f}"
        f" | {published.cpu:.1f} | {published.megabytes} |",
        f"| the same rows, plain INSERTs | {many} | {plain:.1f} | {many / plain:.0f} | | |",
        f"| `bills publish` once more: nothing | 0 | {again.seconds:.1f} | | {again.cpu:.1f}"
        f" | {again.megabytes} |",
        f"| delivered by one worker, a PDF each | {asked.deliver} | {delivered.seconds:.1f}"
        f" | {asked.deliver / delivered.seconds:.0f} | {delivered.cpu:.1f} | {delivered.megabytes} |",
        f"\nratio to plain INSERTs: {plain / published.seconds:.2f}",
    ]


def _on_paper(
    asked: argparse.Namespace, url: str, given: dict[str, str], month: Month, folder: Path
) -> list[str]:
    many = asked.printed
    _only(url, many)
    bare = float(Run(["-c", _BARE, str(many), str(month), str(PER_FILE)], given).said)
    lines = [
        "| on paper | receipts | seconds | a second | CPU s | MB of a process | KB a receipt |",
        "|---|---|---|---|---|---|---|",
        f"| bare drawing, one process | {many} | {bare:.1f} | {many / bare:.1f} | | | |",
    ]
    rates = {}
    for processes in (1, 2):
        shutil.rmtree(folder, ignore_errors=True)
        how = ["--organisation", "org1", "--to", str(folder), "--processes", str(processes)]
        run = _abonent("bills", "print", "--month", str(month), *how, given=given)
        receipts, size = _printed(folder)
        assert receipts == many, (receipts, many)
        rates[processes] = receipts / run.seconds
        lines.append(
            f"| `bills print --processes {processes}` | {receipts} | {run.seconds:.1f}"
            f" | {rates[processes]:.1f} | {run.cpu:.1f} | {run.megabytes} | {size / receipts / 1024:.1f} |"
        )
    two = rates[2] / rates[1]
    return [*lines, f"\nratio to bare drawing: {rates[1] * bare / many:.2f}; two processes to one: {two:.2f}"]


if __name__ == "__main__":
    main()
