"""What customers read."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from abonent.accounts.models import Account, AccountLink
from abonent.base.months import Month
from abonent.metering.models import Meter
from abonent.portal.models import Service
from abonent.service_requests import operations, queries
from abonent.service_requests.models import RequestFile, ServiceRequest
from abonent.service_requests.queries import NoSuchKind
from abonent.service_requests.typed import SentFile, TypedRequest
from abonent.users.models import StaffMembership, User
from tests.service_requests.conftest import NOW, Desk, charge, held, jpeg


def form(user: User, kind: str, **facts: Any) -> queries.RequestForm:
    return queries.form_of(held(user), kind, user_id=user.pk, form_key="form", now=NOW, **facts)


def test_the_kinds_and_what_is_in_their_way(alice: User) -> None:
    def refusals() -> dict[str, str | None]:
        offered = queries.kinds_for(held(alice), now=NOW)
        return {one.kind.code: one.refusal for one in offered}

    usual = {
        "residents": None,
        "sealing": None,
        "question": None,
        "other": None,
        "no_files": None,
        "readings": "section",
    }
    assert refusals() == usual
    AccountLink.objects.update(limited_until=NOW + timedelta(days=1))
    assert refusals() == {**usual, "residents": "limited"}
    Account.objects.update(closed_on=NOW.date())
    assert set(refusals().values()) == {"closed", "section"}


def test_a_form_says_what_may_be_chosen_and_by_when_it_is_done(alice: User, meter: Meter) -> None:
    Meter.objects.create(account=meter.account, service=meter.service, serial="OLD", removed_on=NOW.date())
    operations.keep_draft_file(user=alice, form_key="form", name="a.jpg", content=jpeg(), now=NOW)
    asked = form(alice, "sealing")
    assert [option.value for option in asked.fields[0].options] == [str(meter.pk)]
    assert (asked.deadline, asked.today, asked.first_day) == (
        date(2026, 11, 25),
        date(2026, 11, 21),
        date(2026, 11, 23),
    )
    assert [file.name for file in asked.files] == ["a.jpg"]
    with pytest.raises(NoSuchKind):
        form(alice, "unknown")


def test_a_form_about_a_line(alice: User, account: Account, power: Service) -> None:
    charge(account, power, opening="1", accrued="2")
    line = form(alice, "question", bill=(Month(2026, 10), power.pk)).line
    assert line is not None
    assert (line.figures["to_pay"], line.name["ru"]) == ("3.00", "Электроэнергия")
    assert form(alice, "other", bill=(Month(2026, 10), power.pk)).line is None
    assert form(alice, "question").line is None


def test_checking_says_what_filing_would_say(alice: User, ruled: Callable[..., None]) -> None:
    typed = TypedRequest("residents", {"how_many": "0"}, form_key="form")
    checked = queries.check_request(held(alice), typed, user_id=alice.pk, now=NOW)
    assert {name: one.code for name, one in checked.problems.items()} == {
        "answer-how_many": "too_small",
        "answer-since": "required",
        "files": "files_required",
    }
    for _ in range(2):
        operations.keep_draft_file(user=alice, form_key="form", name="a.jpg", content=jpeg(), now=NOW)
    ruled(most_files=1)
    checked = queries.check_request(held(alice), typed, user_id=alice.pk, now=NOW)
    assert checked.problems["files"].code == "too_many_files"
    with pytest.raises(NoSuchKind):
        queries.check_request(held(alice), TypedRequest("unknown"), user_id=alice.pk, now=NOW)


def many(account: Account, user: User, count: int, **facts: Any) -> None:
    ServiceRequest.objects.bulk_create(
        ServiceRequest(
            account=account,
            organisation=account.organisation,
            user=user,
            form_key=uuid4().hex,
            kind="other",
            kind_label={"ru": "Иное"},
            language="ru",
            created_at=NOW,
            due_on=date(2026, 12, 1) + timedelta(place),
            last_customer_event_at=NOW,
            **facts,
        )
        for place in range(count)
    )


def test_open_and_closed_ones_a_page_at_a_time(alice: User, account: Account) -> None:
    many(account, alice, 45)
    many(account, alice, 3, state="done", closed_at=NOW)

    def read(page: int, closed: bool = False) -> queries.RequestList:
        return queries.requests_of(held(alice), user_id=alice.pk, closed=closed, page=page, now=NOW)

    first, last = read(1), read(99)
    assert (first.pages, first.open, first.closed, len(first.rows)) == (3, 45, 3, 20)
    assert [row.due_on for row in first.rows] == sorted(row.due_on for row in first.rows)
    assert (last.page, len(last.rows)) == (3, 5)
    assert read(0) == first
    assert {row.state for row in read(1, closed=True).rows} == {"done"}


def test_what_waits_for_the_customer_comes_first(desk: Desk, alice: User, ivan: StaffMembership) -> None:
    earlier, later = desk.file(alice, "other"), desk.file(alice, "other", now=NOW + timedelta(days=5))
    desk.staff(operations.ask, ivan, later, now=NOW + timedelta(days=5))
    listed = queries.requests_of(held(alice), user_id=alice.pk, closed=False, now=NOW + timedelta(days=5))
    assert [row.public_id for row in listed.rows] == [later.public_id, earlier.public_id]


def test_late_unread_and_whose(desk: Desk, alice: User, bob: User, ivan: StaffMembership) -> None:
    request = desk.file(alice, "other")
    desk.staff(operations.answer, ivan, request)

    def row(user: User, now: datetime) -> queries.RequestRow:
        (found,) = queries.requests_of(held(user, now), user_id=user.pk, closed=False, now=now).rows
        return found

    last = datetime(2026, 12, 4, 18, 59, tzinfo=UTC)  # a minute to midnight in Almaty
    assert (row(alice, last).late, row(alice, last).unread, row(alice, last).by_you) == (False, True, True)
    assert (row(bob, last).unread, row(bob, last).by_you) == (False, False)
    assert row(alice, last + timedelta(minutes=1)).late
    assert queries.unread_count(held(alice), user_id=alice.pk) == 1
    operations.seen(user=alice, account=held(alice), public_id=request.public_id, now=NOW)
    assert not row(alice, last).unread
    assert queries.unread_count(held(alice), user_id=alice.pk) == 0
    desk.staff(operations.ask, ivan, request)
    assert not row(alice, last + timedelta(days=9)).late


def test_a_customer_reads_neither_notes_nor_names(
    desk: Desk, alice: User, charlie: User, ivan: StaffMembership
) -> None:
    request = desk.file(alice)
    desk.staff(operations.take, ivan, request)
    desk.staff(operations.note, ivan, request, text="Скандалит")
    desk.staff(operations.answer, ivan, request, files=[SentFile("a.jpg", jpeg())])
    page = queries.request_of(held(alice), request.public_id, user_id=alice.pk, now=NOW)
    assert page is not None
    assert [(line.kind, line.by_staff, line.by_name) for line in page.events] == [
        ("filed", False, ""),
        ("taken", True, ""),
        ("message", True, ""),
    ]
    assert "Скандалит" not in repr(page.events)
    assert queries.request_of(held(charlie), request.public_id, user_id=charlie.pk, now=NOW) is None


def test_a_customer_reads_nothing_of_hands(
    desk: Desk, alice: User, ivan: StaffMembership, olga: StaffMembership
) -> None:
    request = desk.file(alice)
    for to in (ivan.user_id, olga.user_id, None, olga.user_id):
        desk.staff(operations.give, ivan, request, to=to)
    desk.staff(operations.move, ivan, request, team="field", reason="Туда")
    page = queries.request_of(held(alice), request.public_id, user_id=alice.pk, now=NOW)
    assert page is not None
    assert [(line.kind, line.details.get("to")) for line in page.events] == [
        ("filed", None),
        ("taken", None),
        ("taken", None),
        ("moved", None),
    ]
    assert page.events[-1].text == "Туда"


def test_a_file_is_handed_to_those_who_see_the_request(
    desk: Desk, alice: User, bob: User, charlie: User
) -> None:
    request, other = desk.file(alice), desk.file(alice)
    (file,) = desk.message(alice, request, files=[SentFile("a.jpg", jpeg())]).files.all()

    def handed(user: User, of: ServiceRequest = request) -> bool:
        kept = queries.file_for_customer(held(user), of.public_id, file.public_id, user_id=user.pk)
        return kept is not None and kept.content == bytes(file.content)

    assert (handed(alice), handed(bob), handed(charlie), handed(alice, other)) == (True, True, False, False)
    AccountLink.objects.update(limited_until=NOW + timedelta(days=1))
    assert (handed(alice), handed(bob)) == (True, False)


def test_a_file_of_a_note_is_the_staffs(desk: Desk, alice: User, ivan: StaffMembership) -> None:
    request = desk.file(alice)
    desk.staff(operations.note, ivan, request, text="x")
    note = request.events.get(kind="note")
    file = RequestFile.objects.create(
        event=note, name="a.jpg", media_type="image/jpeg", size=1, checksum="", content=b"x"
    )
    handed = queries.file_for_customer(held(alice), request.public_id, file.public_id, user_id=alice.pk)
    assert handed is None


def test_queries_do_not_grow(
    desk: Desk, alice: User, account: Account, ivan: StaffMembership, django_assert_num_queries: Any
) -> None:
    request = desk.file(alice)
    for _ in range(3):
        desk.message(alice, request, files=[SentFile("a.jpg", jpeg())])
    many(account, alice, 30)
    seen = held(alice)
    with django_assert_num_queries(2):
        queries.requests_of(seen, user_id=alice.pk, closed=False, now=NOW)
    with django_assert_num_queries(3):
        queries.request_of(seen, request.public_id, user_id=alice.pk, now=NOW)
