"""What the staff do: rights, reach, hands, words, deadlines."""

from datetime import date, timedelta
from typing import Any

import pytest

from abonent.notices.models import Letter
from abonent.service_requests import operations
from abonent.service_requests.invariants import broken
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.operations import (
    BadDeadline,
    MayNot,
    NoSuchKind,
    NoSuchPerson,
    NoSuchRequest,
    NoSuchTeam,
    NothingSaid,
    NotPossible,
    TakenBy,
)
from abonent.service_requests.typed import SentFile
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.service_requests.conftest import NOW, Desk, fresh, jpeg, kinds, staff

SAID = {"text": "Сделано", "form_key": "k"}
ACTS: list[tuple[Any, dict[str, Any], str]] = [
    (operations.read_request, {}, "request_read"),
    (operations.take, {}, "request_taken"),
    (operations.give, {"to": None}, ""),
    (operations.answer, SAID, "request_answered"),
    (operations.ask, SAID, "request_asked"),
    (operations.finish, {**SAID, "how": "done"}, "request_done"),
    (operations.finish, {**SAID, "how": "refused"}, "request_refused"),
    (operations.move, {"team": "field", "reason": "Туда"}, "request_moved"),
    (operations.note, {"text": "Злой"}, "request_noted"),
]
IDS = [f"{act.__name__} {facts.get('how', '')}".strip() for act, facts, _ in ACTS]


@pytest.fixture
def request_(desk: Desk, alice: User) -> ServiceRequest:
    return desk.file(alice)


@pytest.mark.parametrize(("act", "facts", "action"), ACTS, ids=IDS)
def test_rights_reach_and_trail(
    desk: Desk,
    request_: ServiceRequest,
    ivan: StaffMembership,
    anna: StaffMembership,
    root: StaffMembership,
    act: Any,
    facts: dict[str, Any],
    action: str,
) -> None:
    with pytest.raises(NoSuchRequest):
        desk.staff(act, anna, request_, **facts)
    accountant = staff("vera", ivan.organisation, "accountant")
    with pytest.raises(MayNot):
        desk.staff(act, accountant, request_, **facts)
    assert kinds(request_) == ["filed"]
    assert AuditEvent.objects.count() == 1
    desk.staff(act, root, request_, **facts)
    told = AuditEvent.objects.filter(actor=root.user)
    assert [event.action for event in told] == ([action] if action else [])
    assert {event.organisation_id for event in told} <= {ivan.organisation_id}
    second = desk.staff(operations.read_request, ivan, request_)
    assert second.request.pk == request_.pk


def test_taking_what_another_has(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership, olga: StaffMembership
) -> None:
    desk.staff(operations.take, ivan, request_)
    desk.staff(operations.take, ivan, request_)
    with pytest.raises(TakenBy) as told:
        desk.staff(operations.take, olga, request_)
    assert told.value.name == "Ivan"
    assert kinds(request_) == ["filed", "taken"]


def test_giving(
    desk: Desk,
    request_: ServiceRequest,
    ivan: StaffMembership,
    olga: StaffMembership,
    anna: StaffMembership,
    alice: User,
) -> None:
    desk.staff(operations.give, ivan, request_, to=olga.user_id, text="Это твой дом")
    assert (fresh(request_).assigned_to, fresh(request_).state) == (olga.user, "in_work")
    for nobody in (anna.user_id, alice.pk, 0):
        with pytest.raises(NoSuchPerson):
            desk.staff(operations.give, ivan, request_, to=nobody)
    desk.staff(operations.give, olga, request_, to=None)
    assert (fresh(request_).assigned_to, fresh(request_).state) == (None, "received")
    page = desk.staff(operations.read_request, ivan, request_)
    assert [(line.kind, line.by_name, line.details.get("to_name")) for line in page.events[1:]] == [
        ("taken", "Ivan", "Olga"),
        ("note", "Ivan", None),
        ("moved", "Olga", None),
    ]
    assert broken() == {}


def test_somebody_who_left_is_given_nothing(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership, olga: StaffMembership
) -> None:
    User.objects.filter(pk=olga.user_id).update(is_active=False)
    with pytest.raises(NoSuchPerson):
        desk.staff(operations.give, ivan, request_, to=olga.user_id)
    page = desk.staff(operations.read_request, ivan, request_)
    assert [one.name for one in page.colleagues] == ["Ivan"]


@pytest.mark.parametrize(
    ("act", "facts", "kind"),
    [
        (operations.answer, {}, "request_answered"),
        (operations.ask, {}, "request_asked"),
        (operations.finish, {"how": "done"}, "request_finished"),
        (operations.finish, {"how": "refused"}, "request_finished"),
    ],
)
def test_the_customer_gets_a_letter_once(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership, act: Any, facts: dict[str, Any], kind: str
) -> None:
    facts = {**facts, "text": "Мастер придёт завтра", "form_key": "one", "files": [SentFile("a.jpg", jpeg())]}
    desk.staff(act, ivan, request_, **facts)
    desk.staff(act, ivan, request_, **facts)
    letter = Letter.objects.latest("pk")
    assert (Letter.objects.count(), letter.kind, letter.to) == (2, kind, "alice@example.kz")
    assert "Мастер придёт завтра" in letter.text
    assert "Приложены файлы" in letter.text
    assert request_.number in letter.subject
    assert len(kinds(request_)) == 2
    assert fresh(request_).answered_at == NOW


@pytest.mark.parametrize("act", [operations.answer, operations.ask, operations.finish, operations.note])
def test_nothing_said_is_nothing_done(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership, act: Any
) -> None:
    facts = {"how": "done"} if act is operations.finish else {}
    with pytest.raises(NothingSaid):
        desk.staff(act, ivan, request_, text="\n", **facts)


def test_a_request_ends_in_somebodys_hands_and_in_one_way(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership, olga: StaffMembership
) -> None:
    desk.staff(operations.finish, ivan, request_, how="done")
    assert fresh(request_).assigned_to == ivan.user
    with pytest.raises(NotPossible):
        desk.staff(operations.finish, olga, request_, how="refused")
    with pytest.raises(ValueError, match="cancelled"):
        desk.staff(operations.finish, ivan, request_, how="cancelled")


def test_a_letter_says_until_when_it_may_be_opened_again(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership
) -> None:
    desk.staff(operations.finish, ivan, request_, how="refused")
    letter = Letter.objects.latest("pk")
    assert "отклонена" in letter.subject
    assert "21.12.2026" in letter.text


def test_moving_tells_the_customer_why(desk: Desk, request_: ServiceRequest, ivan: StaffMembership) -> None:
    desk.staff(operations.move, ivan, request_, kind="sealing", reason="Это опломбирование")
    request = fresh(request_)
    assert (request.kind, request.kind_label["en"], request.team) == ("sealing", "Sealing", "field")
    assert request.due_on == date(2026, 12, 4)
    assert Letter.objects.count() == 1
    desk.staff(operations.move, ivan, request_, due_on=date(2026, 12, 9), team="counter", reason="Ждём")
    request = fresh(request_)
    assert (request.due_on, request.team) == (date(2026, 12, 9), "counter")
    letter = Letter.objects.latest("pk")
    assert (letter.kind, Letter.objects.count()) == ("request_moved", 2)
    assert "Ждём" in letter.text
    assert "09.12.2026" in letter.text
    event = AuditEvent.objects.latest("pk")
    assert (event.reason, event.details["due_on"]) == ("Ждём", "2026-12-09")
    desk.staff(operations.move, ivan, request_, due_on=date(2026, 12, 9), team="counter", reason="Ещё раз")
    assert kinds(request_) == ["filed", "moved", "moved"]


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"kind": "unknown"}, NoSuchKind),
        ({"kind": "readings"}, NoSuchKind),
        ({"kind": "old"}, NoSuchKind),
        ({"team": "unknown"}, NoSuchTeam),
        ({"due_on": date(2026, 11, 20)}, BadDeadline),
        ({"due_on": date(2026, 11, 22)}, BadDeadline),
        ({"due_on": date(2026, 12, 16)}, BadDeadline),
        ({"due_on": date(2028, 12, 1)}, BadDeadline),
        ({"team": "field", "reason": " "}, NothingSaid),
    ],
)
def test_what_it_cannot_be_moved_to(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership, facts: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        desk.staff(operations.move, ivan, request_, **{"reason": "Так", **facts})
    assert kinds(request_) == ["filed"]


def test_who_is_no_longer_linked_is_not_written_to(
    desk: Desk, request_: ServiceRequest, ivan: StaffMembership, alice: User
) -> None:
    alice.links.update(ended_at=NOW)
    desk.staff(operations.answer, ivan, request_)
    assert Letter.objects.count() == 1


def test_every_reading_of_a_file_stands_in_the_trail(
    desk: Desk,
    request_: ServiceRequest,
    alice: User,
    ivan: StaffMembership,
    anna: StaffMembership,
) -> None:
    desk.message(alice, request_, files=[SentFile("Паспорт.jpg", jpeg())], now=NOW + timedelta(minutes=1))
    (line,) = desk.staff(operations.read_request, ivan, request_).events[1].files
    kept = desk.staff(operations.read_request_file, ivan, request_, file=line.public_id)
    assert (kept.name, kept.media_type, len(kept.content)) == ("Паспорт.jpg", "image/jpeg", line.size)
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.details["file"]) == ("request_file_read", "Паспорт.jpg")
    other = desk.file(alice)
    for member, request in ((anna, request_), (ivan, other)):
        with pytest.raises(NoSuchRequest):
            desk.staff(operations.read_request_file, member, request, file=line.public_id)
