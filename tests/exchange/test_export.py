"""Readings go to billing: what is due, as which bytes, each once; and the command."""

import argparse
import csv
import io
import json
import re
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from abonent.base.months import Month
from abonent.exchange.formats.bundle import READINGS
from abonent.exchange.formats.readings_file import COLUMNS, ReadingRow, filename, pieces
from abonent.exchange.models import ReadingBatch
from abonent.exchange.outgoing import cli
from abonent.exchange.outgoing.readings import ExportError, NoSuchBatch, export_readings, write_again
from abonent.metering.models import SubmittedReading
from abonent.metering.operations.billing import due_before
from abonent.metering.windows import Rules, cut_off, window_of
from tests.exchange.conftest import DOCUMENT, NOW
from tests.exchange.submitted import YESTERDAY, numbers_in, received, states

HOUR = timedelta(hours=1)
ROW = ReadingRow(
    account="0012346",
    serial="00781235",
    scale="total",
    taken_on=date(2026, 11, 20),
    value=Decimal("40630.500"),
    reading=318,
    submission="0000-0207",
    received_at=datetime(2026, 11, 20, 13, 5, 0, 999, tzinfo=UTC),
    rolled_over=False,
    unusual=False,
    previous=Decimal("40512.000"),
)


def documented() -> list[list[str]]:
    """The table of columns in docs/domain/bundle.md."""
    section = DOCUMENT.read_text("utf-8").split("## Back to billing")[1].split("## An example")[0]
    table = section.split("| column | example | meaning |")[1].split("\n\n")[0]
    return [re.findall(r"`([^`]+)`", line)[:2] for line in table.splitlines()[2:]]


def test_the_document_tells_the_columns_and_how_a_row_looks() -> None:
    assert tuple(name for name, _ in documented()) == COLUMNS
    text = b"".join(pieces("csv", [ROW])).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert [[name, value] for name, value in row.items()] == documented()
    assert COLUMNS[:6] == tuple(column.name for column in READINGS.columns)


def test_json_lines_say_the_same() -> None:
    odd = ReadingRow(
        **{name: getattr(ROW, name) for name in ROW.__slots__}
        | {"serial": 'a"b,Қ', "value": Decimal("0.000"), "previous": None, "unusual": True}
    )
    first, second = map(json.loads, b"".join(pieces("jsonl", [ROW, odd])).splitlines())
    assert tuple(first) == COLUMNS
    assert (first["value"], first["reading"], first["rolled_over"]) == ("40630.5", 318, False)
    assert (second["serial"], second["value"], second["previous"]) == ('a"b,Қ', "0", None)
    (row,) = csv.DictReader(io.StringIO(b"".join(pieces("csv", [odd])).decode()))
    assert (row["serial"], row["value"], row["previous"], row["unusual"]) == ('a"b,Қ', "0", "", "yes")


RULES = st.builds(
    Rules,
    first_day=st.integers(1, 31),
    last_day=st.integers(1, 31),
    time_zone=st.sampled_from(["Asia/Almaty", "Europe/Moscow", "Asia/Kolkata", "America/New_York"]),
    refuse_overdue=st.just(False),
    unusual_times=st.just(Decimal(3)),
    sent_to_billing=st.sampled_from(["daily", "after_window"]),
    sent_at_hour=st.integers(0, 23),
)


@given(RULES, st.integers(0, 23), st.floats(0, 0.999), st.timedeltas(-HOUR, HOUR * 24 * 40))
def test_due_is_what_has_passed_its_cut_off(rules: Rules, month: int, at: float, later: timedelta) -> None:
    """The moment that the query compares with says of every reading what `cut_off` says of it alone."""
    window = window_of(rules, Month(2026, 1) + month)
    came = (window.opens + (window.closes - window.opens) * at).astimezone(UTC)
    now = came + later
    before = due_before(rules, window, now)
    assert (before is not None and came < before) == (cut_off(rules, window, came) <= now)


@pytest.fixture
def folder(tmp_path: Path, bundle: Any, load: Any) -> Path:
    load(bundle())
    made = tmp_path / "export"
    made.mkdir()
    return made


@pytest.mark.django_db
def test_what_is_due_goes_and_the_rest_stays(folder: Path) -> None:
    """Readings leave at eight in the evening, Almaty's time (15:00 UTC)."""
    at_eight = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    (early,) = received(at=at_eight - timedelta(seconds=1))
    late = received("00781234", at=at_eight, day="15300", night="7400")
    done = export_readings(directory=folder, now=NOW)
    assert states() == {early: "sent", late[0]: "received", late[1]: "received"}
    assert done.waiting == 2
    (file,) = done.files
    assert [path.name for path in file.paths] == ["readings-000001.csv", "readings-000001.jsonl"]
    sent = SubmittedReading.objects.get(pk=early)
    assert (sent.batch, sent.sent_at) == (1, NOW)
    assert export_readings(directory=folder, now=NOW).files == ()
    export_readings(directory=folder, now=NOW + timedelta(hours=6))
    assert numbers_in(folder) == numbers_in(folder, "jsonl") == dict.fromkeys([early, *late], 1)
    assert not list(folder.glob(".*")), "nothing is left of the writing"


@pytest.mark.django_db
def test_everything_goes_when_asked_and_nothing_older_than_asked(folder: Path) -> None:
    (old,) = received(at=datetime(2026, 11, 17, 18, 0, tzinfo=UTC))  # 23:00 of the 17th in Almaty
    fresh = received("00781234", at=NOW - HOUR, day="15300", night="7400")
    export_readings(directory=folder, everything=True, since=date(2026, 11, 18), now=NOW)
    assert states() == {old: "received"} | dict.fromkeys(fresh, "sent")
    export_readings(directory=folder, everything=True, since=date(2026, 11, 17), now=NOW)
    assert states()[old] == "sent"


@pytest.mark.django_db
def test_half_a_meter_never_goes(folder: Path) -> None:
    """Scales that came at different times wait for each other."""
    day = received("00781234", day="15300")
    night = received("00781234", at=NOW - HOUR, night="7400")
    assert export_readings(directory=folder, now=NOW).files == ()
    export_readings(directory=folder, now=NOW + timedelta(days=1))
    assert numbers_in(folder) == dict.fromkeys([*day, *night], 1)


@pytest.mark.django_db
def test_again_the_same_bytes_also_elsewhere(folder: Path, tmp_path: Path) -> None:
    received()
    (file,) = export_readings(directory=folder, now=NOW).files
    before = [path.read_bytes() for path in file.paths]
    SubmittedReading.objects.update(state="accepted")
    file.paths[0].unlink()
    assert [path.read_bytes() for path in write_again(number=1, now=NOW).paths] == before
    (tmp_path / "other").mkdir()
    other = write_again(number=1, directory=tmp_path / "other", formats=["csv"], now=NOW)
    assert [path.read_bytes() for path in other.paths] == before[:1]
    file.paths[0].write_bytes(b"what billing has noted in it")
    with pytest.raises(ExportError, match=r"readings-000001\.csv: .*another file has this name"):
        write_again(number=1, now=NOW)
    assert file.paths[0].read_bytes() == b"what billing has noted in it"
    with pytest.raises(NoSuchBatch, match="number 7"):
        write_again(number=7, now=NOW)


@pytest.mark.django_db
def test_a_folder_that_fails_keeps_its_file_for_the_next_run(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a folder"):
        export_readings(directory=tmp_path / "nowhere", now=NOW)
    assert not ReadingBatch.objects.exists()
    (first,) = received()
    (folder / "readings-000001.csv").mkdir()  # a name that cannot be given
    with pytest.raises(ExportError, match=r"readings-000001\.csv: cannot be written"):
        export_readings(directory=folder, now=NOW)
    second = received("00781234", day="15300", night="7400")
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(ExportError, match=r"readings-000001"):
        export_readings(directory=other, now=NOW)
    assert numbers_in(other) == dict.fromkeys(second, 1), "the new file is not held up by the old one"
    (folder / "readings-000001.csv").rmdir()
    (resumed,) = export_readings(directory=other, now=NOW).files
    assert (resumed.number, resumed.resumed) == (1, True)
    assert numbers_in(folder) == {first: 1}
    assert set(ReadingBatch.objects.values_list("state", flat=True)) == {"written"}


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_file(folder: Path) -> None:
    """Ten thousand readings, whose rows alone would take some ten megabytes."""
    rows = 10_000
    received()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (INSERT INTO metering_meter (account_id, service_id, serial, scales, digits, ratio)"
            " SELECT account_id, service_id, 'M' || n, 1, 6, 1 FROM metering_meter, generate_series(2, %s) n"
            " WHERE serial = '00781235' RETURNING id)"
            " INSERT INTO metering_submittedreading (submission_id, meter_id, scale, period, taken_on, value,"
            " rolled_over, unusual, state, reason) SELECT (SELECT id FROM metering_submission), id, 'total',"
            " '2026-11-01', '2026-11-20', id, false, false, 'received', '' FROM made",
            [rows],
        )
    tracemalloc.start()
    try:
        (file,) = export_readings(directory=folder, now=NOW).files
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert file.rows == rows
    assert numbers_in(folder).total() == numbers_in(folder, "jsonl").total() == rows
    assert peak < 4_000_000


def abonent_export(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.run(parser.parse_args([str(one) for one in arguments]))


@pytest.mark.django_db
def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    received()
    received("00781234", at=datetime(2099, 1, 1, tzinfo=UTC), day="15300", night="7400")
    assert abonent_export("readings", "--to", folder, "--format", "csv") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"1 reading in {folder}/readings-000001.csv",
        "2 readings can still be corrected and wait for a later file.",
    ]
    settings.EXPORT_FOLDER = folder
    assert abonent_export("readings", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"files": [], "waiting": 2}
    assert abonent_export("readings", "--again", 1, "--json", "--format", "both") == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert (file["number"], file["rows"], len(file["paths"])) == (1, 1, 2)
    assert abonent_export("readings", "--all") == 0
    assert (folder / filename(2, "jsonl")).is_file()


@pytest.mark.django_db
def test_the_command_asked_wrongly(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.EXPORT_FOLDER = None
    assert abonent_export("readings") == 2
    assert "name a folder with --to, or in ABONENT_EXPORT" in capsys.readouterr().err
    assert abonent_export("readings", "--again", 1, "--all") == 2
    with pytest.raises(SystemExit):
        abonent_export("readings", "--since", "10.11.2026")
    assert "is not a day like 2026-11-10" in capsys.readouterr().err


@pytest.mark.django_db
def test_the_job_writes_where_the_environment_says(folder: Path, settings: Any) -> None:
    from abonent.exchange.jobs import export_due_readings

    received(at=YESTERDAY - timedelta(days=300))
    settings.EXPORT_FOLDER = None
    export_due_readings(timestamp=0)
    assert numbers_in(folder) == {}
    settings.EXPORT_FOLDER = folder
    export_due_readings(timestamp=0)
    assert numbers_in(folder).total() == 1
