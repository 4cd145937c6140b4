"""A bundle's way through the office: planned, looked at, taken; whatever is killed or changed meanwhile."""

import os
import signal
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.accounts.models import Account
from abonent.exchange import runs
from abonent.exchange.errors import ImportRunningError
from abonent.exchange.models import Run, RunReport, Upload, UploadPart
from abonent.exchange.progress import Progress
from abonent.exchange.queries import run_page, run_problems
from abonent.exchange.runs import (
    AlarmsNotSeenError,
    MovedOnError,
    apply,
    approve,
    discard,
    plan,
    plan_again,
)
from abonent.exchange.telling import LOCK, Teller
from abonent.exchange.uploads import (
    PART,
    EmptyUploadError,
    Receiver,
    UploadsFullError,
    UploadTooLargeError,
    forget_old,
    plain_name,
    unpacked,
)
from abonent.ledger.models import Charge
from abonent.users.models import AuditEvent, User
from tests.exchange.conftest import NOW, example
from tests.exchange.office_runs import planned, received, taken, zipped
from tests.exchange.test_safety import other_connection
from tests.plugins.loaded import Loaded, wait_for_locks

pytestmark = pytest.mark.django_db(transaction=True)
BOMB = b"made by its test"


@pytest.fixture
def clerk() -> User:
    return User.objects.create_user("clerk", "clerk@example.kz", "a long password of mine")


def asked(clerk: User) -> dict[str, Any]:
    return {"by": clerk, "address": None, "now": NOW}


def jobs() -> list[tuple[str, dict[str, int]]]:
    found = ProcrastinateJob.objects.filter(queue_name="imports").order_by("id")
    return list(found.values_list("task_name", "args"))


def test_an_upload_is_planned_looked_at_and_taken(clerk: User) -> None:
    run = planned(zipped(), clerk)
    assert (run.state, run.uploaded_by, run.planned_at, run.alarms) == ("planned", clerk, NOW, [])
    assert run.counts["files"]["accounts"] == [2, 0, 0]
    assert not Account.objects.exists(), "a plan writes nothing"
    approve(run_id=run.pk, seen=[], **asked(clerk))
    apply(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.approved_by, run.undoable, run.upload) == ("applied", clerk, True, None)
    assert Account.objects.count() == 2
    assert not UploadPart.objects.exists(), "what was taken need not be kept"
    assert jobs() == [
        (runs.PLAN, {"run_id": run.pk}),
        (runs.APPLY, {"run_id": run.pk}),
    ]
    acted = AuditEvent.objects.filter(subject=f"import:{run.pk}").order_by("pk")
    assert list(acted.values_list("action", "actor")) == [
        ("import_uploaded", clerk.pk),
        ("import_approved", clerk.pk),
        ("import_applied", clerk.pk),
    ]


def test_a_job_that_comes_again_does_nothing(clerk: User) -> None:
    run = taken(zipped(), clerk)
    finished = run.finished_at
    for again in (plan, apply, runs.undo):
        again(run_id=run.pk, now=NOW + timedelta(hours=1))
    run.refresh_from_db()
    assert (run.state, run.finished_at) == ("applied", finished)


def test_alarms_must_be_ticked(clerk: User) -> None:
    taken(zipped(), clerk)
    negative = example()["payments"].splitlines()[0] + "\nbank,x-1,0012345,2026-10-16,-99.00,Kaspi,\n"
    run = planned(zipped({"payments": negative}), clerk)
    assert run.alarms == [["negative_payments", {"now": -9900}]]
    with pytest.raises(AlarmsNotSeenError):
        approve(run_id=run.pk, seen=["accrued 2026-10"], **asked(clerk))
    run.refresh_from_db()
    assert run.state == "planned"
    approve(run_id=run.pk, seen=["negative_payments"], **asked(clerk))
    with pytest.raises(MovedOnError):
        approve(run_id=run.pk, seen=["negative_payments"], **asked(clerk))


def test_what_moved_since_the_plan_is_planned_again(clerk: User, bundle: Any, load: Any) -> None:
    run = planned(zipped(), clerk)
    approve(run_id=run.pk, seen=[], **asked(clerk))
    load(bundle(payments=None))
    lines_before = Charge.objects.count()
    apply(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("uploaded", None)
    assert Charge.objects.count() == lines_before, "nothing of it was taken"
    plan(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "planned"
    assert run.reason, "the page says why it is there again"
    assert run.counts["files"]["accounts"] == [0, 0, 2]
    assert run.counts["files"]["payments"] == [4, 0, 0]


def test_another_file_than_the_planned_one_is_not_taken(clerk: User) -> None:
    run = planned(zipped(), clerk)
    approve(run_id=run.pk, seen=[], **asked(clerk))
    other = zipped(example() | {"accounts": example()["accounts"].replace("Иванов", "Петров")})
    UploadPart.objects.filter(upload=run.upload).update(data=other)
    Upload.objects.filter(pk=run.upload_id).update(size=len(other))
    apply(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "uploaded"
    assert not Account.objects.exists()


def test_a_refused_bundle_says_why_and_lists_all_of_it(clerk: User) -> None:
    bad = example()["charges"] + "".join(f"0012345,2026-10,power,x,1,1,1,{at},,\n" for at in range(80))
    run = planned(zipped(example() | {"charges": bad}), clerk)
    assert (run.state, run.counts["errors"]) == ("refused", 80)
    page = run_page(run.pk)
    assert page is not None
    assert page.report is not None
    assert len(page.report.listed) == runs.LISTED
    whole = run_problems(run.pk)
    assert whole is not None
    assert whole.decode("utf-8-sig").count("charges.csv") == 80
    with pytest.raises(MovedOnError):
        approve(run_id=run.pk, seen=[], **asked(clerk))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK but no zip", "bundle.zip: is damaged or not whole: File is not a zip file"),
        (b"hello", "bundle.zip: is neither a folder nor a .zip nor a .tar.gz"),
        (BOMB, "unpacks to more than 200 times its size"),
    ],
)
def test_what_is_no_bundle_is_refused_without_a_path_of_the_machine(
    clerk: User, data: bytes, reason: str
) -> None:
    run = planned(zipped({"accounts": "number\n" + "0" * 40_000_000}) if data is BOMB else data, clerk)
    assert run.state == "refused"
    assert reason in run.reason
    assert "/" not in run.reason


def test_it_may_be_discarded_and_planned_again(clerk: User) -> None:
    run = planned(zipped(), clerk)
    plan_again(run_id=run.pk, **asked(clerk))
    with pytest.raises(MovedOnError):
        plan_again(run_id=run.pk, **asked(clerk))
    plan(run_id=run.pk, now=NOW)
    discard(run_id=run.pk, **asked(clerk))
    run.refresh_from_db()
    assert (run.state, run.upload) == ("discarded", None)
    assert not UploadPart.objects.exists()
    for gone in (plan_again, discard):
        with pytest.raises(MovedOnError):
            gone(run_id=run.pk, **asked(clerk))


KILLED = """
import os, signal, sys
from datetime import datetime, timezone
from abonent.exchange import intake, runs
plain = intake.Meter.say
def die(self, doing):
    plain(self, doing)
    if doing == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
intake.Meter.say = die
getattr(runs, sys.argv[1])(run_id=int(sys.argv[2]), now=datetime(2026, 11, 21, 9, tzinfo=timezone.utc))
"""


def killed(loaded: Loaded, step: str, run: Run, doing: str) -> None:
    done = loaded.run(KILLED, step, str(run.pk), doing)
    assert done.returncode == -signal.SIGKILL, done.stdout
    wait_for_locks()


def half_a_minute_passes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE exchange_runprogress SET told_at = told_at - interval '31 seconds'")


@pytest.mark.parametrize("step", ["plan", "apply"])
def test_a_power_cut_leaves_nothing_and_lets_people_go_on(clerk: User, loaded: Loaded, step: str) -> None:
    run = received(zipped(), clerk) if step == "plan" else planned(zipped(), clerk)
    if step == "apply":
        approve(run_id=run.pk, seen=[], **asked(clerk))
    killed(loaded, step, run, "planning" if step == "plan" else "putting in place")
    assert not Account.objects.exists()
    page = run_page(run.pk)
    assert page is not None
    assert page.run.state == {"plan": "planning", "apply": "started"}[step]
    assert page.moves, "it may yet be alive"
    with pytest.raises(MovedOnError):
        plan_again(run_id=run.pk, **asked(clerk))
    half_a_minute_passes()
    page = run_page(run.pk)
    assert page is not None
    assert page.dead
    assert not page.moves
    plan_again(run_id=run.pk, **asked(clerk))
    plan(run_id=run.pk, now=NOW)
    approve(run_id=run.pk, seen=[], **asked(clerk))
    apply(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "applied"
    assert Account.objects.count() == 2


def test_while_another_import_runs_it_waits_its_turn(clerk: User) -> None:
    run = planned(zipped(), clerk)
    approve(run_id=run.pk, seen=[], **asked(clerk))
    with other_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(ImportRunningError):
            apply(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "approved"
    wait_for_locks()
    apply(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "applied"


def test_an_error_is_kept_by_its_kind_alone(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = received(zipped(), clerk)

    def fail(**_: Any) -> None:
        raise RuntimeError("Ким Алия, ул. Абая 1")

    monkeypatch.setattr(runs, "import_bundle", fail)
    with pytest.raises(RuntimeError):
        plan(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.reason) == ("broken_off", "RuntimeError")


def test_progress_is_seen_from_another_connection_while_the_transaction_is_open(clerk: User) -> None:
    run = received(zipped(), clerk)
    with other_connection() as other:
        with transaction.atomic(), Teller(run.pk) as teller:
            teller(Progress("reading charges.csv", 1234, 0.5))
            Run.objects.select_for_update().get(pk=run.pk)
        row = other.execute("SELECT doing, rows, share FROM exchange_runprogress").fetchone()
    assert row == ("reading charges.csv", 1234, 0.5)


def test_uploads_at_once_keep_apart(clerk: User) -> None:
    first, second = Receiver(now=NOW), Receiver(now=NOW)
    one, two = os.urandom(PART + 5), os.urandom(2 * PART)
    first.begin("a.zip")
    second.begin("b.zip")
    for at in range(0, 2 * PART, 100_000):
        first.take(one[at : at + 100_000])
        second.take(two[at : at + 100_000])
    for receiver, data in ((first, one), (second, two)):
        with unpacked(receiver.end()) as path:
            assert path.read_bytes() == data
        assert not path.exists()
    assert UploadPart.objects.count() == 4


def test_an_upload_has_bounds(clerk: User, settings: Any) -> None:
    settings.LARGEST_UPLOAD = 1000
    receiver = Receiver(now=NOW)
    receiver.begin("a.zip")
    receiver.take(bytes(1000))
    with pytest.raises(UploadTooLargeError):
        receiver.take(b"!")
    receiver.give_up()
    assert not Upload.objects.exists()
    with pytest.raises(EmptyUploadError):
        Receiver(now=NOW).end()
    Upload.objects.create(name="x", size=9001, begun_at=NOW)
    with pytest.raises(UploadsFullError):
        Receiver(now=NOW).begin("b.zip")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("C:\\Users\\a\\ноябрь 2026.zip", "ноябрь 2026.zip"),
        ("../../etc/passwd", "passwd"),
        ("..", "bundle.zip"),
        ("a\x00\n<b>.zip", "a___b_.zip"),
    ],
)
def test_a_file_name_is_no_path(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_what_broke_off_and_what_is_old_is_forgotten(clerk: User, settings: Any) -> None:
    run = planned(zipped(), clerk)
    broken = Receiver(now=NOW)
    broken.begin("a.zip")
    broken.take(bytes(PART))
    assert forget_old(now=NOW + timedelta(hours=23)) == 0
    assert forget_old(now=NOW + timedelta(hours=25)) == 1
    assert Upload.objects.get() == run.upload
    assert forget_old(now=NOW + timedelta(days=settings.UPLOADS_KEPT, hours=1)) == 1
    run.refresh_from_db()
    assert (run.state, run.upload) == ("discarded", None)
    assert not UploadPart.objects.exists()
    assert not RunReport.objects.exists()
