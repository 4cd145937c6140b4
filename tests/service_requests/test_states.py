"""Every action in every state, as docs/domain/requests.md says; and the same by the database alone."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from abonent.service_requests import operations
from abonent.service_requests.invariants import broken
from abonent.service_requests.models import RequestEvent, ServiceRequest
from abonent.service_requests.operations import NotPossible
from abonent.service_requests.queries import request_of
from abonent.service_requests.states import may_of_staff
from abonent.users.models import StaffMembership, User
from tests.service_requests.conftest import NOW, Desk, fresh, held
from tests.service_requests.tables import table

STATES = ("received", "in_work", "waiting", "done", "refused", "cancelled")
MATRIX = [(row[0], state, row[1 + place]) for row in table("action") for place, state in enumerate(STATES)]
Act = Callable[[ServiceRequest], Any]


@pytest.fixture
def made(desk: Desk, alice: User, ivan: StaffMembership) -> Callable[[str], ServiceRequest]:
    """A request in a state, brought there as people bring it; ivan has taken it once it is in work."""

    def make(state: str) -> ServiceRequest:
        request = desk.file(alice)
        if state in ("in_work", "waiting"):
            desk.staff(operations.take, ivan, request)
        if state == "waiting":
            desk.staff(operations.ask, ivan, request)
        if state in ("done", "refused"):
            desk.staff(operations.finish, ivan, request, how=state)
        if state == "cancelled":
            desk.customer(operations.cancel, alice, request)
        return request

    return make


@pytest.fixture
def acts(desk: Desk, alice: User, ivan: StaffMembership, olga: StaffMembership) -> dict[str, Act]:
    staff, customer = desk.staff, desk.customer
    return {
        "take": lambda one: staff(operations.take, ivan, one),
        "give": lambda one: staff(operations.give, ivan, one, to=olga.user_id),
        "back": lambda one: staff(operations.give, ivan, one, to=None),
        "answer": lambda one: staff(operations.answer, ivan, one),
        "ask": lambda one: staff(operations.ask, ivan, one),
        "done": lambda one: staff(operations.finish, ivan, one, how="done"),
        "refuse": lambda one: staff(operations.finish, ivan, one, how="refused"),
        "move": lambda one: staff(operations.move, ivan, one, team="field", reason="Туда"),
        "note": lambda one: staff(operations.note, ivan, one, text="Злой"),
        "message": lambda one: desk.message(alice, one),
        "cancel": lambda one: customer(operations.cancel, alice, one),
        "reopen": lambda one: customer(operations.reopen, alice, one, text="Не сделано"),
        "rate": lambda one: customer(operations.rate, alice, one, rating=5),
    }


@pytest.mark.parametrize(("action", "state", "then"), MATRIX)
def test_every_action_in_every_state(
    made: Callable[[str], ServiceRequest], acts: dict[str, Act], action: str, state: str, then: str
) -> None:
    request = made(state)
    told = request.events.count()
    if then == "—":
        with pytest.raises(NotPossible):
            acts[action](request)
        assert (fresh(request).state, request.events.count()) == (state, told)
    else:
        acts[action](request)
        assert fresh(request).state == then
    assert broken() == {}


@pytest.mark.parametrize("state", STATES)
def test_what_a_page_offers_is_what_may_be_done(
    made: Callable[[str], ServiceRequest], alice: User, state: str
) -> None:
    request = fresh(made(state))
    page = request_of(held(alice), request.public_id, user_id=alice.pk, now=NOW)
    assert page is not None
    possible = {action for action, of, then in MATRIX if of == state and then != "—"}
    assert page.may == {"message", "cancel", "reopen", "rate"} & possible - (
        {"cancel"} if state == "cancelled" else set()
    )
    staff = {"done": "finish"}
    told = {staff.get(one, one) for one in possible} & {"give", "answer", "ask", "finish", "move", "note"}
    assert may_of_staff(request) == told | ({"take"} if state == "received" else set())


def test_no_action_of_the_table_is_left_out(acts: dict[str, Act]) -> None:
    assert [row[0] for row in table("action")] == list(acts)


ORDER = {
    "received": {"in_work", "waiting", "done", "refused", "cancelled"},
    "in_work": {"received", "waiting", "done", "refused", "cancelled"},
    "waiting": {"received", "in_work", "done", "refused", "cancelled"},
    "done": {"received"},
    "refused": {"received"},
    "cancelled": set(),
}


@pytest.mark.parametrize(("before", "after"), list(permutations(STATES, 2)))
def test_the_database_knows_the_order_by_itself(
    made: Callable[[str], ServiceRequest], before: str, after: str
) -> None:
    request = made(before)
    change = ServiceRequest.objects.filter(pk=request.pk)
    facts = {
        "state": after,
        "closed_at": NOW if after in ("done", "refused", "cancelled") else None,
        "waiting_since": NOW.date() if after == "waiting" else None,
    }
    if after in ORDER[before]:
        assert change.update(**facts) == 1
        return
    with pytest.raises(DatabaseError, match="does not follow"), transaction.atomic():
        change.update(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"text": "other"},
        {"answers": [1]},
        {"form_key": "x"},
        {"public_id": "x"},
        {"created_at": NOW.replace(hour=1)},
    ],
)
def test_what_was_filed_does_not_change(made: Callable[[str], ServiceRequest], facts: dict[str, Any]) -> None:
    request = made("received")
    with pytest.raises(DatabaseError, match="was filed does not change"), transaction.atomic():
        ServiceRequest.objects.filter(pk=request.pk).update(**facts)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE service_requests_requestevent SET text = 'x'",
        "DELETE FROM service_requests_requestevent",
        "TRUNCATE service_requests_requestevent CASCADE",
    ],
)
def test_what_happened_is_only_added_to(made: Callable[[str], ServiceRequest], statement: str) -> None:
    made("done")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement)
    assert RequestEvent.objects.count() == 2
