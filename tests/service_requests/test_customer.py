"""What customers do with a request that was filed, and who they are."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from abonent.accounts.models import Account, AccountLink
from abonent.notices.models import Letter
from abonent.service_requests import operations
from abonent.service_requests.files import BadFile
from abonent.service_requests.forms import LONGEST_TEXT
from abonent.service_requests.invariants import broken
from abonent.service_requests.models import RequestFile, ServiceRequest
from abonent.service_requests.operations import (
    BadRating,
    MayNotFile,
    NoSuchRequest,
    NothingSaid,
    NotPossible,
    Often,
    TooLong,
)
from abonent.service_requests.operations.customer import MESSAGES_A_DAY
from abonent.service_requests.queries import request_of
from abonent.service_requests.typed import SentFile
from abonent.users.models import AuditEvent, StaffMembership, User
from tests.service_requests.conftest import NOW, Desk, fresh, held, jpeg, kinds


def test_a_message_with_files_both_ways_to_send_them(desk: Desk, alice: User) -> None:
    request = desk.file(alice)
    operations.keep_draft_file(user=alice, form_key="m", name="kept.jpg", content=jpeg(), now=NOW)
    later = NOW + timedelta(hours=1)
    event = desk.message(alice, request, form_key="m", files=[SentFile("now.png", jpeg())], now=later)
    assert [file.name for file in event.files.order_by("pk")] == ["now.jpg", "kept.jpg"]
    assert fresh(request).last_customer_event_at == later
    assert broken() == {}


def test_a_message_is_sent_once(desk: Desk, alice: User) -> None:
    request = desk.file(alice)
    first = desk.message(alice, request, form_key="m", text="Один")
    again = desk.message(alice, request, form_key="m", text="Два")
    assert first.pk == again.pk
    assert kinds(request) == ["filed", "message"]
    other = desk.message(alice, desk.file(alice), form_key="m")
    assert other.pk != first.pk


def test_a_file_alone_is_a_message_and_nothing_is_not(desk: Desk, alice: User) -> None:
    request = desk.file(alice)
    assert desk.message(alice, request, text=" ", files=[SentFile("a.jpg", jpeg())]).text == ""
    with pytest.raises(NothingSaid):
        desk.message(alice, request, text=" \u202e ")
    with pytest.raises(TooLong):
        desk.message(alice, request, text="x" * (LONGEST_TEXT + 1))


def test_a_bad_file_leaves_nothing(desk: Desk, alice: User, ruled: Callable[..., None]) -> None:
    request = desk.file(alice)
    with pytest.raises(BadFile):
        desk.message(alice, request, files=[SentFile("a.jpg", jpeg()), SentFile("b.svg", b"<svg/>")])
    ruled(most_files=1)
    operations.keep_draft_file(user=alice, form_key="m", name="a.jpg", content=jpeg(), now=NOW)
    with pytest.raises(BadFile):
        desk.message(alice, request, form_key="m", files=[SentFile("b.jpg", jpeg())])
    assert kinds(request) == ["filed"]
    assert not RequestFile.objects.exists()


def test_a_person_writes_so_many_messages_a_day(
    desk: Desk, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abonent.service_requests.operations.customer.MESSAGES_A_DAY", 3)
    assert MESSAGES_A_DAY > 3
    request = desk.file(alice)
    for _ in range(3):
        desk.message(alice, request)
    with pytest.raises(Often):
        desk.message(alice, request)
    assert desk.message(bob, request).pk


def test_an_answer_sets_the_deadline_going_again(desk: Desk, alice: User, ivan: StaffMembership) -> None:
    """Asked on Wednesday the 25th, answered on Monday the 30th: three working days."""
    request = desk.file(alice)
    desk.staff(operations.take, ivan, request)
    asked = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    desk.staff(operations.ask, ivan, request, now=asked)
    assert fresh(request).waiting_since == date(2026, 11, 25)
    event = desk.message(alice, request, now=asked + timedelta(days=5))
    request = fresh(request)
    assert (request.state, request.due_on, request.waiting_since) == ("in_work", date(2026, 12, 9), None)
    assert event.details == {"due_on": "2026-12-09", "due_before": "2026-12-04"}
    desk.message(alice, request, now=asked + timedelta(days=6))
    assert fresh(request).due_on == date(2026, 12, 9)


def test_an_answer_nobody_has_in_hand_goes_back_to_the_queue(
    desk: Desk, alice: User, ivan: StaffMembership
) -> None:
    request = desk.file(alice)
    desk.staff(operations.ask, ivan, request)
    desk.message(alice, request)
    assert fresh(request).state == "received"
    assert broken() == {}


def test_cancelling_twice_is_cancelling_once(desk: Desk, alice: User) -> None:
    request = desk.file(alice)
    desk.customer(operations.cancel, alice, request, text="Само прошло")
    desk.customer(operations.cancel, alice, request, now=NOW + timedelta(hours=1))
    assert kinds(request) == ["filed", "cancelled"]
    assert fresh(request).closed_at == NOW


def test_reopening_gives_a_new_deadline_and_asks_for_a_rating_again(
    desk: Desk, alice: User, ivan: StaffMembership
) -> None:
    request = desk.file(alice)
    desk.staff(operations.take, ivan, request)
    desk.staff(operations.finish, ivan, request, how="done")
    desk.customer(operations.rate, alice, request, rating=1, text="Не пришли")
    with pytest.raises(NothingSaid):
        desk.customer(operations.reopen, alice, request, text="")
    later = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)
    desk.customer(operations.reopen, alice, request, text="Никто не пришёл", now=later)
    request = fresh(request)
    assert (request.state, request.assigned_to, request.closed_at, request.reopened) == (
        "received",
        None,
        None,
        1,
    )
    assert (request.rating, request.rating_text) == (None, "")
    assert request.due_on == date(2027, 1, 6)
    assert Letter.objects.latest("pk").kind == "request_reopened"
    desk.staff(operations.finish, ivan, request, how="refused", now=later)
    desk.customer(operations.rate, alice, request, rating=2, now=later)
    assert kinds(request)[-3:] == ["reopened", "refused", "rated"]
    assert broken() == {}


@pytest.mark.parametrize(("days", "possible"), [(30, True), (31, False)])
def test_reopening_has_its_time(
    desk: Desk, alice: User, ivan: StaffMembership, days: int, possible: bool
) -> None:
    request = desk.file(alice)
    desk.staff(operations.finish, ivan, request, how="done")
    later = NOW + timedelta(days=days)
    page = request_of(held(alice, later), request.public_id, user_id=alice.pk, now=later)
    assert page is not None
    assert ("reopen" in page.may) == possible
    assert page.reopen_until == (date(2026, 12, 21) if possible else None)
    if possible:
        desk.customer(operations.reopen, alice, request, text="Снова", now=later)
    else:
        with pytest.raises(NotPossible):
            desk.customer(operations.reopen, alice, request, text="Снова", now=later)


def test_a_closed_account_and_a_limited_link_reopen_nothing_that_changes_it(
    desk: Desk, alice: User, ivan: StaffMembership
) -> None:
    operations.keep_draft_file(user=alice, form_key="r", name="a.jpg", content=jpeg(), now=NOW)
    request = desk.file(alice, "residents", answers={"how_many": "3", "since": "1.11.2026"}, form_key="r")
    desk.staff(operations.finish, ivan, request, how="refused")
    AccountLink.objects.update(limited_until=NOW + timedelta(days=1))
    with pytest.raises(MayNotFile):
        desk.customer(operations.reopen, alice, request, text="Снова")
    AccountLink.objects.update(limited_until=None)
    Account.objects.update(closed_on=NOW.date())
    with pytest.raises(NotPossible):
        desk.customer(operations.reopen, alice, request, text="Снова")


def test_a_rating_is_given_once(desk: Desk, alice: User, ivan: StaffMembership) -> None:
    request = desk.file(alice)
    desk.staff(operations.finish, ivan, request, how="done")
    for wrong in (0, 6, -1):
        with pytest.raises(BadRating):
            desk.customer(operations.rate, alice, request, rating=wrong)
    desk.customer(operations.rate, alice, request, rating=4, text="Быстро")
    desk.customer(operations.rate, alice, request, rating=4, text="Быстро")
    with pytest.raises(NotPossible):
        desk.customer(operations.rate, alice, request, rating=5)
    assert kinds(request).count("rated") == 1
    assert (fresh(request).rating, fresh(request).rating_text) == (4, "Быстро")


ACTS: list[tuple[Any, dict[str, Any]]] = [
    (operations.add_message, {"text": "x", "form_key": "k"}),
    (operations.cancel, {}),
    (operations.reopen, {"text": "x"}),
    (operations.rate, {"rating": 5}),
]


@pytest.mark.parametrize(("act", "facts"), ACTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_strangers_request_does_not_exist(
    desk: Desk, alice: User, charlie: User, act: Any, facts: dict[str, Any]
) -> None:
    request = desk.file(alice)
    with pytest.raises(NoSuchRequest):
        desk.customer(act, charlie, request, **facts)
    assert kinds(request) == ["filed"]


@pytest.mark.parametrize(("act", "facts"), ACTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_limited_link_reaches_its_own_requests_only(
    desk: Desk, alice: User, bob: User, act: Any, facts: dict[str, Any]
) -> None:
    request = desk.file(alice)
    AccountLink.objects.filter(user=bob).update(limited_until=NOW + timedelta(days=3))
    with pytest.raises(NoSuchRequest):
        desk.customer(act, bob, request, **facts)


def test_a_relative_may_answer_and_both_may_read(desk: Desk, alice: User, bob: User) -> None:
    request = desk.file(alice)
    desk.message(bob, request, text="Я дома после шести")
    page = request_of(held(alice), request.public_id, user_id=alice.pk, now=NOW)
    assert page is not None
    assert [(line.kind, line.by_you, line.by_name) for line in page.events] == [
        ("filed", True, ""),
        ("message", False, ""),
    ]


def test_a_new_owner_sees_nothing_of_the_one_before(
    desk: Desk, alice: User, bob: User, account: Account
) -> None:
    old = desk.file(alice)
    Account.objects.filter(pk=account.pk).update(owner_since=NOW.date() + timedelta(days=1))
    later = NOW + timedelta(days=2)
    new = desk.file(bob, now=later)
    seen = [
        request_of(held(user, later), one.public_id, user_id=user.pk, now=later) is not None
        for user in (alice, bob)
        for one in (old, new)
    ]
    assert seen == [True, True, False, True]
    with pytest.raises(NoSuchRequest):
        desk.message(bob, old, now=later)


def test_what_is_read_is_no_longer_new(desk: Desk, alice: User, bob: User, ivan: StaffMembership) -> None:
    request = desk.file(alice)
    desk.staff(operations.answer, ivan, request)
    for user in (bob, alice):
        operations.seen(user=user, account=held(user), public_id=request.public_id, now=NOW)
        assert (fresh(request).seen_by_customer_at is not None) == (user == alice)


def test_everything_a_customer_does_stands_in_the_trail(
    desk: Desk, alice: User, ivan: StaffMembership
) -> None:
    request = desk.file(alice)
    desk.message(alice, request)
    desk.staff(operations.finish, ivan, request, how="done")
    desk.customer(operations.rate, alice, request, rating=5)
    desk.customer(operations.reopen, alice, request, text="Снова")
    desk.customer(operations.cancel, alice, request)
    told = AuditEvent.objects.filter(actor=alice).order_by("pk")
    assert [event.action for event in told] == [
        "request_filed",
        "request_message",
        "request_rated",
        "request_reopened",
        "request_cancelled",
    ]
    assert {event.details["request"] for event in told} == {request.number}
    assert ServiceRequest.objects.get().events.count() == 6
