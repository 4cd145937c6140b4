"""What the room knows of a person, and how it forgets them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from abonent.base.forgetting import let_forget
from abonent.metering.models import Meter
from abonent.service_requests import operations, personal, queries
from abonent.service_requests.invariants import broken
from abonent.service_requests.models import RequestDraftFile, RequestEvent, RequestFile, ServiceRequest
from abonent.service_requests.typed import SentFile
from abonent.users.models import StaffMembership, User
from tests.service_requests.conftest import NOW, Desk, fresh, held, jpeg

LATER = NOW + timedelta(days=40)


@pytest.fixture
def told(desk: Desk, alice: User, bob: User, ivan: StaffMembership, meter: Meter) -> ServiceRequest:
    """A request that says a lot: a done one, with words and files of three people."""
    User.objects.filter(pk=alice.pk).update(phone="+77012345678")
    request = desk.file(
        alice,
        "sealing",
        answers={"meter": str(meter.pk), "day": "23.11.2026"},
        text="Это Ким Алиса, ALICE@example.kz, звоните 8 (701) 234-56-78",
        phone="8 (701) 234-56-78",
    )
    desk.message(alice, request, text="Алиса ждёт", files=[SentFile("Ким Алиса.jpg", jpeg())])
    desk.message(bob, request, text="Я муж", files=[SentFile("bob.jpg", jpeg())])
    desk.staff(operations.note, ivan, request, text="Алиса скандалит")
    desk.staff(operations.finish, ivan, request, how="done", text="Уважаемая Алиса, готово")
    desk.customer(operations.rate, alice, request, rating=5, text="Ваша Алиса")
    operations.keep_draft_file(user=alice, form_key="next", name="a.jpg", content=jpeg(), now=NOW)
    return request


def test_every_field_that_points_at_a_person_is_told_or_left_out() -> None:
    named = {
        f"service_requests.{model.__name__}.{field.name}"
        for model in apps.get_app_config("service_requests").get_models()
        for field in model._meta.get_fields()
        if field.many_to_one and field.related_model is User
    }
    assert named == set(personal.TOLD) | set(personal.LEFT_OUT)


def test_the_facts_are_the_persons_own(told: ServiceRequest, alice: User, bob: User, charlie: User) -> None:
    facts = personal.facts_about(alice.pk)
    written = json.dumps(facts, ensure_ascii=False)
    (request,) = facts["requests"]
    assert (request["number"], request["state"], request["rating"]) == (told.number, "done", 5)
    assert [line["what"] for line in request["history"]] == ["filed", "message", "done", "rated"]
    assert request["history"][1]["files"][0]["name"] == "Ким Алиса.jpg"
    assert "скандалит" not in written
    assert "муж" not in written
    assert len(facts["request_drafts"]) == 1
    assert personal.facts_about(charlie.pk) == {"requests": [], "request_drafts": []}
    assert personal.facts_about(bob.pk)["requests"] == []


def test_every_key_and_value_has_its_word(told: ServiceRequest, alice: User) -> None:
    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            coded = {f"{key}={one}" for key, one in value.items() if key in ("state", "what")}
            return coded | set(value) | {key for one in value.values() for key in keys(one)}
        return {key for one in value for key in keys(one)} if isinstance(value, list) else set()

    assert keys(personal.facts_about(alice.pk)) <= set(personal.WORDS)
    with translation.override("kk"):
        assert str(personal.WORDS["requests"]) == "Өтінімдер"


def test_queries_do_not_grow(
    desk: Desk, told: ServiceRequest, alice: User, django_assert_num_queries: Any
) -> None:
    desk.message(alice, desk.file(alice), files=[SentFile("a.jpg", jpeg())])
    with django_assert_num_queries(4):
        personal.facts_about(alice.pk)


def everything() -> str:
    """All texts of the room's tables."""
    with connection.cursor() as cursor:
        rows = []
        for model in apps.get_app_config("service_requests").get_models():
            cursor.execute(f"SELECT row_to_json(one)::text FROM {model._meta.db_table} one")
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def test_a_person_is_forgotten_and_the_record_stays(
    desk: Desk, told: ServiceRequest, alice: User, bob: User
) -> None:
    opened = desk.file(alice, text="Ещё от Алисы")
    alice.refresh_from_db()
    for done in ({"drafts": 1, "requests": 2, "files": 1}, {"drafts": 0, "requests": 0, "files": 0}):
        with transaction.atomic():
            assert personal.forget(alice.pk, LATER) == done
    text = everything().lower()
    for naming in ("алис", "ким ", "alice", "2345678", "234-56-78"):
        assert naming not in text
    assert "я муж" in text
    request, cancelled = fresh(told), fresh(opened)
    assert (request.user, request.phone, request.state, request.rating) == (None, "", "done", 5)
    assert (cancelled.state, cancelled.closed_at) == ("cancelled", LATER)
    assert request.answers[1]["value"] == "2026-11-23"
    assert not RequestDraftFile.objects.exists()
    mine, bobs = RequestFile.objects.order_by("pk")
    assert (bytes(mine.content), mine.forgotten_at) == (b"", LATER)
    assert bobs.forgotten_at is None
    assert broken() == {}


def test_a_forgotten_file_is_named_and_not_handed_over(
    told: ServiceRequest, desk: Desk, bob: User, ivan: StaffMembership
) -> None:
    with transaction.atomic():
        assert personal.forget_files(closed_before=NOW, limit=9, now=LATER) == 0
        assert personal.forget_files(closed_before=LATER, limit=1, now=LATER) == 1
        assert personal.forget_files(closed_before=LATER, limit=9, now=LATER) == 1
        assert personal.forget_files(closed_before=LATER, limit=9, now=LATER) == 0
    page = queries.request_of(held(bob), told.public_id, user_id=bob.pk, now=NOW)
    assert page is not None
    files = [file for line in page.events for file in line.files]
    assert [file.forgotten for file in files] == [True, True]
    kept = queries.file_for_customer(held(bob), told.public_id, files[0].public_id, user_id=bob.pk)
    assert kept is None
    with pytest.raises(operations.NoSuchRequest):
        desk.staff(operations.read_request_file, ivan, told, file=files[0].public_id)
    assert broken() == {}


def test_open_requests_keep_their_files(desk: Desk, alice: User) -> None:
    desk.message(alice, desk.file(alice), files=[SentFile("a.jpg", jpeg())])
    assert personal.forget_files(closed_before=LATER, limit=9, now=LATER) == 0


CHANGES = {
    "an event's state": (RequestEvent, {"state": "done"}),
    "an event's person": (RequestEvent, {"by_id": None}),
    "an event's details": (RequestEvent, {"details": {"a": 1}}),
    "a file's content": (RequestFile, {"content": b"other"}),
    "a file emptied in silence": (RequestFile, {"content": b""}),
    "a file's checksum": (RequestFile, {"checksum": "x"}),
    "a request's account": (ServiceRequest, {"created_at": LATER}),
}


@pytest.mark.parametrize(("model", "change"), CHANGES.values(), ids=CHANGES)
def test_even_forgetting_changes_nothing_else(
    told: ServiceRequest, model: Any, change: dict[str, Any]
) -> None:
    let_forget()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.parametrize("change", [{"text": ""}, {"name": "x"}, {"content": b"", "forgotten_at": LATER}])
def test_without_forgetting_nothing_is_blanked(told: ServiceRequest, change: dict[str, Any]) -> None:
    model = RequestEvent if "text" in change else RequestFile
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**change)
