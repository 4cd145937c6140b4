"""Files for billing in the office: numbers, rows and answers, and the button that writes what is due."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from abonent.exchange.models import PaymentBatch, ReadingBatch
from abonent.exchange.queries import reading_batches
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.exchange.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings: Any, client: Client) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    clerk = User.objects.create_user("clerk", "clerk@example.kz", "a long password of mine")
    StaffMembership.objects.create(user=clerk, role="operator")
    client.force_login(clerk)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ru"
    return client


def batch(kind: Any, number: int, *, written: bool = True) -> None:
    state = {"state": "written", "written_at": NOW} if written else {"state": "prepared"}
    kind.objects.create(
        number=number, directory="/x", formats="csv", rows=3 * number, prepared_at=NOW, **state
    )


def test_files_are_listed_newest_first_with_their_rows(office: Client) -> None:
    for number in (1, 2):
        batch(ReadingBatch, number)
    batch(PaymentBatch, 1, written=False)
    assert [(one.batch.number, one.unanswered) for one in reading_batches(limit=5)] == [(2, 6), (1, 3)]
    page = office.get(reverse("office_exports")).content.decode()
    assert "ещё не записан" in page
    assert "без ответа: 6" in page
    assert "/x" not in page, "where they lie on the machine is nobody's"


def test_the_button_has_the_worker_write_once(office: Client, settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path
    for _ in range(2):
        assert office.post(reverse("office_export_now")).status_code == 302
    waiting = ProcrastinateJob.objects.filter(status="todo", task_name__startswith="exchange.export_")
    assert sorted(waiting.values_list("task_name", flat=True)) == [
        "exchange.export_payments",
        "exchange.export_readings",
    ]
    assert AuditEvent.objects.filter(action="export_asked").count() == 2


def test_without_a_folder_there_is_no_button(office: Client, settings: Any) -> None:
    settings.EXPORT_FOLDER = None
    page = office.get(reverse("office_exports")).content.decode()
    assert reverse("office_export_now") not in page
    office.post(reverse("office_export_now"))
    assert not ProcrastinateJob.objects.filter(task_name__startswith="exchange.export_").exists()
