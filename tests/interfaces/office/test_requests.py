"""Requests in the office: the queue, one request, what is done with it, and only by those they concern."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.notices.models import Letter
from abonent.service_requests import operations
from abonent.service_requests.models import RequestFile, ServiceRequest
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.service_requests import conftest as world
from tests.service_requests.conftest import Desk, jpeg
from tests.users.cast import clock

profile, supplier, stranger, power = world.profile, world.supplier, world.stranger, world.power
account, meter, alice, charlie = world.account, world.meter, world.alice, world.charlie
ivan, olga, anna = world.ivan, world.olga, world.anna
__all__ = ["clock"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock: Any) -> Desk:
    return Desk(world.NOW)


@pytest.fixture
def office(ivan: StaffMembership, settings: Any, client: Client, clock: Any) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(ivan.user)
    return client


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def page(request: ServiceRequest) -> str:
    return reverse("office_request", args=[request.public_id])


def act(office: Client, request: ServiceRequest, action: str, **said: Any) -> Any:
    said.setdefault("form_key", action)
    return office.post(reverse("office_request_act", args=[request.public_id, action]), said)


def state(request: ServiceRequest) -> str:
    return ServiceRequest.objects.get(pk=request.pk).state


def test_the_queue_begins_with_the_most_urgent(office: Client, desk: Desk, alice: User, meter: Any) -> None:
    desk.file(alice, "other")
    desk.file(alice, "sealing", answers={"meter": str(meter.pk), "day": "2026-12-01"})
    found = text_of(office.get(reverse("office_requests")))
    assert 0 < found.index("Sealing") < found.rindex("Other")
    assert AuditEvent.objects.filter(action="staff_read_list", subject="list:requests").exists()


def test_a_request_is_found_by_its_number_and_by_the_accounts(
    office: Client, desk: Desk, alice: User
) -> None:
    mine = desk.file(alice)
    for number in (mine.number, "700"):
        assert f"№ {mine.number}" in text_of(office.post(reverse("office_requests"), {"find": number}))
    assert "№" not in text_of(office.post(reverse("office_requests"), {"find": "0000-0000"}))


def test_taken_answered_asked_and_closed(office: Client, desk: Desk, alice: User) -> None:
    mine = desk.file(alice)
    assert act(office, mine, "take").status_code == 302
    assert act(office, mine, "answer", text="Придём завтра").status_code == 302
    assert act(office, mine, "ask", text="Дома будете?").status_code == 302
    assert state(mine) == "waiting"
    answer = act(office, mine, "done", text="Сделано", queue="state=todo", next="xyz")
    assert answer.headers["Location"] == reverse("office_requests") + "?state=todo#request-xyz"
    assert state(mine) == "done"
    assert Letter.objects.filter(user=alice).count() == 4  # filed, answered, asked, closed
    found = text_of(office.get(page(mine)))
    assert "Придём завтра" in found
    assert "done-form" not in found, "what is closed is not closed again"


def test_a_double_click_answers_once(office: Client, desk: Desk, alice: User) -> None:
    mine = desk.file(alice)
    for _ in range(2):
        act(office, mine, "answer", text="Придём завтра", form_key="one")
    assert text_of(office.get(page(mine))).count("Придём завтра") == 1


def test_who_is_late_is_told_and_nothing_is_done(office: Client, desk: Desk, alice: User, olga: Any) -> None:
    mine = desk.file(alice)
    operations.take(staff=olga, public_id=mine.public_id, address=None, now=desk.now)
    answer = office.post(reverse("office_request_act", args=[mine.public_id, "take"]), follow=True)
    assert "Olga" in text_of(answer)
    operations.finish(
        staff=olga, public_id=mine.public_id, how="done", text="Да", form_key="o", address=None, now=desk.now
    )
    act(office, mine, "refused", text="Нет")
    assert state(mine) == "done"


def test_what_was_typed_wrongly_comes_back(office: Client, desk: Desk, alice: User) -> None:
    mine = desk.file(alice)
    assert act(office, mine, "answer", text="  ").status_code == 422
    wrong = act(office, mine, "move", kind="other", team="", due_on="2026-11-22", reason="Так надо")
    assert wrong.status_code == 422  # a Sunday
    assert "Так надо" in text_of(wrong)
    file = SimpleUploadedFile("hello.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    refused = act(office, mine, "done", text="Вот", files=[file])
    assert (refused.status_code, state(mine)) == (422, "received")
    assert "SVG" in text_of(refused)


def test_the_deadline_moves_with_a_reason(office: Client, desk: Desk, alice: User) -> None:
    mine = desk.file(alice)
    act(office, mine, "move", kind="other", team="field", due_on="30.12.2026", reason="Ждём детали")
    found = ServiceRequest.objects.get(pk=mine.pk)
    assert (found.team, f"{found.due_on}") == ("field", "2026-12-30")


def test_given_to_a_colleague_in_reach_only(
    office: Client, desk: Desk, alice: User, olga: Any, anna: Any
) -> None:
    mine = desk.file(alice)
    act(office, mine, "give", to=str(olga.user_id))
    assert ServiceRequest.objects.get(pk=mine.pk).assigned_to == olga.user
    assert act(office, mine, "give", to=str(anna.user_id)).status_code == 422
    act(office, mine, "give", to="")
    assert ServiceRequest.objects.get(pk=mine.pk).assigned_to is None


def test_a_file_is_handed_out_as_an_attachment_and_written_down(
    office: Client, desk: Desk, alice: User
) -> None:
    mine = desk.file(alice)
    photo = SimpleUploadedFile("счётчик.jpg", jpeg())
    act(office, mine, "answer", text="Вот", files=[photo])
    kept = RequestFile.objects.get()
    answer = office.get(reverse("office_request_file", args=[mine.public_id, kept.public_id]))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(action="request_file_read").exists()


def test_another_organisations_request_does_not_exist(
    client: Client, desk: Desk, alice: User, anna: StaffMembership, settings: Any, clock: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    mine = desk.file(alice)
    client.force_login(anna.user)
    assert client.get(page(mine)).status_code == 404
    for action in ("take", "answer", "done", "refused", "give", "move", "note", "ask"):
        assert act(client, mine, action, text="x", to="", reason="x").status_code == 404
    assert f"№ {mine.number}" not in text_of(client.post(reverse("office_requests"), {"find": mine.number}))
    assert state(mine) == "received"


def test_an_action_that_is_none(office: Client, desk: Desk, alice: User) -> None:
    assert act(office, desk.file(alice), "burn").status_code == 404


def test_the_same_queries_whatever_waits(office: Client, desk: Desk, alice: User, charlie: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            office.get(reverse("office_requests"))
        return len(seen)

    desk.file(alice)
    few = queries()
    for person in (alice, alice, charlie, charlie):
        desk.file(person)
    assert queries() == few


def test_a_teams_own_requests_come_first_to_its_people(
    office: Client, desk: Desk, alice: User, ivan: StaffMembership, meter: Any
) -> None:
    desk.file(alice, "other")
    desk.file(alice, "sealing", answers={"meter": str(meter.pk), "day": "2026-12-01"})
    StaffMembership.objects.filter(pk=ivan.pk).update(team="field")
    assert "№" in text_of(office.get(reverse("office_requests")))
    assert text_of(office.get(reverse("office_requests"))).count("data-queue-item") == 1
    assert text_of(office.get(reverse("office_requests"), {"team": ""})).count("data-queue-item") == 2
