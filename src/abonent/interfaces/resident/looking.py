"""A member of the staff on a customer's pages: which of them, and what stands above them.

Only pages that show and take nothing: what is not named here does not exist for a look, so a new page stays
closed until somebody thought of it. No PDF, no CSV, no photo, nothing of a person's own (their settings,
subscriptions, sessions). Every page of the cabinet, and why it is open or closed: docs/domain/office.md.
"""

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.operations.looks import OpenLook, look_at_page
from abonent.accounts.queries import HeldAccount
from abonent.interfaces.ui.frames import Look
from abonent.users.client import address
from abonent.users.permissions import staff_of
from abonent.users.rights import Right, may

#: Names of URLs, and the right that opens each; a section of the menu has its URL's name.
PAGES_OF_A_LOOK = {
    "account": Right.FIND,
    "services": Right.FIND,
    "service_statement": Right.FIND,
    "why": Right.FIND,
    "payments": Right.FIND,
    "consumption": Right.FIND,
    "readings": Right.FIND,
    "submission": Right.FIND,
    "calculator": Right.FIND,
    "what_if": Right.FIND,
    "receipts": Right.FIND,
    "bill": Right.FIND,
    "requests": Right.REQUESTS,
    "service_request": Right.REQUESTS,
}


def in_every_look(name: str) -> bool:
    """For what is drawn once for all who look: whether whoever may look may open the page."""
    return PAGES_OF_A_LOOK.get(name) is Right.FIND


def pages_of_a_look(request: HttpRequest) -> frozenset[str]:
    """Those that this member of the staff may open."""
    staff = staff_of(request.user)
    return frozenset(name for name, right in PAGES_OF_A_LOOK.items() if staff and may(staff, right))


def looked_at_or_404(request: HttpRequest, public_id: str) -> HeldAccount:
    """The account, where the member of the staff has a look at it open; the page is written down.

    Customers ask no query here: their place among the staff came with the session.
    """
    staff = staff_of(request.user)
    match = request.resolver_match
    page = (match.url_name if match else None) or ""
    if staff is None or request.method not in ("GET", "HEAD") or page not in pages_of_a_look(request):
        raise Http404
    look = look_at_page(
        staff=staff,
        public_id=public_id,
        page=page,
        which=match.kwargs.get("request_id", "") if match else "",
        address=address(request),
        now=timezone.now(),
    )
    if look is None:
        raise Http404
    request._look = look  # type: ignore[attr-defined]
    return look.account


def look_banner(request: HttpRequest, account: HeldAccount) -> Look:
    """What stands above a page of a look."""
    look: OpenLook = request._look  # type: ignore[attr-defined]
    return Look(account.number, look.reason, look.expires_at, reverse("office_look_end"))
