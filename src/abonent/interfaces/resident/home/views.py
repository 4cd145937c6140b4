"""The way in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from abonent.interfaces.resident.cabinet import address, current_account
from abonent.users.permissions import staff_of


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The page of the account used last; the office for staff who have none; else the form that adds one."""
    account = current_account(request)
    if account is None and staff_of(request.user) is not None:
        return redirect("office_home")
    return redirect(address("account", account) if account else address("account_add"))
