"""Killed, twice at once, read all the while: nothing half, nothing twice, nobody waits long."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from abonent.accounts.models import Account
from abonent.base.months import Month
from abonent.exchange.errors import ImportRunningError
from abonent.exchange.models import Run
from abonent.exchange.operations import undo_month
from abonent.ledger import partitions
from abonent.ledger.models import Charge
from abonent.portal.models import DataVersion
from tests.exchange.conftest import NOW
from tests.plugins.loaded import Loaded, wait_for_locks

pytestmark = pytest.mark.django_db(transaction=True)
CHARGE = "account,month,service,opening,accrued,corrections,paid,closing\n"
ACCOUNTS = 2000


def big(amount: str, accounts: int = ACCOUNTS) -> dict[str, Any]:
    """A month in which every line is `amount`."""
    head = "number,organisation,payer,address\n"
    return {
        "accounts": head + "".join(f"{at},aes,Иванов Иван,ул. Абая 1\n" for at in range(1, accounts + 1)),
        "charges": CHARGE
        + "".join(f"{at},2026-10,power,0,{amount},0,0,{amount}\n" for at in range(1, accounts + 1)),
        "meters": None,
        "readings": None,
        "payments": None,
    }


@contextmanager
def other_connection() -> Iterator[psycopg.Connection]:
    parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}
    parameters.pop("context", None)
    with psycopg.connect(**parameters, autocommit=True) as own:
        yield own


def month_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'ledger\\_charge\\_%'"
        )
        return {row[0] for row in cursor.fetchall()}


KILLED = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from abonent.exchange.operations import import_bundle
from abonent.exchange.reading import Limits

def die(progress):
    if progress.doing == sys.argv[2] and progress.rows >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

import_bundle(path=Path(sys.argv[1]), now=datetime(2026, 11, 21, tzinfo=timezone.utc), progress=die,
              limits=Limits(block=16 * 1024))
"""


@pytest.mark.parametrize(
    ("doing", "rows"),
    [
        ("reading accounts.csv", 500),
        ("reading charges.csv", 3000),
        ("planning", 0),
        ("building months", 0),
        ("putting in place", 0),
    ],
)
def test_killed_at_any_moment_it_leaves_nothing(
    bundle: Any, load: Any, loaded: Loaded, doing: str, rows: int
) -> None:
    path = bundle(**big("10.00"))
    before = month_tables()
    done = loaded.run(KILLED, str(path), doing, str(rows))
    assert done.returncode == -signal.SIGKILL, done.stdout
    assert Run.objects.get().state == "started"
    assert not Account.objects.exists()
    assert not Charge.objects.exists()
    assert month_tables() == before
    assert DataVersion.objects.get().version == 1
    wait_for_locks()
    assert load(path).outcome == "applied"
    assert sorted(Run.objects.values_list("state", flat=True)) == ["applied", "broken_off"]
    assert Charge.objects.count() == ACCOUNTS
    assert load(path).outcome == "nothing to do"


class Reader:
    """Reads the month over and over on a connection of its own."""

    def __init__(self, query: str) -> None:
        self.query, self.seen, self.longest, self.failure = query, set(), 0.0, None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with other_connection() as own:
                while not self._stop.is_set():
                    start = time.perf_counter()
                    self.seen.add(own.execute(self.query).fetchone())
                    self.longest = max(self.longest, time.perf_counter() - start)
        except psycopg.Error as error:
            self.failure = error


def test_a_reader_never_waits_long_nor_sees_half_a_month(bundle: Any, load: Any) -> None:
    load(bundle(**big("10.00")))
    query = (
        "SELECT count(*), min(closing), max(closing) FROM ledger_charge c JOIN accounts_account a"
        " ON a.id = c.account_id WHERE month = '2026-10-01'"
    )
    with Reader(query) as reader:
        for amount in ("11.00", "12.00", "13.00"):
            assert load(bundle(**big(amount))).plan.months[0].way == "whole"
        undo_month(month=Month(2026, 10), now=NOW)
        time.sleep(0.2)
    assert reader.failure is None
    amounts = {Decimal(amount) for amount in ("10", "11", "12", "13")}
    assert reader.seen <= {(ACCOUNTS, amount, amount) for amount in amounts}
    assert len(reader.seen) >= 2
    assert reader.longest < 1.5


def test_a_reader_who_does_not_end_makes_it_wait_and_others_pass(
    bundle: Any, load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(bundle(**big("10.00", 50)))
    with other_connection() as slow, Reader("SELECT count(*) FROM ledger_charge") as others:
        slow.execute("BEGIN")
        slow.execute("SELECT count(*) FROM ledger_charge")
        threading.Timer(1.5, lambda: slow.execute("COMMIT")).start()
        start = time.monotonic()
        assert load(bundle(**big("11.00", 50))).outcome == "applied"
        assert time.monotonic() - start > 1.2
        time.sleep(0.1)
    assert others.longest < 1.0


def test_a_vacuum_of_the_month_is_waited_for_without_readers_waiting(bundle: Any, load: Any) -> None:
    load(bundle(**big("10.00", 50)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM ledger_loadedmonth")
        (table,) = cursor.fetchone()
    with other_connection() as vacuum, Reader("SELECT count(*) FROM ledger_charge") as others:
        vacuum.execute("BEGIN")
        vacuum.execute(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")
        threading.Timer(1.5, lambda: vacuum.execute("COMMIT")).start()
        start = time.monotonic()
        assert load(bundle(**big("11.00", 50))).outcome == "applied"
        assert time.monotonic() - start > 1.2
        time.sleep(0.1)
    assert others.longest < 1.0


def test_a_reader_who_never_ends_makes_it_give_up_whole(
    bundle: Any, load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(bundle(**big("10.00", 50)))
    before, version = month_tables(), DataVersion.objects.get().version
    monkeypatch.setattr(partitions, "PATIENCE_SECONDS", 0.5)
    with other_connection() as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT count(*) FROM ledger_charge")
        with pytest.raises(partitions.MonthsBusyError):
            load(bundle(**big("11.00", 50)))
        slow.execute("COMMIT")
    assert set(Charge.objects.values_list("closing", flat=True)) == {Decimal("10.00")}
    assert (month_tables(), DataVersion.objects.get().version) == (before, version)
    assert Run.objects.latest("pk").state == "broken_off"
    assert load(bundle(**big("11.00", 50))).outcome == "applied"


def test_two_imports_at_once_are_one(bundle: Any, load: Any) -> None:
    with other_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [0x61626F6E_696D])
        with pytest.raises(ImportRunningError):
            load(bundle())
        with pytest.raises(ImportRunningError):
            undo_month(month=Month(2026, 10), now=NOW)
    wait_for_locks()
    assert load(bundle()).outcome == "applied"


def test_tables_that_nobody_refers_to_are_swept_at_the_next_run(bundle: Any, load: Any) -> None:
    load(bundle(**big("10.00", 50)))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger_charge_2026_09_0badf00d (LIKE ledger_charge)")
        cursor.execute("CREATE TABLE ledger_charge_copy_of_mine (a int)")
    for amount in ("11.00", "12.00", "13.00"):
        load(bundle(**big(amount, 50)))
    tables = month_tables()
    assert "ledger_charge_2026_09_0badf00d" not in tables
    assert "ledger_charge_copy_of_mine" in tables, "only names of ours are swept"
    assert len(tables) == 3, "the month's table, the one an undo would bring back, and the stranger's"


def test_the_month_in_place_has_key_and_references(bundle: Any, load: Any) -> None:
    load(bundle(**big("10.00", 50)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contype::text, convalidated FROM pg_constraint c JOIN pg_inherits ON inhrelid = conrelid"
            " WHERE inhparent = 'ledger_charge'::regclass AND contype IN ('p', 'f') ORDER BY 1"
        )
        assert cursor.fetchall() == [("f", True), ("f", True), ("p", True)]
        with pytest.raises(Exception, match="violates foreign key"):
            cursor.execute("DELETE FROM accounts_account WHERE key = '7'")
        with pytest.raises(Exception, match="violates foreign key"):
            cursor.execute(
                "INSERT INTO ledger_charge SELECT 999999, month, service_id, 0, 0, 0, 0, 0"
                " FROM ledger_charge LIMIT 1"
            )


def test_files_are_read_from_where_they_are(bundle: Any, tmp_path: Path) -> None:
    """The command, from the outside, with a report."""
    path = bundle(charges=CHARGE + "1,2026-10,power,0,NaN,0,0,1\n")
    done = subprocess.run(
        [sys.executable, "-m", "abonent", "import", str(path), "--report", str(tmp_path / "report.csv")],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "charges.csv line 2, accrued: 'NaN' is not a number" in done.stdout
    assert "Refused: 1 errors" in done.stdout
    assert "error,charges.csv,2,accrued,NaN,is not a number" in (tmp_path / "report.csv").read_text()
