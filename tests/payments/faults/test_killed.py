"""A real worker is killed by SIGKILL, twice: while the bank thinks about its question, and in the middle of
the transaction that books. The third one finds the payment by the schedule, and books it once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.payments.bank import SandboxBank, environment_of, running_bank
from tests.plugins import databases
from tests.plugins.browser import environment

PATIENCE = 60  # seconds
_DJANGO = "import django; django.setup()\n"
_PAY = """
from decimal import Decimal
from django.utils import timezone
from abonent.accounts.models import Account, AccountLink
from abonent.payments.operations.paying import PartAsked, pay
from abonent.portal.models import Organisation
from abonent.users.models import User
now = timezone.now()
org = Organisation.objects.create(code="org", name_ru="Наш")
user = User.objects.create(login="p", email="p@example.kz", email_confirmed=True, created_at=now)
account = Account.objects.create(number="000700", key="700", organisation=org, payer="Ким")
AccountLink.objects.create(user=user, account=account, method="payment", created_at=now)
made = pay(user=user, parts=[PartAsked(account.pk, Decimal("1000.00"))], method="card", email="p@example.kz",
           language="ru", form_key="form", address=None, now=now)
print(made.public_id, made.state)
"""
_WORK = """
import argparse, datetime, sys
from django.utils import timezone
from abonent.interfaces.cli import worker
from abonent.payments.operations.due_questions import queue_due
queue_due(now=timezone.now() + datetime.timedelta(hours=int(sys.argv[1])))
worker.run(argparse.Namespace(once=True, concurrency=1, queue=None))
from abonent.payments.invariants import broken
print(broken())
"""
#: Somebody waits for a lock.
_WAITS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Portal:
    """A portal of its own, in processes of their own."""

    def __init__(self, url: str, home: Path, bank: SandboxBank) -> None:
        self.url, self.bank = url, bank
        self.environment = environment(
            ABONENT_PORTAL="aes",
            ABONENT_URL="http://127.0.0.1:1",  # nobody hears the bank's notices
            DATABASE_URL=url,
            ABONENT_HOME=str(home),
            DJANGO_SETTINGS_MODULE="abonent.settings",
            **environment_of(bank, {"card": "aes-card"}),
        )

    def start(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _DJANGO + code, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, code: str, *arguments: str) -> str:
        process = self.start(code, *arguments)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        return said

    def ask(self, query: str) -> Any:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchone()

    def state(self) -> Any:
        """The payment's, what the ledger has of it, receipt letters, money on its way."""
        return self.ask(
            "SELECT (SELECT state FROM payments_payment),"
            " (SELECT coalesce(sum(amount), 0) FROM ledger_payment),"
            " (SELECT count(*) FROM notices_letter WHERE kind = 'payment_receipt'),"
            " (SELECT coalesce(sum(amount), 0) FROM ledger_expectedpayment)"
        )


@pytest.fixture
def portal(database_server: str, tmp_path: Path) -> Iterator[Portal]:
    name = databases.name_of_mine("killed")
    url = databases.copy_template(database_server, name)
    with running_bank() as bank:
        yield Portal(url, tmp_path, bank)
    databases.drop(database_server, name)


def kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def killed_while_the_bank_thinks(portal: Portal) -> None:
    """The question has come to the bank; who asked it is no more when the answer leaves."""
    bank, look = portal.bank.bank, portal.bank.bank.payment
    begun: list[subprocess.Popen[str]] = []

    def kill_who_asks(id_: str) -> Any:
        bank.payment = look  # type: ignore[method-assign]
        os.killpg(begun[0].pid, signal.SIGKILL)
        return look(id_)

    bank.payment = kill_who_asks  # type: ignore[method-assign]
    begun.append(portal.start(_WORK, "1"))
    said, _ = begun[0].communicate(timeout=PATIENCE)
    assert begun[0].returncode == -signal.SIGKILL, said


def killed_while_it_books(portal: Portal) -> None:
    """It waits for the account's row, with some of its work done and none of it committed."""
    with psycopg.connect(portal.url) as holder, psycopg.connect(portal.url, autocommit=True) as watcher:
        holder.execute("SELECT FROM accounts_account FOR UPDATE")
        process = portal.start(_WORK, "2")
        deadline = time.monotonic() + PATIENCE
        while not watcher.execute(_WAITS).fetchone():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        kill(process)


def test_a_killed_worker_loses_and_doubles_nothing(portal: Portal) -> None:
    key, state = portal.run(_PAY).split()
    assert state == "sent"
    portal.bank.pay_untold(key)

    killed_while_the_bank_thinks(portal)
    assert portal.state() == ("sent", 0, 0, 1000)
    killed_while_it_books(portal)
    assert portal.state() == ("sent", 0, 0, 1000)

    assert portal.run(_WORK, "3").splitlines()[-1] == "{}"
    assert portal.state() == ("booked", 1000, 1, 0)
    [taken] = portal.bank.payments()
    charged = portal.ask("SELECT (amount + commission) * 100 FROM payments_payment")
    assert (taken["charged"],) == charged
