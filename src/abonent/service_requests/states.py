"""What may be done with a request in which state. The database holds the same (migration 0003)."""

from datetime import date, timedelta

from abonent.portal.current import portal
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.organisation_days import zone_of

State = ServiceRequest.State
STAFF = {
    "take": (State.RECEIVED, State.IN_WORK, State.WAITING),
    "give": ServiceRequest.OPEN,
    "answer": ServiceRequest.OPEN,
    "ask": (State.RECEIVED, State.IN_WORK),
    "finish": ServiceRequest.OPEN,
    "move": ServiceRequest.OPEN,
    "note": tuple(State),
}
"""Action of the staff -> the states in which it is possible."""


def may_of_customer(request: ServiceRequest) -> frozenset[str]:
    """`message` and `cancel` while it is open; `rate` once it is done or refused. `reopen` knows days."""
    if request.is_open:
        return frozenset({"message", "cancel"})
    rated = request.rating is not None or request.state == State.CANCELLED
    return frozenset() if rated else frozenset({"rate"})


def reopened_until(request: ServiceRequest) -> date | None:
    """The last day on which the customer may reopen it; None when it is open or was cancelled."""
    if request.closed_at is None or request.state == State.CANCELLED:
        return None
    closed_on = request.closed_at.astimezone(zone_of(request.organisation)).date()
    return closed_on + timedelta(days=portal().requests.reopened_within_days)


def may_be_reopened(request: ServiceRequest, today: date) -> bool:
    until = reopened_until(request)
    return until is not None and today <= until


def may_of_staff(request: ServiceRequest) -> frozenset[str]:
    found = {action for action, states in STAFF.items() if request.state in states}
    return frozenset(found - ({"take"} if request.assigned_to_id else set()))
