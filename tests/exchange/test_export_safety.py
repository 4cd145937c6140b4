"""The export killed at every step, run twice at once, met by customers who correct: all goes once."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from abonent.exchange.models import ReadingBatch
from abonent.exchange.outgoing.readings import export_readings
from abonent.metering.models import Meter, SubmittedReading
from abonent.metering.operations import NotTaken, SentMeanwhile, submit
from abonent.metering.reading_form import reading_form
from abonent.metering.typed_form import TypedForm
from tests.exchange.conftest import NOW
from tests.exchange.submitted import numbers_in, received, states
from tests.exchange.test_safety import other_connection
from tests.plugins.loaded import Loaded

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ["taken", "prepared", "writing csv", "named csv", "writing jsonl", "named jsonl", "noted", "written"]

# A fork for each step, before there is a connection; after it another one that tells
# what it left, once the server has noticed that its client is gone.
KILLED = """
import json, os, signal, sys, time
from datetime import datetime, timezone
from pathlib import Path
from django.db import connection, transaction
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


def killed_at(loaded: Loaded, folder: Path, *steps: str, code: str = KILLED) -> list[Any]:
    """What each killed run left: names of files, and the batches with their states."""
    done = loaded.run(code, str(folder), *steps)
    assert done.returncode == 0, done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path, bundle: Any, load: Any) -> Path:
    load(bundle())
    made = tmp_path / "export"
    made.mkdir()
    return made


def test_killed_at_every_step_each_reading_stands_in_one_file(folder: Path, loaded: Loaded) -> None:
    """The first run takes three readings; each that follows is killed a step later than the one before."""
    ids = [*received(), *received("00781234", day="15300", night="7400")]
    csv, both = ["readings-000001.csv"], ["readings-000001.csv", "readings-000001.jsonl"]
    prepared, written = [[1, "prepared"]], [[1, "written"]]
    assert killed_at(loaded, folder, *STEPS) == [
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


def test_what_a_killed_run_left_is_finished_before_anything_new(folder: Path, loaded: Loaded) -> None:
    (first,) = received()
    killed_at(loaded, folder, "writing csv")
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
            typed=TypedForm(
                {f"{meter_id}-day": value, f"{meter_id}-night": value}, OPEN.date(), key=key, seen=form.seen
            ),
            now=OPEN,
        )
    except (NotTaken, SentMeanwhile):
        return False
    return True


@pytest.fixture
def meters(folder: Path, bundle: Any, load: Any) -> list[tuple[int, int]]:
    """(account, meter) of two-scale meters, each with a reading of 100 that was received."""
    load(bundle(only=True, **town()))
    found = list(Meter.objects.filter(serial__startswith="S").values_list("account_id", "id"))
    assert all(send(account, meter, "100", f"first-{meter}") for account, meter in found)
    return found


def export(folder: Path, **options: Any) -> int:
    done = export_readings(directory=folder, formats=["csv"], everything=True, now=NOW, **options)
    return sum(file.rows for file in done.files)


def in_another_thread(task: Callable[[], Any]) -> "Future[Any]":
    def one() -> Any:
        try:
            return task()
        finally:
            connection.close()

    future: Future[Any] = Future()
    threading.Thread(target=lambda: future.set_result(one())).start()
    return future


def wait_until_somebody_waits() -> None:
    with other_connection() as own:
        while not own.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone():
            time.sleep(0.01)


def went(folder: Path) -> dict[int, set[Decimal]]:
    """The values in files, by meter; each stands there once."""
    numbers = numbers_in(folder)
    assert set(numbers.values()) <= {1}
    rows = SubmittedReading.objects.filter(pk__in=numbers)
    assert set(rows.values_list("state", flat=True)) <= {"sent"}
    found: dict[int, set[Decimal]] = {}
    for meter, value in rows.values_list("meter_id", "value"):
        found.setdefault(meter, set()).add(value)
    return found


def test_a_correction_that_comes_while_a_file_is_taken_waits_and_is_refused(
    folder: Path, meters: list[tuple[int, int]]
) -> None:
    (account, meter), *_ = meters
    corrections: list[Future[Any]] = []

    def correct(step: str) -> None:
        if step == "taken":  # and not committed yet
            corrections.append(in_another_thread(lambda: send(account, meter, "101", "late")))
            wait_until_somebody_waits()

    assert export(folder, listener=correct) == 2 * METERS
    assert corrections[0].result(timeout=20) is False
    assert went(folder)[meter] == {Decimal(100)}
    assert not SubmittedReading.objects.exclude(state="sent").exists()


def test_a_file_that_is_taken_while_a_correction_comes_passes_it_by(
    folder: Path, meters: list[tuple[int, int]]
) -> None:
    (account, meter), *_ = meters
    with transaction.atomic():
        assert send(account, meter, "101", "early")  # stored, and not committed yet
        taken = in_another_thread(lambda: export(folder)).result(timeout=20)
    assert taken == 2 * METERS - 2, "it waited for nobody, and took the others"
    assert meter not in went(folder)
    assert export(folder) == 2
    assert went(folder)[meter] == {Decimal(101)}


def test_corrections_and_exports_in_any_order_lose_nothing(
    folder: Path, meters: list[tuple[int, int]]
) -> None:
    """Customers correct again and again while files are taken: the last value that the portal took is the one
    that goes."""
    begun = threading.Event()

    def correct(mine: list[tuple[int, int]]) -> dict[int, int]:
        last = {}
        for value in range(101, 107):
            for account, meter in mine:
                if send(account, meter, str(value), f"{value}-{meter}"):
                    last[meter] = value
            begun.set()
        return last

    def take() -> dict[int, int]:
        begun.wait()
        export(folder)
        return {}

    last: dict[int, int] = {}
    for told in at_once(lambda: correct(meters[::2]), lambda: correct(meters[1::2]), take):
        last |= told
    export(folder)
    assert last, "some corrections came in time"
    assert went(folder) == {meter: {Decimal(last.get(meter, 100))} for _, meter in meters}
    assert not SubmittedReading.objects.filter(state="received").exists()
    assert not SubmittedReading.objects.filter(state="corrected", batch__isnull=False).exists()
