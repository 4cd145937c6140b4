"""Files for billing: readings and payments, what became of them, and a button that writes what is due."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from abonent.exchange.outgoing.asked import ExportsOff, export_soon
from abonent.exchange.queries import exports_anywhere, payment_batches, reading_batches
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import page_asked
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

_PAGE = 20


@require_safe
@staff_may(Right.IMPORTS)
def exports_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Both kinds, newest first."""
    page = page_asked(request)
    asked = {"limit": _PAGE + 1, "offset": (page - 1) * _PAGE}
    readings, payments = reading_batches(**asked), payment_batches(**asked)
    values = {
        "readings": readings[:_PAGE],
        "payments": payments[:_PAGE],
        "page": page,
        "more_pages": max(len(readings), len(payments)) > _PAGE,
        "anywhere": exports_anywhere(),
    }
    return render(request, "office/exports.html", context(staff, "office_exports", **values))


@require_POST
@staff_may(Right.IMPORTS)
def export_now_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Have the worker write what is due, now instead of at the next hour."""
    try:
        export_soon(by=staff.user, address=address(request), now=timezone.now())
        messages.success(request, _("The worker writes what is due; the files appear here in a moment."))
    except ExportsOff:
        messages.error(request, _("No folder is named for files (ABONENT_EXPORT)."))
    return redirect("office_exports")
