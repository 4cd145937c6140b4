"""`abonent check` sees work that nobody does, and secrets that everybody may read."""

from pathlib import Path

import pytest
from django.db import connection

from abonent.interfaces.cli import check_files, check_work

pytestmark = pytest.mark.django_db
JOB = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES (%s, 'any', %s) RETURNING id"
WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id"


def one(statement: str, *parameters: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.fetchone()[0])


def waiting(queue: str, *, minutes: int) -> None:
    job = one(JOB, queue, "todo")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - %s * interval '1 minute' WHERE job_id = %s",
            [minutes, job],
        )
        assert cursor.rowcount == 1, "its trigger wrote down when it was put in"


def state(subject: str) -> str:
    (found,) = (one for one in check_work.findings() if one.subject == subject)
    return found.state


def test_an_import_that_nobody_takes_is_seen_though_another_worker_is_at_work() -> None:
    one(WORKER)
    waiting("default", minutes=60)
    waiting("imports", minutes=1)
    assert (state("worker"), state("imports")) == ("ok", "ok")
    waiting("imports", minutes=3)
    assert (state("worker"), state("imports")) == ("ok", "warn")


def test_an_import_that_waits_for_another_is_no_trouble_until_its_worker_dies() -> None:
    waiting("imports", minutes=30)
    worker, job = one(WORKER), one(JOB, "imports", "doing")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [worker, job])
    assert (state("imports"), state("tasks")) == ("ok", "ok")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '3 minutes'")
    assert (state("imports"), state("tasks")) == ("warn", "warn")


def test_a_task_that_failed_is_told() -> None:
    assert state("tasks") == "ok"
    one(JOB, "default", "failed")
    assert state("tasks") == "warn"


@pytest.fixture
def open_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if nothing above it were closed: pytest's own folders are."""
    monkeypatch.setattr(Path, "parents", property(lambda path: [tmp_path] if path != tmp_path else []))
    tmp_path.chmod(0o755)
    return tmp_path


def test_a_secret_that_everybody_may_read_is_told(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.EXPORT_FOLDER = None  # type: ignore[attr-defined]
    secret = open_folder / "gateway_card"
    secret.write_text("s")
    monkeypatch.setenv("ABONENT_GATEWAY_CARD_SECRET_FILE", str(secret))
    for mode, of_folder, found in (
        (0o640, 0o755, "ok"),
        (0o644, 0o755, "warn"),
        (0o644, 0o750, "ok"),
    ):
        secret.chmod(mode)
        open_folder.chmod(of_folder)
        assert check_files.finding().state == found, (oct(mode), oct(of_folder))
    assert str(secret) not in check_files.finding().text


def test_the_folder_for_billing_is_closed_too(open_folder: Path, settings: object) -> None:
    export = open_folder / "export"
    export.mkdir()
    settings.EXPORT_FOLDER = export  # type: ignore[attr-defined]
    export.chmod(0o755)
    assert check_files.finding().state == "warn"
    assert str(export) in check_files.finding().text
    export.chmod(0o2750)
    assert check_files.finding().state == "ok"
