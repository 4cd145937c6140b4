"""The export killed at every step, run twice at once, met by customers who correct: all goes once."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from abonent.exchange.models import ReadingBatch
from abonent.exchange.outgoing.readings import export_readings
from abonent.metering.models import SubmittedReading
from abonent.metering.operations import NotTaken, SentMeanwhile, submit
from abonent.metering.reading_form import reading_form
from tests.exchange.conftest import NOW
from tests.exchange.submitted import numbers_in, received, states
from tests.exchange.test_safety import other_connection

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ["taken", "prepared", "writing csv", "named csv", "writing jsonl", "named jsonl", "noted", "written"]

# A process of its own for each step, forked before there is a connection; after it another one that tells
# what it left, once the server has noticed that its client is gone.
KILLED = """
import json, os, signal, sys, time
import django
django.setup()
from datetime import datetime, timezone
from pathlib import Path
from django.db import connection
from abonent.exchange.models import ReadingBatch
from abonent.exchange.outgoing.readings import export_readings

NOW = datetime(2026, 11, 21, 9, tzinfo=timezone.utc)
BUSY = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
        " AND pid <> pg_backend_pid()")
folder = Path(sys.argv[1])

def export(step):
    def die(at):
        if at == step:
            os.kill(os.getpid(), signal.SIGKILL)
    export_readings(directory=folder, now=NOW, listener=die)

def tell(step):
    with connection.cursor() as cursor:
        while cursor.execute(BUSY).fetchone()[0]:
            time.sleep(0.01)
    whole = sorted(path.name for path in folder.glob("readings-*"))
    print(json.dumps([whole, list(ReadingBatch.objects.values_list("number", "state"))]), flush=True)

for step in sys.argv[2:]:
    for work in (export, tell):
        child = os.fork()
        if not child:
            work(step)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if work is export else 0), step
"""


def killed_at(folder: Path, *steps: str) -> list[Any]:
    """What each killed run left: names of files, and the batches with their states."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), *steps],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "abonent.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path, bundle: Any, load: Any) -> Path:
    load(bundle())
    made = tmp_path / "export"
    made.mkdir()
    return made


def test_killed_at_every_step_each_reading_stands_in_one_file(folder: Path) -> None:
    """The first run takes three readings; each that follows is killed a step later than the one before."""
    ids = [*received(), *received("00781234", day="15300", night="7400")]
    csv, both = ["readings-000001.csv"], ["readings-000001.csv", "readings-000001.jsonl"]
    prepared, written = [[1, "prepared"]], [[1, "written"]]
    assert killed_at(folder, *STEPS) == [
        [[], []],  # before the first commit: nothing was taken
        [[], prepared],
        [[], prepared],  # half a file bears no name
        [csv, prepared],
        [csv, prepared],
        [both, prepared],
        [both, prepared],
        [both, written],
    ]
    before = {path.name: path.read_bytes() for path in folder.glob("readings-*")}
    assert states() == dict.fromkeys(ids, "sent")
    assert export_readings(directory=folder, now=NOW).files == ()
    assert numbers_in(folder) == numbers_in(folder, "jsonl") == dict.fromkeys(ids, 1)
    assert {path.name: path.read_bytes() for path in folder.glob("*")} == before


def test_what_a_killed_run_left_is_finished_before_anything_new(folder: Path) -> None:
    (first,) = received()
    killed_at(folder, "writing csv")
    assert len(list(folder.glob(".readings-000001.csv.*.part"))) == 1
    second = received("00781234", day="15300", night="7400")
    files = export_readings(directory=folder, now=NOW + timedelta(hours=1)).files
    assert [(file.number, file.resumed, file.rows) for file in files] == [(1, True, 1), (2, False, 2)]
    assert numbers_in(folder) == dict.fromkeys([first, *second], 1)
    assert len(list(folder.iterdir())) == 4, "what was left half is swept"


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with a connection of its own, begun at one moment."""
    barrier = threading.Barrier(len(tasks))

    def one(task: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(one, task) for task in tasks]]


def test_exports_at_the_same_time_share_the_work(folder: Path) -> None:
    ids = [*received(), *received("00781234", day="15300", night="7400")]
    done = at_once(*[lambda: export_readings(directory=folder, now=NOW)] * 4)
    assert sum(len(one.files) for one in done) == 1
    assert numbers_in(folder) == dict.fromkeys(ids, 1)
    assert list(ReadingBatch.objects.values_list("number", "state")) == [(1, "written")]


def test_a_reading_that_somebody_holds_stays_with_its_whole_meter(folder: Path) -> None:
    (other,) = received()
    day, night = received("00781234", day="15300", night="7400")
    with other_connection() as customer:
        customer.execute("BEGIN")
        customer.execute("SELECT 1 FROM metering_submittedreading WHERE id = %s FOR NO KEY UPDATE", [night])
        assert export_readings(directory=folder, now=NOW).waiting == 2
        assert states() == {other: "sent", day: "received", night: "received"}
        customer.execute("COMMIT")
    export_readings(directory=folder, now=NOW)
    assert numbers_in(folder) == dict.fromkeys([other, day, night], 1)


METERS = 12
OPEN = NOW - timedelta(days=2)
"""A moment at which the example's window is open."""


def town() -> dict[str, Any]:
    accounts = "".join(f"{at},aes,Иванов Иван,ул. Абая 1\n" for at in range(1, METERS + 1))
    meters = "".join(f"{at},power,S{at},2,6\n" for at in range(1, METERS + 1))
    return {
        "accounts": "number,organisation,payer,address\n" + accounts,
        "meters": "account,service,serial,scales,digits\n" + meters,
        "organisations": "code,name_ru\naes,ТОО «Свет»\n",
        **dict.fromkeys(["readings", "charges", "payments", "answers"]),
    }


def send(account_id: int, meter_id: int, value: str, key: str) -> bool:
    """Whether the portal took it; what it did not take, it said so."""
    try:
        form = reading_form(account_id, user_id=None, language="ru", now=OPEN)
        submit(
            account_id=account_id,
            user=None,
            way="cabinet",
            values={f"{meter_id}-day": value, f"{meter_id}-night": value},
            taken_on=OPEN.date(),
            key=key,
            seen=form.seen,
            now=OPEN,
        )
    except (NotTaken, SentMeanwhile):
        return False
    return True


def test_a_correction_and_the_export_at_once_lose_nothing(folder: Path, bundle: Any, load: Any) -> None:
    """Customers correct while file after file is taken: the last value that was taken is the one that goes,
    and nothing that went is corrected."""
    load(bundle(only=True, **town()))
    from abonent.metering.models import Meter

    meters = list(Meter.objects.filter(serial__startswith="S").values_list("account_id", "id"))
    assert all(send(account, meter, "100", f"first-{meter}") for account, meter in meters)

    def correct() -> Counter[int]:
        taken: Counter[int] = Counter()
        for value in (101, 102, 103):
            for account, meter in meters:
                if send(account, meter, str(value), f"{value}-{meter}"):
                    taken[meter] = value
        return taken

    def export() -> None:
        for _ in range(METERS):
            export_readings(directory=folder, formats=["csv"], everything=True, now=NOW)

    taken, _ = at_once(correct, export)
    export_readings(directory=folder, formats=["csv"], everything=True, now=NOW)
    rows = SubmittedReading.objects.filter(meter__in=[meter for _, meter in meters])
    sent = list(rows.filter(state="sent").values_list("meter_id", "scale", "value"))
    assert sorted(sent) == sorted(
        (meter, scale, taken[meter] or 100) for _, meter in meters for scale in ("day", "night")
    )
    assert not rows.filter(state="received").exists()
    assert not rows.filter(state="corrected", batch__isnull=False).exists()
    assert numbers_in(folder) == dict.fromkeys(rows.filter(state="sent").values_list("pk", flat=True), 1)
