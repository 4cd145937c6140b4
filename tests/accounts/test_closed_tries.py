"""Who could not link an account, and what staff do about it (docs/domain/linking.md, «Closed tries»)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts import codes
from abonent.accounts.closed_tries import ClosedTries, closed_tries, waiting_tries
from abonent.accounts.models import Account, HandledTries, LinkAttempt, PrintedCode
from abonent.accounts.operations import DoesNotMatch, link_account, prove_account
from abonent.accounts.operations.closed_tries import (
    Printed,
    Whose,
    mark_handled,
    print_codes,
    read_closed_tries,
)
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("month_and_amount")]

RIGHT = {"last_payment_month": "2026-10", "last_payment_amount": "4321,05"}
WRONG = RIGHT | {"last_payment_amount": "1"}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def clerk(organisation: Organisation, charlie: User) -> StaffMembership:
    return StaffMembership.objects.create(user=charlie, organisation=organisation, role="operator")


@pytest.fixture
def stranger(bob: User) -> StaffMembership:
    other = Organisation.objects.create(code="other", name_ru="Другая")
    return StaffMembership.objects.create(user=bob, organisation=other, role="operator")


@pytest.fixture
def fail(now: datetime, account: Account) -> Callable[..., None]:
    def fail(user: User | None, times: int = 1, *, at: datetime = now, number: str = "000700") -> None:
        for time in range(times):
            with pytest.raises(DoesNotMatch):
                prove_account(number=number, facts=WRONG, user=user, address=None, now=at + time * MINUTE)

    return fail


def waiting(now: datetime, organisation_id: int | None = None) -> list[ClosedTries]:
    found, _ = closed_tries(organisation_id=organisation_id, now=now + DAY, limit=25)
    assert waiting_tries(organisation_id=organisation_id, now=now + DAY) == len(found)
    return found


def test_a_try_of_a_known_number_names_its_account_and_of_an_unknown_one_none(
    fail: Callable[..., None], alice: User, account: Account
) -> None:
    fail(alice)
    fail(alice, number="999")
    assert list(LinkAttempt.objects.order_by("pk").values_list("account", flat=True)) == [account.pk, None]


@pytest.mark.parametrize(
    ("times", "expected"), [(1, None), (2, None), (3, (3, 0, ("mismatch",))), (7, (7, 2, ("person",)))]
)
def test_who_is_refused_or_often_wrong_stands_in_the_queue(
    fail: Callable[..., None], alice: User, now: datetime, times: int, expected: Any
) -> None:
    fail(alice, times)
    found = waiting(now)
    assert [(one.tries, one.refused, one.why) for one in found] == ([expected] if expected else [])


def test_the_row_says_who_masked_and_which_account(
    fail: Callable[..., None], alice: User, account: Account, now: datetime
) -> None:
    fail(alice, 3)
    (one,) = waiting(now)
    assert (one.email, one.account_number, one.payer) == ("a***e@example.kz", "000700", account.payer)
    assert one.last_at == now + 2 * MINUTE


def test_people_stand_apart_and_the_latest_first(
    fail: Callable[..., None], alice: User, bob: User, now: datetime
) -> None:
    fail(alice, 3)
    fail(None, 3, at=now + 10 * MINUTE)
    fail(bob, 3, at=now + 20 * MINUTE)
    assert [one.user_id for one in waiting(now)] == [bob.pk, None, alice.pk]


def test_who_has_linked_since_needs_no_help(
    fail: Callable[..., None], alice: User, account: Account, now: datetime
) -> None:
    fail(alice, 4)
    code = codes.bill_code(account_id=account.pk, owner_version=1, month=codes.months_in_force(now.date())[0])
    link_account(user=alice, number="700", facts={}, code=code, address=None, now=now + DAY / 2)
    assert waiting(now) == []


def test_tries_of_a_month_ago_are_forgotten(fail: Callable[..., None], alice: User, now: datetime) -> None:
    fail(alice, 3)
    assert closed_tries(organisation_id=None, now=now + 31 * DAY, limit=5) == ([], False)


def test_another_organisations_are_not_there(
    fail: Callable[..., None], alice: User, stranger: StaffMembership, account: Account, now: datetime
) -> None:
    fail(alice, 3)
    assert waiting(now, stranger.organisation_id) == []
    whose = Whose(account.pk, alice.pk)
    assert mark_handled(staff=stranger, tries=[whose], address=None, now=now) == 0
    assert print_codes(staff=stranger, tries=[whose], address=None, now=now) == ((), ())
    assert not PrintedCode.objects.exists()
    assert not HandledTries.objects.exists()


def test_what_is_dealt_with_comes_back_with_the_next_try(
    fail: Callable[..., None], alice: User, clerk: StaffMembership, account: Account, now: datetime
) -> None:
    fail(alice, 3)
    whose = Whose(account.pk, alice.pk)
    for _again in range(2):
        assert mark_handled(staff=clerk, tries=[whose, whose], address=None, now=now + 10 * MINUTE) == 1
    assert waiting(now) == []
    assert HandledTries.objects.count() == 1
    fail(alice, 1, at=now + 20 * MINUTE)
    assert len(waiting(now)) == 1
    assert AuditEvent.objects.filter(action="closed_tries_handled").count() == 2


def test_codes_are_printed_once_an_account_and_the_tries_are_dealt_with(
    fail: Callable[..., None],
    alice: User,
    bob: User,
    clerk: StaffMembership,
    new_account: Callable[..., Account],
    account: Account,
    now: datetime,
) -> None:
    other = new_account("800")
    fail(alice, 3)
    fail(bob, 3)
    fail(None, 3, number="800")
    tries = [Whose(account.pk, alice.pk), Whose(account.pk, bob.pk), Whose(other.pk, None)]
    issued = print_codes(staff=clerk, tries=tries, address=None, now=now + DAY / 2).issued
    assert sorted(one.account.number for one in issued) == ["000700", "800"]
    assert waiting(now) == []
    assert AuditEvent.objects.filter(action="staff_printed_code").count() == 2
    code = next(one.code for one in issued if one.account.pk == account.pk)
    later = now + DAY * 3 / 4
    assert link_account(user=alice, number="700", facts={}, code=code, address=None, now=later).pk


def test_what_is_printed_is_told_and_not_printed_again(
    fail: Callable[..., None], alice: User, bob: User, clerk: StaffMembership, account: Account, now: datetime
) -> None:
    """A page loaded anew, a colleague with an old list: nothing is issued; a later try is a new matter."""
    fail(alice, 3)
    tries = [Whose(account.pk, alice.pk), Whose(account.pk, None)]
    colleague = StaffMembership.objects.create(user=bob, organisation=clerk.organisation, role="operator")
    mark_handled(staff=colleague, tries=[tries[1]], address=None, now=now + DAY / 4)
    first = print_codes(staff=clerk, tries=tries, address=None, now=now + DAY / 2)
    assert (len(first.issued), [one.how for one in first.before]) == (1, ["otherwise"])
    mark_handled(staff=colleague, tries=tries[:1], address=None, now=now + DAY * 3 / 4)
    for staff in (clerk, colleague):
        again = print_codes(staff=staff, tries=tries[:1], address=None, now=now + DAY)
        assert again.issued == ()
        told = [(one.account_number, one.how, one.at, one.by_id, one.by_name) for one in again.before]
        assert told == [("000700", "code", now + DAY / 2, clerk.user_id, "charlie")]
    assert PrintedCode.objects.count() == 1
    assert AuditEvent.objects.filter(action="staff_printed_code").count() == 1
    fail(alice, 1, at=now + DAY * 2)
    later = print_codes(staff=colleague, tries=tries[:1], address=None, now=now + DAY * 2 + MINUTE)
    assert (len(later.issued), later.before) == (1, ())


def test_two_who_print_at_once_get_one_code(
    fail: Callable[..., None], alice: User, bob: User, clerk: StaffMembership, account: Account, now: datetime
) -> None:
    fail(alice, 3)
    fail(None, 3)
    colleague = StaffMembership.objects.create(user=bob, organisation=clerk.organisation, role="operator")
    tries = [Whose(account.pk, alice.pk), Whose(account.pk, None)]
    start = Barrier(6)

    def ask(number: int) -> Printed:
        start.wait()
        try:
            given = tries if number % 3 else tries[::-1]
            staff = (clerk, colleague)[number % 2]
            return print_codes(staff=staff, tries=given, address=None, now=now + DAY / 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))
    assert sorted((len(one.issued), len(one.before)) for one in answers) == [(0, 2)] * 5 + [(1, 0)]
    assert PrintedCode.objects.count() == 1
    assert AuditEvent.objects.filter(action="staff_printed_code").count() == 1
    who = next(one for one in answers if one.issued)
    assert who.issued[0].account.pk == account.pk
    printed_by = {told.by_id for one in answers for told in one.before}
    assert printed_by == {PrintedCode.objects.get().issued_by_id}


def test_nobody_is_made_up(clerk: StaffMembership, account: Account, now: datetime) -> None:
    assert mark_handled(staff=clerk, tries=[Whose(account.pk, 10**9)], address=None, now=now) == 1
    assert not HandledTries.objects.exists()


def test_reading_takes_the_same_queries_however_many_wait_and_is_written_down(
    fail: Callable[..., None],
    alice: User,
    bob: User,
    clerk: StaffMembership,
    account: Account,
    now: datetime,
) -> None:
    def read() -> int:
        with CaptureQueriesContext(connection) as asked:
            read_closed_tries(staff=clerk, limit=25, offset=0, address=None, now=now + DAY)
        return len(asked)

    fail(alice, 3)
    one = read()
    fail(bob, 3)
    fail(None, 3)
    assert read() == one
    details = AuditEvent.objects.filter(action="staff_read_closed_tries").values_list("details", flat=True)
    assert list(details) == [{"accounts": [account.pk]}] * 2
