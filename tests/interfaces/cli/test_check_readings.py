"""`abonent check` says when readings do not find their way to billing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from abonent.exchange.models import ReadingBatch
from abonent.interfaces.cli.check_readings import export_finding
from abonent.metering.models import Meter, Submission, SubmittedReading
from tests.billed import NOW, files, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def _waiting(tmp_path: Path) -> None:
    load(tmp_path, files())
    meter = Meter.objects.get(serial="A-1")
    submission = Submission.objects.create(
        account_id=meter.account_id, way="cabinet", key="one", submitted_at=NOW
    )
    SubmittedReading.objects.create(
        submission=submission,
        meter=meter,
        scale="total",
        period=date(2026, 11, 1),
        taken_on=date(2026, 11, 20),
        value=Decimal(7),
    )


def test_without_a_folder_it_warns_once_readings_wait(settings: Any, request: pytest.FixtureRequest) -> None:
    settings.EXPORT_FOLDER = None
    assert export_finding(now=NOW).state == "ok"
    request.getfixturevalue("_waiting")
    found = export_finding(now=NOW)
    assert (found.state, found.subject) == ("warn", "export")
    assert found.text == "1 readings wait for billing, and no folder is named"
    assert "ABONENT_EXPORT" in found.remedy


def test_a_folder_that_is_none_fails(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path / "nowhere"
    assert export_finding(now=NOW).state == "FAIL"
    settings.EXPORT_FOLDER.mkdir()
    assert export_finding(now=NOW).state == "ok"


def test_files_that_cannot_be_written_are_told(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path
    prepared_at = datetime(2026, 11, 21, 6, tzinfo=UTC)
    ReadingBatch.objects.create(number=1, directory="/x", formats="csv", rows=1, prepared_at=prepared_at)
    assert export_finding(now=prepared_at + timedelta(hours=1)).state == "ok"
    found = export_finding(now=prepared_at + timedelta(hours=3))
    assert (found.state, found.text) == ("warn", "1 files of readings could not be written for two hours")
