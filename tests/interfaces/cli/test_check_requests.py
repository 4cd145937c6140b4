"""`abonent check` asks the database what must always hold of requests, and names the rows that break it."""

from abonent.interfaces.cli.check_requests import finding
from abonent.interfaces.cli.finding import FAIL, OK
from abonent.service_requests.invariants import OF_HISTORY
from abonent.service_requests.models import ServiceRequest
from abonent.users.models import User
from tests.service_requests.conftest import Desk, account, alice, desk, now, profile, supplier

__all__ = ["account", "alice", "desk", "now", "profile", "supplier"]


def test_all_holds(desk: Desk, alice: User) -> None:
    desk.file(alice)
    assert (finding().state, finding().text) == (OK, f"all {len(OF_HISTORY)} invariants hold")


def test_rows_that_break_one_are_named(desk: Desk, alice: User) -> None:
    made = [desk.file(alice) for _ in range(7)]
    ServiceRequest.objects.update(reopened=2)
    found = finding()
    assert found.state == FAIL
    assert found.text.startswith("reopened_as_often_as_said: 7 rows: ")
    assert sum(f"{one.pk} 2 0" in found.text for one in made) == 5
    assert "docs/domain/requests.md" in found.remedy
