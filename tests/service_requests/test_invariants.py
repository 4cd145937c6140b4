"""docs/domain/requests.md, «What always holds of requests»: each query finds what breaks it."""

import pytest
from django.db import connection

from abonent.service_requests import operations
from abonent.service_requests.invariants import INVARIANTS, broken
from abonent.service_requests.typed import SentFile
from abonent.users.models import StaffMembership, User
from tests.service_requests.conftest import Desk, jpeg

NO_TRIGGERS = "ALTER TABLE {0} DISABLE TRIGGER USER; "
EVENTS, FILES = "service_requests_requestevent", "service_requests_requestfile"
REQUESTS = "service_requests_servicerequest"
EVENT = (
    f"INSERT INTO {EVENTS} (request_id, at, kind, state, by_staff, text, details)"
    f" SELECT id, now(), {{0}}, {{1}}, false, '', '{{{{}}}}' FROM {REQUESTS} WHERE {{2}}"
)
#: What breaks it, done behind everybody's back: to a done request, and to one in the queue.
PLANTED = {
    "state_is_the_last_events": f"UPDATE {REQUESTS} SET state = 'in_work' WHERE state = 'received'",
    "filed_first_and_once": EVENT.format("'filed'", "state", "true"),
    "states_follow_each_other": EVENT.format("'message'", "'waiting'", "state = 'done'")
    + "; "
    + EVENT.format("'note'", "'done'", "state = 'done'"),
    "in_work_by_somebody": f"UPDATE {REQUESTS} SET assigned_to_id = user_id WHERE state = 'received'",
    "reopened_as_often_as_said": f"UPDATE {REQUESTS} SET reopened = 1",
    "files_are_what_was_sent": NO_TRIGGERS.format(FILES) + f"UPDATE {FILES} SET content = 'other'",
}


@pytest.fixture
def life(desk: Desk, alice: User, ivan: StaffMembership) -> None:
    done = desk.file(alice)
    desk.message(alice, done, files=[SentFile("a.jpg", jpeg())])
    desk.staff(operations.finish, ivan, done, how="done")
    desk.file(alice)


def test_every_invariant_is_tried() -> None:
    assert set(PLANTED) == set(INVARIANTS)


@pytest.mark.parametrize("name", INVARIANTS)
def test_each_finds_what_breaks_it(life: None, name: str) -> None:
    assert broken() == {}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(PLANTED[name])
    assert name in broken()
