"""The export of payments killed at every step, and run twice at once: each entry goes once."""

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from abonent.exchange.models import PaymentBatch
from abonent.exchange.outgoing.payments import export_payments
from tests.exchange.booked import booked, payments_in, told
from tests.exchange.conftest import NOW
from tests.exchange.test_export_safety import KILLED, STEPS, killed_at
from tests.plugins.loaded import Loaded

pytestmark = pytest.mark.django_db(transaction=True)
KILLED_PAYING = KILLED.replace(
    "outgoing.readings import export_readings", "outgoing.payments import export_payments"
)
KILLED_PAYING = KILLED_PAYING.replace("export_readings(", "export_payments(").replace(
    "readings-*", "payments-*"
)
KILLED_PAYING = KILLED_PAYING.replace("ReadingBatch", "PaymentBatch")


@pytest.fixture
def folder(tmp_path: Path, bundle: Any, load: Any) -> Path:
    load(bundle())
    made = tmp_path / "export"
    made.mkdir()
    return made


def test_killed_at_every_step_each_payment_stands_in_one_file(folder: Path, loaded: Loaded) -> None:
    """The first run takes three entries; each that follows is killed a step later than the one before."""
    names = [booked("1"), booked("2", "5.00"), booked("r1", "-1.00")]
    csv, both = ["payments-000001.csv"], ["payments-000001.csv", "payments-000001.jsonl"]
    prepared, written = [[1, "prepared"]], [[1, "written"]]
    assert killed_at(loaded, folder, *STEPS, code=KILLED_PAYING) == [
        [[], []],  # before the first commit: nothing was taken
        [[], prepared],
        [[], prepared],  # half a file bears no name
        [csv, prepared],
        [csv, prepared],
        [both, prepared],
        [both, prepared],
        [both, written],
    ]
    before = {path.name: path.read_bytes() for path in folder.glob("payments-*")}
    assert set(told().values()) == {(1, False)}
    assert export_payments(directory=folder, now=NOW).files == ()
    assert payments_in(folder) == payments_in(folder, "jsonl") == dict.fromkeys(names, 1)
    assert {path.name: path.read_bytes() for path in folder.glob("*")} == before


def test_what_a_killed_run_left_is_finished_before_anything_new(folder: Path, loaded: Loaded) -> None:
    first = booked("1")
    killed_at(loaded, folder, "writing csv", code=KILLED_PAYING)
    second = booked("2")
    old, new = export_payments(directory=folder, now=NOW).files
    assert ((old.number, old.resumed), (new.number, new.resumed)) == ((1, True), (2, False))
    assert payments_in(folder) == {first: 1, second: 1}


def test_runs_at_once_share_the_work_and_no_payment(folder: Path) -> None:
    names = [booked(str(at)) for at in range(20)]
    together = threading.Barrier(4)

    def run(future: "Future[int]") -> None:
        try:
            together.wait(10)
            future.set_result(len(export_payments(directory=folder, formats=["csv"], now=NOW).files))
        except BaseException as error:
            future.set_exception(error)
        finally:
            connection.close()

    futures: list[Future[int]] = [Future() for _ in range(4)]
    for future in futures:
        threading.Thread(target=run, args=[future]).start()
    assert sum(future.result(30) for future in futures) == 1
    assert payments_in(folder) == dict.fromkeys(names, 1)
    assert list(PaymentBatch.objects.values_list("number", "rows", "state")) == [(1, 20, "written")]
