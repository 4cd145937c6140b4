"""Payments booked here go to billing: which, as which bytes, each once; and the command."""

import argparse
import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from abonent.exchange.formats.bundle import PAYMENTS
from abonent.exchange.formats.payments_file import COLUMNS, PaymentRow, filename, pieces
from abonent.exchange.models import PaymentBatch
from abonent.exchange.outgoing import cli
from abonent.exchange.outgoing.batches import ExportError, NoSuchBatch
from abonent.exchange.outgoing.payments import export_payments, write_payments_again
from abonent.ledger.telling import waiting_for_billing
from abonent.portal.models import Service
from tests.exchange.booked import SOURCE, booked, payments_in, told
from tests.exchange.conftest import DOCUMENT, NOW

HOUR = timedelta(hours=1)
ROW = PaymentRow(
    source="online",
    id="q3QkHZ-Vn0aYl7mXbT1c2g-1",
    account="0012345",
    paid_on=date(2026, 11, 20),
    amount=Decimal("4137.00"),
    bank="Банк картасы",
    service="power",
    booked_at=datetime(2026, 11, 20, 13, 5, 0, 999, tzinfo=UTC),
)


def documented() -> list[list[str]]:
    """The table of columns in docs/domain/bundle.md."""
    section = DOCUMENT.read_text("utf-8").split("### Payments to billing")[1].split("## An example")[0]
    table = section.split("| column | example | meaning |")[1].split("\n\n")[0]
    return [re.findall(r"`([^`]+)`", line)[:2] for line in table.splitlines()[2:]]


def test_the_document_tells_the_columns_and_how_a_row_looks() -> None:
    assert tuple(name for name, _ in documented()) == COLUMNS
    (row,) = csv.DictReader(io.StringIO(b"".join(pieces("csv", [ROW])).decode()))
    assert [[name, value] for name, value in row.items()] == documented()
    assert COLUMNS[:7] == tuple(column.name for column in PAYMENTS.columns)


def test_json_lines_say_the_same() -> None:
    odd = PaymentRow(
        **{name: getattr(ROW, name) for name in ROW.__slots__}
        | {"bank": 'a"b,Қ', "amount": Decimal("-0.10"), "service": None}
    )
    first, second = map(json.loads, b"".join(pieces("jsonl", [ROW, odd])).splitlines())
    assert tuple(first) == COLUMNS
    assert (first["amount"], first["booked_at"]) == ("4137.00", "2026-11-20T13:05:00Z")
    assert (second["bank"], second["amount"], second["service"]) == ('a"b,Қ', "-0.10", None)
    (row,) = csv.DictReader(io.StringIO(b"".join(pieces("csv", [odd])).decode()))
    assert (row["bank"], row["amount"], row["service"]) == ('a"b,Қ', "-0.10", "")


@pytest.fixture
def folder(tmp_path: Path, bundle: Any, load: Any) -> Path:
    load(bundle())
    made = tmp_path / "export"
    made.mkdir()
    return made


@pytest.mark.django_db
def test_what_was_booked_here_goes_once_and_what_billing_told_never(folder: Path) -> None:
    power = Service.objects.get(code="power")
    first = booked("1", service_id=power.pk)
    back = booked("r1", "-40.00")
    (file,) = export_payments(directory=folder, now=NOW).files
    assert [path.name for path in file.paths] == ["payments-000001.csv", "payments-000001.jsonl"]
    assert file.paths[0].read_text("utf-8").splitlines()[1:] == [
        f"{SOURCE},1,0012345,2026-11-20,100.00,Сбербанк,power,2026-11-21T09:00:00Z",
        f"{SOURCE},r1,0012345,2026-11-20,-40.00,Сбербанк,,2026-11-21T09:00:00Z",
    ]
    assert export_payments(directory=folder, now=NOW).files == ()
    second = booked("2")
    assert waiting_for_billing() == (1, NOW)
    export_payments(directory=folder, now=NOW)
    assert payments_in(folder) == payments_in(folder, "jsonl") == dict.fromkeys([first, back, second], 1)
    assert told() == {"1": (1, False), "r1": (1, False), "2": (2, False)}
    assert not list(folder.glob(".*")), "nothing is left of the writing"


@pytest.mark.django_db
def test_older_ones_may_stay_for_later(folder: Path) -> None:
    old = booked("old", now=datetime(2026, 11, 17, 18, 0, tzinfo=UTC))  # 23:00 of the 17th in Almaty
    new = booked("new", now=NOW - HOUR)
    done = export_payments(directory=folder, since=date(2026, 11, 18), now=NOW)
    assert (payments_in(folder), done.waiting) == ({new: 1}, 1)
    export_payments(directory=folder, since=date(2026, 11, 17), now=NOW)
    assert payments_in(folder) == {new: 1, old: 1}


@pytest.mark.django_db
def test_again_the_same_bytes_also_elsewhere(folder: Path, tmp_path: Path) -> None:
    booked("1")
    (file,) = export_payments(directory=folder, now=NOW).files
    before = [path.read_bytes() for path in file.paths]
    booked("2")
    file.paths[0].unlink()
    assert [path.read_bytes() for path in write_payments_again(number=1, now=NOW).paths] == before
    (tmp_path / "other").mkdir()
    other = write_payments_again(number=1, directory=tmp_path / "other", formats=["csv"], now=NOW)
    assert [path.read_bytes() for path in other.paths] == before[:1]
    with pytest.raises(NoSuchBatch, match="no file of payments has the number 7"):
        write_payments_again(number=7, now=NOW)


@pytest.mark.django_db
def test_a_folder_that_fails_keeps_its_file_for_the_next_run(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a folder"):
        export_payments(directory=tmp_path / "nowhere", now=NOW)
    assert not PaymentBatch.objects.exists()
    first = booked("1")
    (folder / "payments-000001.csv").mkdir()  # a name that cannot be given
    with pytest.raises(ExportError, match=r"payments-000001\.csv: cannot be written"):
        export_payments(directory=folder, now=NOW)
    (folder / "payments-000001.csv").rmdir()
    (resumed,) = export_payments(directory=folder, now=NOW).files
    assert (resumed.number, resumed.resumed) == (1, True)
    assert payments_in(folder) == {first: 1}


def abonent_export(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.run(parser.parse_args([str(one) for one in arguments]))


@pytest.mark.django_db
def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    booked("1")
    booked("2", now=NOW - timedelta(days=300))
    assert abonent_export("payments", "--to", folder, "--format", "csv", "--since", "2026-11-01") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"1 payment in {folder}/payments-000001.csv",
        "1 payment left for a later file.",
    ]
    assert abonent_export("payments", "--to", folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["rows"] == 1
    assert abonent_export("payments", "--again", 1, "--to", folder, "--format", "both") == 0
    assert (folder / filename(1, "jsonl")).is_file()
    assert abonent_export("payments", "--to", folder, "--all") == 2
    assert "nobody corrects payments" in capsys.readouterr().err


@pytest.mark.django_db
def test_the_job_writes_where_the_environment_says(folder: Path, settings: Any) -> None:
    from abonent.exchange.jobs import export_booked_payments

    one = booked("1")
    settings.EXPORT_FOLDER = None
    export_booked_payments(timestamp=0)
    assert payments_in(folder) == {}
    settings.EXPORT_FOLDER = folder
    export_booked_payments(timestamp=0)
    assert payments_in(folder) == {one: 1}


@pytest.mark.django_db
def test_check_says_what_waits_and_what_cannot_be_written(folder: Path) -> None:
    from abonent.interfaces.cli.check_readings import payments_finding

    assert payments_finding(now=NOW).state == "ok"
    booked("1")
    assert payments_finding(now=NOW + HOUR).state == "ok"
    late = payments_finding(now=NOW + 3 * HOUR)
    assert (late.state, late.text) == (
        "warn",
        "1 payments wait for billing, the first since 2026-11-21 09:00",
    )
    (folder / "payments-000001.csv").mkdir()
    with pytest.raises(ExportError):
        export_payments(directory=folder, now=NOW)
    assert "1 files of payments could not be written" in payments_finding(now=NOW + 3 * HOUR).text
