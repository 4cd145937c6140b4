"""A member of the staff on a customer's pages: which of them, and what stands above them.

Only pages that show and take nothing: what is not named here does not exist for a look, so a new page stays
closed until somebody thought of it. No PDF, no CSV, no photo, nothing of a person's own (their payments,
requests, subscriptions, sessions). The rules: docs/domain/finding.md.
"""

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.operations.looks import OpenLook, look_at_page
from abonent.accounts.queries import HeldAccount
from abonent.interfaces.ui.frames import Look
from abonent.users.client import address
from abonent.users.permissions import staff_of

#: Names of URLs; a section of the menu has its URL's name.
PAGES_OF_A_LOOK = frozenset(
    {
        "account",
        "services",
        "service_statement",
        "why",
        "payments",
        "consumption",
        "readings",
        "submission",
        "calculator",
        "what_if",
        "receipts",
        "bill",
    }
)


def looked_at_or_404(request: HttpRequest, public_id: str) -> HeldAccount:
    """The account, where the member of the staff has a look at it open; the page is written down.

    Customers ask no query here: their place among the staff came with the session.
    """
    staff = staff_of(request.user)
    page = request.resolver_match.url_name if request.resolver_match else None
    if staff is None or request.method not in ("GET", "HEAD") or page not in PAGES_OF_A_LOOK:
        raise Http404
    look = look_at_page(
        staff=staff, public_id=public_id, page=page, address=address(request), now=timezone.now()
    )
    if look is None:
        raise Http404
    request._look = look  # type: ignore[attr-defined]
    return look.account


def look_banner(request: HttpRequest, account: HeldAccount) -> Look:
    """What stands above a page of a look."""
    look: OpenLook = request._look  # type: ignore[attr-defined]
    return Look(account.number, look.reason, look.expires_at, reverse("office_look_end"))
