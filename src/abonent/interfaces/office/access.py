"""Who may open the office: people with a place among the staff. Everybody else finds nothing here (404).

The place is read at every request, so a right taken away is gone at once. The second factor and the shorter
session of staff are users.middleware's.
"""

import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from abonent.interfaces.ui.environment import language, local
from abonent.interfaces.ui.frames import MenuGroup, MenuItem, Office
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.users.audit import record
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.permissions import staff_of
from abonent.users.rights import Right, may

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, StaffMembership, P], HttpResponse]


def staff_only(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the person's place as its second argument; 404 for everybody else, signed in or not."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        staff = staff_of(request.user)
        if staff is None:
            raise Http404
        return view(request, staff, *args, **kwargs)

    return guarded


def staff_may(
    right: Right, *, reads: str = ""
) -> Callable[[StaffView[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """As `staff_only`, for those whose role and place give them `right` (users.rights).

    `reads` names a list of customers' data (`payments`): that a page of it was read is written into the audit
    trail. What is read of one customer, the operation behind the page writes down itself; a page that names
    customers only now and then calls `note_list` when it does.
    """

    def lock(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @staff_only
        @wraps(view)
        def guarded(
            request: HttpRequest, staff: StaffMembership, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not may(staff, right):
                raise Http404
            answer = view(request, staff, *args, **kwargs)
            if reads and request.method != "HEAD" and answer.status_code == 200:
                note_list(request, staff, reads)
            return answer

        guarded.office_right = right  # type: ignore[attr-defined]  # what the matrix of the tests reads
        return guarded

    return lock


_TOLD = ("page", "state", "kind", "month")
"""What of a list's address is kept beside the fact that it was read: codes and numbers, never words."""
_CODE = re.compile(r"[\w-]{1,40}", re.ASCII)


def note_list(request: HttpRequest, staff: StaffMembership, what: str) -> None:
    """That a list of customers' data was read. After the page is drawn: one that failed was not read."""
    organisation = Organisation(pk=staff.organisation_id) if staff.organisation_id else None
    asked = {name: request.GET[name] for name in _TOLD if _CODE.fullmatch(request.GET.get(name, ""))}
    match = request.resolver_match
    record(
        action="staff_read_list",
        actor=staff.user,
        subject=f"list:{what}",
        organisation=organisation,
        address=address(request),
        now=timezone.now(),
        **(match.kwargs if match else {}),
        **asked,
    )


#: The menu, in its groups: (URL name, label, icon, the right that shows it).
MENU: tuple[tuple[str, tuple[tuple[str, str, str, Right], ...]], ...] = (
    (gettext_noop("Office"), (("office_home", gettext_noop("Today"), "sun", Right.FIND),)),
    (
        gettext_noop("Customers"),
        (
            ("office_find", gettext_noop("Find a customer"), "search", Right.FIND),
            ("office_linking", gettext_noop("Linking"), "shield-check", Right.LINKS),
        ),
    ),
    (
        gettext_noop("Work"),
        (
            ("office_requests", gettext_noop("Requests"), "clipboard-list", Right.REQUESTS),
            ("office_readings", gettext_noop("Readings that need eyes"), "eye", Right.READINGS),
            ("office_unmatched", gettext_noop("Unmatched payments"), "circle-question-mark", Right.UNMATCHED),
            ("office_closed_tries", gettext_noop("Could not link"), "user-lock", Right.LINKS),
        ),
    ),
    (
        gettext_noop("Money"),
        (
            ("office_payments", gettext_noop("Online payments"), "wallet", Right.PAYMENTS),
            ("office_registries", gettext_noop("Registries of banks"), "landmark", Right.UNMATCHED),
            ("office_reconciliation", gettext_noop("Reconciliation"), "scale", Right.PAYMENTS),
        ),
    ),
    (
        gettext_noop("Texts"),
        (
            ("office_announcements", gettext_noop("Notices and outages"), "megaphone", Right.OUTAGES),
            ("office_publish", gettext_noop("Receipts by mail"), "mail", Right.TEXTS),
        ),
    ),
    (
        gettext_noop("The portal"),
        (
            ("office_figures", gettext_noop("Figures"), "chart-column", Right.FIGURES),
            ("office_settings", gettext_noop("Settings"), "settings", Right.SETTINGS),
            ("office_windows", gettext_noop("Windows of readings"), "gauge", Right.WINDOWS),
            ("office_tariffs", gettext_noop("Tariffs"), "scroll", Right.SETTINGS),
            ("office_staff", gettext_noop("Members of staff"), "users", Right.STAFF),
            ("office_imports", gettext_noop("Imports"), "upload", Right.IMPORTS),
            ("office_exports", gettext_noop("Exports"), "file-output", Right.IMPORTS),
            ("office_tasks", gettext_noop("Failed tasks"), "circle-alert", Right.IMPORTS),
            ("office_retention", gettext_noop("What is kept how long"), "calendar-x", Right.PERSONAL_DATA),
            ("office_audit", gettext_noop("Audit trail"), "scroll-text", Right.AUDIT),
        ),
    ),
)


def _menu(staff: StaffMembership, current: str) -> list[MenuGroup]:
    groups = [
        MenuGroup(
            _(heading),
            [
                MenuItem(reverse(name), _(label), icon, current=name == current)
                for name, label, icon, right in entries
                if may(staff, right)
            ],
        )
        for heading, entries in MENU
    ]
    return [group for group in groups if group.items]


def context(staff: StaffMembership, current: str, **extra: Any) -> dict[str, Any]:
    """What a staff page's template needs: the frame, and whatever else is given."""
    organisation = staff.organisation.name(language()) if staff.organisation else local(portal().brand.name)
    office = Office(
        full_name=staff.user.full_name or staff.user.login,
        organisation=organisation,
        menu=_menu(staff, current),
        sign_out_url=reverse("account_logout"),
        home_url=reverse("office_home"),
    )
    return {"office": office, "may": partial(_may, staff), **extra}


def _may(staff: StaffMembership, right: str) -> bool:
    """For templates: `may("links")`."""
    return may(staff, Right(right))
