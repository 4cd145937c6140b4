"""Filing a request: once, within bounds, with its deadline, files and letter."""

from datetime import date

from abonent.service_requests.models import ServiceRequest
from abonent.users.models import User
from tests.service_requests.conftest import Desk, kinds


def test_a_request_has_a_number_a_deadline_a_history_and_a_letter(desk: Desk, alice: User) -> None:
    request = desk.file(alice)
    assert request.state == "received"
    assert request.due_on == date(2026, 12, 4)
    assert kinds(request) == ["filed"]
