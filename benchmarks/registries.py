"""Registries of banks: rows a second, from the file to the commit.

    python -m benchmarks.registries [--rows 50000] [--accounts 200000] [--rounds 3]

A town of accounts, and Sberbank's file of so many rows, each with an operation of its own: nine in ten name a
known account, the tenth is for staff. `abonent payments load` does what the table says: the format
recognised, every line checked, the trailer compared, accounts and earlier operations looked for, each row
booked in the ledger and kept, all in one transaction on a PostgreSQL with its safety on (fsync). The rival
copies the same rows into the same two tables with COPY, after a plain split of the lines: it checks nothing
and finds nobody. Both take turns; what is printed is the median of the rounds. Then the same file is loaded
once more (nothing to do), and another file with the same operations (repeated).
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from abonent.base.database_url import with_database
from abonent.base.postgres import ensure_database, running
from benchmarks.served import OURS, environment, machine

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@contextmanager
def portal(server: str, home: Path) -> Iterator[None]:
    """Django on a migrated database of that server."""
    ensure_database(server, "registries")
    os.environ.update(environment(with_database(server, "registries"), home))
    os.environ["DJANGO_SETTINGS_MODULE"] = OURS
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    yield
    from django.db import connections

    connections.close_all()


def make_accounts(many: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_organisation (code, name_ru, name_kk, tax_number, tax_reason_code,"
            " bank_account, bank_name, bank_code, correspondent_account, phone, address, time_zone,"
            " overdue_readings)"
            " VALUES ('ours', 'Наша', 'Біздің', '', '', '', '', '', '', '', '', '', '') RETURNING id"
        )
        cursor.execute(
            "INSERT INTO accounts_account (number, key, public_id, organisation_id, payer, address, flat,"
            " contact_email, contact_phone, owner_version)"
            " SELECT lpad(n::text, 9, '0'), n::text, 'account-' || n, %s, 'Иванов', 'Абая 1', '', '', '', 1"
            " FROM generate_series(100000000, 100000000 + %s - 1) n",
            [cursor.fetchone()[0], many],
        )
        cursor.execute("ANALYZE accounts_account")


def registry(rows: int, accounts: int, series: int) -> bytes:
    """Sberbank's file, windows-1251; the operations of a series are its own."""
    lines, total = [], Decimal(0)
    for at in range(rows):
        known = at % 10 > 0
        account = 100_000_000 + (at * 7919) % accounts if known else 900_000_000 + at
        amount = Decimal(10_000 + at % 90_000) / 100
        total += amount
        comma = str(amount).replace(".", ",")
        lines.append(
            f"05-11-2026;08-44-10;8647;8647999V;{series:03}{at:09};{account};ИВАНОВ ИВАН ИВАНОВИЧ;"
            f"ТЮМЕНЬ Г,ПРИМЕРНАЯ УЛ,1,2;102026;{amount};;;{comma};{comma};0,00"
        )
    said = f"{total:.2f}".replace(".", ",")
    return "\r\n".join([*lines, "=", f"{rows};{said};{said};0,00;1;07-11-2026", ""]).encode("cp1251")


def timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def load(path: Path) -> None:
    from abonent.exchange.registries.loading import load_file

    reports = list(load_file(path, loaded_by="benchmark", now=NOW))
    if sum(one.rows for one in reports) == 0:
        raise SystemExit("nothing was loaded")


def copy(path: Path, series: int) -> None:
    """The rival: the lines split, and copied into the ledger and the registry's rows."""
    from django.db import connection, transaction

    lines = path.read_text("cp1251").splitlines()[:-2]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM accounts_account")
        account = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO payments_registry (source, format, name, checksum, rows, total, loaded_at,"
            " loaded_by) VALUES ('rival', 'plain', '', %s, 0, 0, now(), '') RETURNING id",
            [f"rival-{series}"],
        )
        registry_id = cursor.fetchone()[0]
        with cursor.copy(
            "COPY ledger_payment (account_id, paid_on, amount, bank, source, external_id, by_portal)"
            " FROM STDIN"
        ) as into:
            for line in lines:
                fields = line.split(";")
                into.write_row((account, "2026-11-05", fields[9], "", "rival", fields[4], True))
        with cursor.copy(
            "COPY payments_registryrow (registry_id, line, operation, reference, parent, account_text,"
            " account_id, payer, purpose, paid_on, amount, state, note) FROM STDIN"
        ) as into:
            for at, line in enumerate(lines):
                fields = line.split(";")
                into.write_row(
                    (
                        registry_id, at, fields[4], "", "", fields[5], account, fields[6], fields[8],
                        "2026-11-05", fields[9], "booked", "",
                    )
                )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "postgres") as url:
        home = Path(folder)
        with portal(url, home):
            make_accounts(options.accounts)
            measure(home, options.rows, options.accounts, options.rounds)


def measure(home: Path, rows: int, accounts: int, rounds: int) -> None:
    ours, plain = [], []
    path = home / "registry.txt"
    for series in range(rounds):
        path.write_bytes(registry(rows, accounts, series))
        ours.append(timed(lambda: load(path)))
        plain.append(timed(lambda series=series: copy(path, series)))  # type: ignore[misc]
    again = timed(lambda: load(path))
    path.write_bytes(
        path.read_bytes().replace("ИВАНОВ ИВАН".encode("cp1251"), "ИВАНОВ ПЁТР".encode("cp1251"), 1)
    )
    repeated = timed(lambda: load(path))
    size = path.stat().st_size / 1024**2
    print(f"{machine()}\n{rows} rows, {size:.1f} MB, {accounts} accounts, median of {rounds}\n")
    print(f"{'':<34}{'s':>8}{'rows/s':>10}")
    for name, spent in (
        ("loaded: checked, booked, kept", statistics.median(ours)),
        ("rival: COPY, nothing checked", statistics.median(plain)),
        ("the same file again", again),
        ("its rows in another file: repeated", repeated),
    ):
        print(f"{name:<34}{spent:>8.2f}{rows / spent:>10.0f}")
    print(f"\nratio to COPY: {statistics.median(ours) / statistics.median(plain):.1f}")


if __name__ == "__main__":
    main()
