"""The queue, its counts and one request, as the office reads them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from abonent.accounts.models import Account
from abonent.service_requests import operations
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.office_queries import PAGE, Counts, Filters, counts, queue
from abonent.service_requests.reach import MayNot
from abonent.service_requests.typed import SentFile
from abonent.users.models import StaffMembership, User
from tests.service_requests.conftest import NOW, Desk, jpeg, link, new_account, person, staff


def numbers(member: StaffMembership, now: datetime = NOW, **filters: Any) -> list[str]:
    return [row.number for row in queue(member, Filters(**filters), now=now).rows]


@pytest.fixture
def day(desk: Desk, alice: User, ivan: StaffMembership) -> dict[str, ServiceRequest]:
    """A late one, one due today, a new one, one that waits, one in ivan's hands, a done one; seen later."""
    long_ago = datetime(2026, 11, 9, 6, 0, tzinfo=UTC)
    made = {
        "late": desk.file(alice, now=long_ago),
        "today": desk.file(alice, now=long_ago + timedelta(days=2)),
        "new": desk.file(alice, "no_files"),
        "waits": desk.file(alice),
        "mine": desk.file(alice, "no_files"),
        "done": desk.file(alice),
    }
    desk.staff(operations.answer, ivan, made["late"])
    desk.staff(operations.ask, ivan, made["waits"])
    desk.staff(operations.take, ivan, made["mine"])
    desk.staff(operations.finish, ivan, made["done"], how="done")
    return made


LATER = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["late", "today", "new", "mine"]),
        ({"state": "open"}, ["late", "today", "new", "waits", "mine"]),
        ({"state": "waiting"}, ["waits"]),
        ({"state": "closed"}, ["done"]),
        ({"state": "nonsense"}, ["late", "today", "new", "mine"]),
        ({"overdue": True}, ["late"]),
        ({"mine": True}, ["mine"]),
        ({"mine": True, "state": "closed"}, ["done"]),
        ({"unanswered": True}, ["today", "new", "mine"]),
        ({"kind": "no_files"}, ["new", "mine"]),
        ({"team": "field"}, []),
        ({"page": 2}, []),
        ({"find": " 000700 "}, ["late", "today", "new", "waits", "mine", "done"]),
        ({"find": "700", "state": "closed"}, ["late", "today", "new", "waits", "mine", "done"]),
        ({"find": "12345"}, []),
    ],
)
def test_the_queue(
    day: dict[str, ServiceRequest], ivan: StaffMembership, filters: dict[str, Any], names: list[str]
) -> None:
    by_number = {request.number: name for name, request in day.items()}
    assert [by_number[number] for number in numbers(ivan, LATER, **filters)] == names


def test_a_number_finds_one(day: dict[str, ServiceRequest], ivan: StaffMembership) -> None:
    assert numbers(ivan, find=day["done"].number) == [day["done"].number]


def test_a_row(day: dict[str, ServiceRequest], ivan: StaffMembership, desk: Desk, alice: User) -> None:
    desk.message(alice, day["mine"], files=[SentFile("a.jpg", jpeg()), SentFile("b.jpg", jpeg())])
    late, today, new, mine = queue(ivan, Filters(), now=LATER).rows
    assert [(row.late, row.working_days_left, row.unanswered) for row in (late, today, new, mine)] == [
        (True, -2, False),
        (False, 0, True),
        (False, 7, True),
        (False, 7, True),
    ]
    assert (mine.mine, mine.assigned_to, mine.files, mine.account_number) == (True, "Ivan", 2, "000700")
    assert mine.address == "Алматы, Абая, 1, 00"
    (waits,) = queue(ivan, Filters(state="waiting"), now=LATER + timedelta(days=60)).rows
    assert (waits.late, waits.working_days_left) == (False, None)


def test_counts(
    day: dict[str, ServiceRequest], ivan: StaffMembership, root: StaffMembership, anna: StaffMembership
) -> None:
    assert counts(ivan, now=LATER) == Counts(5, 4, 1, 1, 1, 3, 1)
    assert counts(root, now=LATER) == Counts(5, 4, 1, 1, 1, 3, 0)
    assert counts(anna, now=LATER) == Counts(0, 0, 0, 0, 0, 0, 0)


def test_another_organisations_requests_do_not_exist(
    day: dict[str, ServiceRequest], anna: StaffMembership, root: StaffMembership
) -> None:
    chosen: list[dict[str, Any]] = [{"state": "open"}, {"state": "closed"}, {"find": "700"}]
    for filters in [*chosen, {"find": day["new"].number}]:
        assert numbers(anna, **filters) == []
    assert len(numbers(root, state="open")) == 5


def test_without_the_right_there_is_no_queue(ivan: StaffMembership) -> None:
    accountant = staff("vera", ivan.organisation, "accountant")
    with pytest.raises(MayNot):
        queue(accountant, Filters(), now=NOW)
    with pytest.raises(MayNot):
        counts(accountant, now=NOW)


def many(account: Account, count: int) -> None:
    ServiceRequest.objects.bulk_create(
        ServiceRequest(
            account=account,
            organisation=account.organisation,
            form_key=f"many {place}",
            kind="other",
            kind_label={"ru": "Иное"},
            language="ru",
            created_at=NOW,
            due_on=date(2026, 12, 1) + timedelta(place % 9),
            last_customer_event_at=NOW,
        )
        for place in range(count)
    )


def test_pages_hold_everything_once(alice: User, account: Account, ivan: StaffMembership) -> None:
    many(account, PAGE * 2 + 1)
    pages = [queue(ivan, Filters(page=page), now=NOW) for page in (1, 2, 3)]
    assert [(len(page.rows), page.more) for page in pages] == [(PAGE, True), (PAGE, True), (1, False)]
    assert len({row.number for page in pages for row in page.rows}) == PAGE * 2 + 1
    assert queue(ivan, Filters(page=-5), now=NOW) == pages[0]


def test_queries_do_not_grow(
    desk: Desk,
    alice: User,
    account: Account,
    ivan: StaffMembership,
    olga: StaffMembership,
    django_assert_num_queries: Any,
) -> None:
    request = desk.file(alice)
    desk.staff(operations.take, ivan, request)
    for _ in range(3):
        desk.message(alice, request, files=[SentFile("a.jpg", jpeg())])
    many(account, PAGE + 5)
    with django_assert_num_queries(2):
        queue(ivan, Filters(), now=NOW)
    with django_assert_num_queries(3):
        queue(ivan, Filters(find="700"), now=NOW)
    with django_assert_num_queries(1):
        counts(ivan, now=NOW)
    with django_assert_num_queries(9):  # six, the trail, and the transaction's two
        desk.staff(operations.read_request, ivan, request)


@pytest.mark.parametrize("portal_wide", [False, True])
@pytest.mark.parametrize(
    ("filters", "index"),
    [({}, "requests_open"), ({"state": "closed"}, "requests_closed"), ({"overdue": True}, "requests_open")],
)
def test_an_index_leads_to_the_page(
    account: Account,
    ivan: StaffMembership,
    root: StaffMembership,
    django_assert_num_queries: Any,
    filters: dict[str, Any],
    index: str,
    portal_wide: bool,
) -> None:
    """Even where the planner would rather read a small table whole."""
    member = root if portal_wide else ivan
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        with django_assert_num_queries(1) as captured:
            queue(member, Filters(**filters), now=NOW)
        cursor.execute("EXPLAIN " + captured.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan
    assert not re.search(r"(?<!Incremental )Sort  \(", plan)


def test_a_request_with_its_people(
    desk: Desk,
    alice: User,
    ivan: StaffMembership,
    olga: StaffMembership,
    root: StaffMembership,
) -> None:
    staff("anna", None, "accountant")
    request = desk.file(alice)
    desk.file(alice)
    desk.staff(operations.take, ivan, request)
    found = desk.staff(operations.read_request, ivan, request)
    assert [one.name for one in found.colleagues] == ["Olga", "Root"]
    assert (found.others, found.late, found.working_days_left) == (1, False, 10)
    assert found.request.user == alice


def test_each_account_has_its_own(desk: Desk, ivan: StaffMembership) -> None:
    assert ivan.organisation is not None
    for place in range(2):
        user = person(f"person{place}")
        link(user, new_account(f"00100{place}", ivan.organisation))
        desk.file(user)
    assert len(numbers(ivan)) == 2
    assert len(numbers(ivan, find="001001")) == 1
