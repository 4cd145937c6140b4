"""Who may open the office: people with a place among the staff. Everybody else finds nothing here (404).

The place is read at every request, so a right taken away is gone at once. The second factor and the shorter
session of staff are users.middleware's.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from abonent.interfaces.ui.environment import language, local
from abonent.interfaces.ui.frames import MenuItem, Office
from abonent.portal.current import portal
from abonent.users.models import StaffMembership
from abonent.users.permissions import staff_of

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


def is_administrator(staff: StaffMembership) -> bool:
    """Administrators also switch proofs on again and read the audit trail."""
    return staff.role == "administrator"


def administrators_only(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    @staff_only
    @wraps(view)
    def guarded(
        request: HttpRequest, staff: StaffMembership, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not is_administrator(staff):
            raise Http404
        return view(request, staff, *args, **kwargs)

    return guarded


def portal_staff_only(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For what belongs to no single organisation: registries, reconciliation."""

    @staff_only
    @wraps(view)
    def guarded(
        request: HttpRequest, staff: StaffMembership, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if staff.organisation_id is not None:
            raise Http404
        return view(request, staff, *args, **kwargs)

    return guarded


def _menu(staff: StaffMembership, current: str) -> list[MenuItem]:
    items = [
        ("office_home", _("Find an account"), "search"),
        ("office_payments", _("Online payments"), "wallet"),
        ("office_reconciliation", _("Reconciliation"), "scale"),
        ("office_linking", _("Linking"), "shield-check"),
    ]
    if staff.organisation_id is None:
        items.insert(2, ("office_registries", _("Registries of banks"), "landmark"))
    if is_administrator(staff):
        items.insert(-1, ("office_publish", _("Receipts by mail"), "mail"))
        items.append(("office_audit", _("Audit trail"), "scroll-text"))
    return [MenuItem(reverse(name), label, icon, current=name == current) for name, label, icon in items]


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
    return {"office": office, "administrator": is_administrator(staff), **extra}
