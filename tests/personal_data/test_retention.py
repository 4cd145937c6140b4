"""What is kept how long: the document's table is the code's; batches, kills, and what must not go."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import IntegrityError

from abonent.accounts.models import LinkAttempt
from abonent.metering.models import KeptForm, Photo, ReadingLink, SubmittedReading
from abonent.notices.models import Letter
from abonent.payments.models import BankCallCount, GatewayNotice
from abonent.personal_data.models import Export, RetentionRun
from abonent.personal_data.operations.retention import FORGETTERS, forget_old
from abonent.personal_data.queries import retention_states
from abonent.personal_data.retention import RULES, kept_for, wrong_in_profile
from abonent.service_requests.models import RequestFile, ServiceRequest
from abonent.users.models import Consent, User
from abonent.users.operations import sign_up
from tests.users.cast import NOW, PASSWORD

PAGE = settings.BASE_DIR / "docs" / "domain" / "personal_data.md"
DAYS = {rule.code: timedelta(days=rule.days) for rule in RULES}


def test_the_document_says_what_the_code_does() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [(code, int(days)) for code, days in rows] == [(rule.code, rule.days) for rule in RULES]


def test_every_rule_has_who_does_it() -> None:
    assert list(FORGETTERS) == [rule.code for rule in RULES]


def test_a_profile_lengthens_and_never_shortens(settings: Any) -> None:
    asked = {"letters": 180, "photos": 10, "nonsense": 5}
    settings.PORTAL = settings.PORTAL.model_copy(update={"retention": asked})
    days = {rule.code: kept_for(rule).days for rule in RULES}
    assert (days["letters"], days["photos"]) == (180, 1095)
    assert len(wrong_in_profile()) == 2


def _left() -> dict[str, int]:
    return {
        "kept_forms": KeptForm.objects.count(),
        "reading_links": ReadingLink.objects.count(),
        "letters": Letter.objects.count(),
        "photos": Photo.objects.count(),
        "exports": Export.objects.count(),
    }


@pytest.fixture
def exported(dina: User) -> User:
    Export.objects.create(user=dina, language="ru", asked_at=NOW, made_at=NOW)
    return dina


@pytest.mark.parametrize("code", ["kept_forms", "letters", "photos", "exports"])
def test_kept_until_its_day_and_gone_the_day_after(exported: User, code: str) -> None:
    forget_old(now=NOW + DAYS[code])
    assert _left()[code] > 0
    forget_old(now=NOW + DAYS[code] + timedelta(seconds=1))
    assert _left()[code] == 0
    run = RetentionRun.objects.get(pk=code)
    assert (run.finished_at is not None, run.rows > 0, run.error) == (True, True, "")
    assert run.rows == run.rows_ever


def test_what_stays_stays(exported: User) -> None:
    ServiceRequest.objects.update(state="done", closed_at=NOW)
    forget_old(now=NOW + timedelta(days=3000))
    assert SubmittedReading.objects.count() == 1
    assert ServiceRequest.objects.count() == 1
    [file] = RequestFile.objects.all()
    assert (bytes(file.content), file.size > 0) == (b"", True)
    assert Consent.objects.count() == 1
    assert User.objects.get(pk=exported.pk).email


def test_gateways_notices_lose_their_bodies(db: None) -> None:
    GatewayNotice.objects.create(method="cards", event_id="1", body=b"{}", received_at=NOW)
    forget_old(now=NOW + DAYS["gateway_notices"])
    assert bytes(GatewayNotice.objects.get().body) == b"{}"
    forget_old(now=NOW + DAYS["gateway_notices"] + timedelta(seconds=1))
    assert bytes(GatewayNotice.objects.get().body) == b""


def test_counts_of_bank_calls_go(db: None) -> None:
    BankCallCount.objects.create(bank="kaspi", network="203.0.113.1", hour=NOW, refused=1)
    forget_old(now=NOW + DAYS["bank_calls"] + timedelta(hours=1))
    assert not BankCallCount.objects.exists()


def _try(at: datetime) -> LinkAttempt:
    return LinkAttempt.objects.create(
        at=at, method="code", outcome="linked", number_hash="a" * 64, neighbourhood="b" * 64
    )


def test_tries_younger_than_24_months_are_deleted_by_nobody(db: None) -> None:
    """The database itself holds it, by its own clock: an old row goes, a young one not even by the owner."""
    today = datetime.now(UTC)
    young, old = _try(today - timedelta(days=700)), _try(today - timedelta(days=732))
    assert forget_old(now=today + timedelta(days=5000))["tries"] == 1
    assert list(LinkAttempt.objects.values_list("pk", flat=True)) == [young.pk]
    assert old.pk != young.pk
    with pytest.raises(IntegrityError, match="kept for 24 months"), transaction.atomic():
        LinkAttempt.objects.filter(pk=young.pk).delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        LinkAttempt.objects.filter(pk=young.pk).update(number_hash="c" * 64)


def test_sign_ups_that_nobody_confirmed_are_forgotten(
    dina: User, alice: User, clock: Callable[..., Any]
) -> None:
    clock(timedelta(0))
    new = sign_up(
        login="bot", email="bot@example.kz", password=PASSWORD, language="ru", address=None, now=NOW
    )
    assert new is not None
    User.objects.filter(pk__in=[new.pk, dina.pk]).update(created_at=NOW, email_confirmed=False)
    forget_old(now=NOW + timedelta(days=30))
    new.refresh_from_db()
    assert new.login == "bot"
    forget_old(now=NOW + timedelta(days=30, seconds=1))
    new.refresh_from_db()
    assert new.login.startswith("deleted-")
    assert not Letter.objects.filter(to="bot@example.kz").exists(), "nobody said the mailbox is theirs"
    dina.refresh_from_db()
    assert dina.login == "dina-login", "who sees an account uses the portal"
    alice.refresh_from_db()
    assert alice.is_active


def test_failed_tasks_go_and_waiting_ones_stay(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for status in ("failed", "todo", "cancelled"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
                " VALUES ('q', 't', %s::procrastinate_job_status) RETURNING id",
                [status],
            )
            job = cursor.fetchone()[0]
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'deferred', %s)", [job, NOW]
            )
        cursor.execute("SET LOCAL session_replication_role = origin")
        assert forget_old(now=NOW + timedelta(days=30))["tasks"] == 0
        assert forget_old(now=NOW + timedelta(days=31))["tasks"] == 2
        cursor.execute("SELECT status FROM procrastinate_jobs")
        assert cursor.fetchall() == [("todo",)]


def test_in_batches_and_killed_between_two_the_next_run_goes_on(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = [NOW - timedelta(hours=number) for number in range(7)]
    BankCallCount.objects.bulk_create(BankCallCount(bank="kaspi", network="n", hour=hour) for hour in hours)
    later = NOW + timedelta(days=60)
    real, calls = FORGETTERS["bank_calls"], []

    def three_then_killed(before: datetime, limit: int, now: datetime) -> int:
        calls.append(limit)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(before, 3, now)

    monkeypatch.setitem(FORGETTERS, "bank_calls", three_then_killed)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        forget_old(now=later)
    run = RetentionRun.objects.get(pk="bank_calls")
    assert (BankCallCount.objects.count(), run.rows, run.finished_at) == (4, 3, None)
    forget_old(now=later)
    run.refresh_from_db()
    assert (BankCallCount.objects.count(), run.rows, run.rows_ever) == (0, 4, 7)


def test_a_rule_that_fails_holds_up_no_other(dina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(before: datetime, limit: int, now: datetime) -> int:
        raise psycopg.OperationalError("no")

    monkeypatch.setitem(FORGETTERS, "kept_forms", broken)  # type: ignore[arg-type]
    forget_old(now=NOW + timedelta(days=2000))
    states = {one.code: one.state for one in retention_states(now=NOW + timedelta(days=2000))}
    assert states["kept_forms"] == "failed"
    assert set(states.values()) == {"failed", "done"}
    assert Photo.objects.count() == 0
