"""The way in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from abonent.interfaces.resident.cabinet import address, current_account


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The page of the account used last, or the form that adds the first one."""
    account = current_account(request)
    return redirect(address("account", account) if account else address("account_add"))
