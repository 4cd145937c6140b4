"""Tasks that failed: told without what they were about, tried again or dismissed, once."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.exchange.failed_tasks import (
    AlreadyWaitsError,
    NoSuchTaskError,
    count_failed_tasks,
    dismiss_task,
    failed_tasks,
    forget_failures,
    note_failure,
    retry_task,
)
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.exchange.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return User.objects.create_user("clerk", "clerk@example.kz", "a long password of mine")


def job(status: str = "failed", **args: Any) -> int:
    lock = args.pop("lock", None)
    made = app.configure_task("notices.deliver_letter", allow_unknown=True, queueing_lock=lock).defer(**args)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 3 WHERE id = %s", [made])
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, made])
    return int(made)


def asked(clerk: User) -> dict[str, Any]:
    return {"by": clerk, "address": None, "now": NOW}


def test_it_names_the_task_and_its_numbers_and_nothing_else() -> None:
    made = job(letter_id=17, name="Ким Алия", timestamp=5, flag=True)
    context = SimpleNamespace(job=SimpleNamespace(id=made))

    def fail() -> None:
        raise ValueError("alice@example.kz")

    with pytest.raises(ValueError, match="alice"):
        note_failure(fail, context, None)
    assert note_failure(lambda: 5, context, None) == 5
    (found,) = failed_tasks(limit=10)
    assert (found.id, found.name, found.about) == (made, "notices.deliver_letter", "letter_id 17")
    assert found.error.startswith("ValueError")
    assert "alice" not in found.error
    assert (found.attempts, found.killed) == (3, False)
    assert found.at is not None


def test_one_whose_worker_was_killed_is_among_them_and_one_at_work_is_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (alive,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
            " RETURNING id"
        )
        (dead,) = cursor.fetchone()
        at_work, left, orphan = job("doing"), job("doing"), job("doing")
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [alive, at_work])
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [dead, left])
    job("todo")
    assert [(one.id, one.killed) for one in failed_tasks(limit=10)] == [(orphan, True), (left, True)]
    assert count_failed_tasks() == 2


def test_it_is_tried_again_once(clerk: User) -> None:
    made = job(letter_id=1)
    retry_task(job_id=made, **asked(clerk))
    assert ProcrastinateJob.objects.get(pk=made).status == "todo"
    with pytest.raises(NoSuchTaskError):
        retry_task(job_id=made, **asked(clerk))
    event = AuditEvent.objects.get(action="task_retried")
    assert (event.actor, event.subject) == (clerk, f"task:{made}")
    assert event.details == {"task": "notices.deliver_letter"}


def test_one_that_waits_already_can_only_be_dismissed(clerk: User) -> None:
    made = job(lock="one")
    job("todo", lock="one")
    with pytest.raises(AlreadyWaitsError):
        retry_task(job_id=made, **asked(clerk))
    dismiss_task(job_id=made, **asked(clerk))
    assert not ProcrastinateJob.objects.filter(pk=made).exists()
    with pytest.raises(NoSuchTaskError):
        dismiss_task(job_id=made, **asked(clerk))


def test_what_is_known_of_a_job_goes_with_it() -> None:
    made = job(letter_id=1)
    context = SimpleNamespace(job=SimpleNamespace(id=made))
    with pytest.raises(ZeroDivisionError):
        note_failure(lambda: 1 // 0, context, None)
    assert forget_failures() == 0
    ProcrastinateJob.objects.filter(pk=made)._raw_delete("default")
    assert forget_failures() == 1


def test_the_page_shows_them_and_its_buttons_work(clerk: User, settings: Any, client: Client) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ru"
    StaffMembership.objects.create(user=clerk, role="operator")
    client.force_login(clerk)
    first, second = job(letter_id=17, text="Ким Алия"), job(letter_id=18)
    page = client.get(reverse("office_tasks")).content.decode()
    assert "отправка письма" in page
    assert "letter_id 17" in page
    assert "Ким" not in page
    client.post(reverse("office_task_retry", args=[first]))
    client.post(reverse("office_task_dismiss", args=[second]))
    client.post(reverse("office_task_dismiss", args=[second]))
    assert count_failed_tasks() == 0
    assert "Невыполненных задач нет" in client.get(reverse("office_tasks")).content.decode()


def test_the_list_is_found_by_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM procrastinate_jobs WHERE status IN ('failed', 'doing') ORDER BY id"
        )
        assert "abonent_jobs_failed" in " ".join(row[0] for row in cursor.fetchall())
