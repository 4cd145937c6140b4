"""The wish to be reminded of the window, and the windows as a calendar file."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from abonent.interfaces.resident.cabinet import account_or_404
from abonent.interfaces.ui.environment import language
from abonent.metering.operations.reminders import EmailNotConfirmed, wish_reminders
from abonent.metering.window_calendar import window_calendar
from abonent.users.models import User


@require_POST
@login_required
def reminders_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """`wanted=yes` or `no`: letters when the window opens and the day before it closes; 404 for strangers."""
    account = account_or_404(request, public_id)
    wanted = request.POST.get("wanted") != "no"
    try:
        wish_reminders(
            account_id=account.id, user=cast(User, request.user), wanted=wanted, now=timezone.now()
        )
    except EmailNotConfirmed:
        messages.warning(request, _("Your e-mail address is not confirmed! Confirm it to do this."))
        return redirect("settings")
    if wanted:
        text = _("You will get a letter when readings are taken, and one the day before the last day.")
    else:
        text = _("Letters about readings of this account will not be sent any more.")
    messages.success(request, text)
    return redirect("readings", public_id=public_id)


@require_safe
@login_required
def readings_ics(request: HttpRequest, public_id: str) -> HttpResponse:
    """The next twelve windows for a calendar; 404 for whoever is not linked to the account."""
    account = account_or_404(request, public_id)
    file = window_calendar(account, language=language(), now=timezone.now())
    shown = {"Content-Disposition": 'attachment; filename="readings.ics"'}
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=shown)
