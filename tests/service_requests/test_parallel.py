"""Many at once: what keys and locks of the database decide, tried with threads of their own connections."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from abonent.base.errors import DomainError
from abonent.notices.models import Letter
from abonent.service_requests import operations
from abonent.service_requests.invariants import broken
from abonent.service_requests.models import RequestDraftFile, RequestFile, ServiceRequest
from abonent.users.models import StaffMembership, User
from tests.service_requests.conftest import NOW, Desk, fresh, jpeg, kinds

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Run the calls in threads that start together; count what each gave (its row) or raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        start.wait()
        try:
            return f"row {getattr(call(), 'pk', None)}"
        except DomainError as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def test_eight_clicks_on_one_form_are_one_request(desk: Desk, alice: User) -> None:
    operations.keep_draft_file(user=alice, form_key="one", name="a.jpg", content=jpeg(), now=NOW)
    outcome = at_once([partial(desk.file, alice, form_key="one")] * 8)
    assert list(outcome.values()) == [8]
    counted = [model.objects.count() for model in (ServiceRequest, Letter, RequestFile, RequestDraftFile)]
    assert counted == [1, 1, 1, 0]
    assert kinds(ServiceRequest.objects.get()) == ["filed"]
    assert broken() == {}


def test_many_forms_at_once_stay_within_the_bounds(
    desk: Desk, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abonent.service_requests.operations.filing.MOST_OPEN", 3)
    outcome = at_once([partial(desk.file, user) for user in (alice, bob) * 4])
    assert outcome["MayNotFile"] == 5
    assert ServiceRequest.objects.count() == 3


def test_eight_clicks_on_one_message_are_one(desk: Desk, alice: User) -> None:
    request = desk.file(alice)
    outcome = at_once([partial(desk.message, alice, request, form_key="m")] * 8)
    assert list(outcome.values()) == [8]
    assert kinds(request) == ["filed", "message"]


def test_of_two_who_take_it_one_has_it(
    desk: Desk, alice: User, ivan: StaffMembership, olga: StaffMembership
) -> None:
    request = desk.file(alice)
    outcome = at_once([partial(desk.staff, operations.take, one, request) for one in (ivan, olga) * 3])
    assert outcome["TakenBy"] == 3
    assert kinds(request) == ["filed", "taken"]


def test_of_a_cancelling_and_a_finishing_one_comes_first(
    desk: Desk, alice: User, ivan: StaffMembership
) -> None:
    request = desk.file(alice)
    ending = [
        partial(desk.customer, operations.cancel, alice, request),
        partial(desk.staff, operations.finish, ivan, request, how="done"),
    ]
    outcome = at_once(ending)
    assert outcome["NotPossible"] == 1
    assert kinds(request) == ["filed", fresh(request).state]
    assert broken() == {}


def test_an_answer_moves_the_deadline_once(desk: Desk, alice: User, bob: User, ivan: StaffMembership) -> None:
    request = desk.file(alice)
    desk.staff(operations.ask, ivan, request)
    later = NOW.replace(day=25)
    at_once([partial(desk.message, user, request, now=later) for user in (alice, bob) * 3])
    assert f"{fresh(request).due_on:%d.%m}" == "09.12"
    assert len(kinds(request)) == 8
    assert broken() == {}


def test_drafts_at_once_stay_within_the_bounds(alice: User, ruled: Callable[..., None]) -> None:
    ruled(most_files=2)
    keep = partial(
        operations.keep_draft_file, user=alice, form_key="one", name="a.jpg", content=jpeg(), now=NOW
    )
    outcome = at_once([keep] * 6)
    assert outcome["BadFile"] == 4
    assert RequestDraftFile.objects.count() == 2
