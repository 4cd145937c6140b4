"""One measured step of benchmarks/import_charges.py, in a process of its own: its peak memory is its own.

`python -m benchmarks.import_worker STEP [PATH] [ROWS]` prints a line of JSON.
"""

import csv
import json
import re
import sys
import threading
import time
from contextlib import nullcontext
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from abonent.base.identifiers import account_key  # noqa: E402
from abonent.base.months import Month  # noqa: E402
from abonent.exchange.models import Run  # noqa: E402
from abonent.exchange.operations import import_bundle, undo_month  # noqa: E402
from abonent.ledger.models import Charge, LoadedMonth  # noqa: E402
from benchmarks.import_files import MONTH, SERVICES  # noqa: E402

THE_MONTH = Month.parse(MONTH)
COLUMNS = "account_id, month, service_id, opening, accrued, corrections, paid, closing, volume, tariff"


def sql(statement: str, *values: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def peak_mb() -> float:
    """Of this process alone; getrusage would begin with what the parent had."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


def forget() -> None:
    """The month was never loaded."""
    for month in LoadedMonth.objects.all():
        for table in filter(None, (month.table_name, month.previous_table)):
            sql(f"DROP TABLE {table}")
    LoadedMonth.objects.all().delete()
    Run.objects.all().delete()
    sql("DROP TABLE IF EXISTS plain")
    sql("CHECKPOINT")


def product(path: Path, *, watched: bool = False) -> dict[str, Any]:
    """The import as it is: checked, resolved, references held, visible. `placing`: from the moment the month
    is put in place until the import has ended."""
    began: dict[str, float] = {}
    with Reader() if watched else nullcontext() as reader:
        start, used = time.perf_counter(), time.process_time()
        report = import_bundle(
            path=path,
            now=timezone.now(),
            progress=lambda now: began.setdefault(now.doing, time.perf_counter()) and None,
        )
        end, used = time.perf_counter(), time.process_time() - used
    phases = {name: round(at - start, 2) for name, at in began.items()}
    return {
        "outcome": report.outcome,
        "errors": report.errors,
        "listed": len(report.problems),
        "seconds": end - start,
        "cpu": used,
        "placing": end - began.get("putting in place", end),
        "peak_mb": peak_mb(),
        "reader": reader.longest if reader else None,
        "rows": sql("SELECT count(*) FROM ledger_charge")[0][0],
        "phases": phases,
    }


def undo() -> dict[str, Any]:
    with Reader() as reader:
        start = time.perf_counter()
        undo_month(month=THE_MONTH, now=timezone.now())
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "reader": reader.longest}


class Reader:
    """Somebody who reads an account's charges all the time: how long the longest answer took."""

    def __enter__(self) -> "Reader":
        self.longest = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as own:
            own.autocommit = True
            while not self._stop.is_set():
                start = time.perf_counter()
                own.execute("SELECT * FROM ledger_charge WHERE account_id = 1").fetchall()
                self.longest = max(self.longest, time.perf_counter() - start)
                time.sleep(0.02)


def bare_copy(path: Path) -> dict[str, Any]:
    """COPY of the resolved rows into a table like the month's: its columns and its key."""
    sql("CREATE TABLE plain (LIKE ledger_charge, PRIMARY KEY (account_id, month, service_id))")
    sql("CHECKPOINT")
    start, used = time.perf_counter(), time.process_time()
    statement = f"COPY plain ({COLUMNS}) FROM STDIN (FORMAT csv)"
    with (
        path.open("rb") as file,
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        while data := file.read(1024**2):
            copy.write(data)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    rows = sql("SELECT count(*) FROM plain")[0][0]
    return {"seconds": seconds, "cpu": used, "rows": rows, "peak_mb": peak_mb()}


def _sample(path: Path, rows: int) -> list[dict[str, str]]:
    with (path / "charges.csv").open(encoding="utf-8") as stream:
        return list(islice(csv.DictReader(stream), rows))


def _partition() -> None:
    sql("DROP TABLE IF EXISTS sample_month")
    sql(f"CREATE TABLE sample_month PARTITION OF ledger_charge FOR VALUES IN ('{MONTH}-01')")


def bulk_create(path: Path, rows: int) -> dict[str, Any]:
    """Django's bulk_create of rows whose accounts and services were looked up before, unchecked."""
    _partition()
    accounts = dict(sql("SELECT number, id FROM accounts_account"))
    services = dict(sql("SELECT code, id FROM portal_service"))
    start = time.perf_counter()
    with transaction.atomic():
        made = [
            Charge(
                account_id=accounts[row["account"]],
                month=Month.parse(row["month"]),
                service_id=services[row["service"]],
                **{name: Decimal(row[name]) for name in list(row)[3:]},
            )
            for row in _sample(path, rows)
        ]
        Charge.objects.bulk_create(made, batch_size=5000)
    return _sampled(start, rows)


def import_export(path: Path, rows: int) -> dict[str, Any]:
    """django-import-export with its usual widgets; lookups by account number and service code."""
    import tablib
    from import_export import fields, resources, widgets

    from abonent.accounts.models import Account
    from abonent.portal.models import Service

    class Accounts(widgets.ForeignKeyWidget):  # type: ignore[misc]
        """By the unique key: a lookup by number would read all accounts for each row."""

        def clean(self, value: Any, row: Any = None, **_: Any) -> Account:
            return Account.objects.get(key=account_key(value))

    class Months(widgets.Widget):  # type: ignore[misc]
        def clean(self, value: Any, row: Any = None, **_: Any) -> Month:
            return Month.parse(value)

    class ChargeResource(resources.ModelResource):  # type: ignore[misc]
        account = fields.Field("account", "account", Accounts(Account, "key"))
        service = fields.Field("service", "service", widgets.ForeignKeyWidget(Service, "code"))
        month = fields.Field("month", "month", Months())

        class Meta:
            model = Charge
            import_id_fields = ("account", "month", "service")
            fields = ("account", "month", "service", *COLUMNS.split(", ")[3:])

    _partition()
    sample = _sample(path, rows)
    data = tablib.Dataset(*[tuple(row.values()) for row in sample], headers=list(sample[0]))
    start = time.perf_counter()
    result = ChargeResource().import_data(data, use_transactions=True, raise_errors=True)
    assert not result.has_errors()
    return _sampled(start, rows)


def _sampled(start: float, rows: int) -> dict[str, Any]:
    seconds = time.perf_counter() - start
    loaded = sql("SELECT count(*) FROM sample_month")[0][0]
    sql("DROP TABLE sample_month")
    assert loaded == rows, loaded
    return {"seconds": seconds, "rows": rows, "peak_mb": peak_mb()}


def ids() -> dict[str, Any]:
    """The ids of accounts by place, and of services by place."""
    accounts = [row[0] for row in sql("SELECT id FROM accounts_account ORDER BY number")]
    services = dict(sql("SELECT code, id FROM portal_service"))
    return {"accounts": accounts, "services": [services[f"service-{place}"] for place in range(SERVICES)]}


def main() -> None:
    step, *rest = sys.argv[1:]
    path = Path(rest[0]) if rest else Path()
    rows = int(rest[1]) if len(rest) > 1 else 0
    steps: dict[str, Any] = {
        "forget": forget,
        "product": lambda: product(path),
        "watched": lambda: product(path, watched=True),
        "undo": undo,
        "copy": lambda: bare_copy(path),
        "bulk_create": lambda: bulk_create(path, rows),
        "import_export": lambda: import_export(path, rows),
        "ids": ids,
    }
    json.dump(steps[step](), sys.stdout)


if __name__ == "__main__":
    main()
