"""«Получать уведомления компании»: changed in the settings, or by the link of a notice's letter."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from abonent.announcements.operations import want_notices, want_notices_by_letter
from abonent.announcements.queries import wants_notices
from abonent.announcements.wish_links import NoSuchWishLink, find
from abonent.interfaces.resident.cabinet import context
from abonent.interfaces.resident.receipts.subscription import HEADERS
from abonent.users.client import address
from abonent.users.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def wish_page(request: HttpRequest) -> HttpResponse:
    """Whether notices come by e-mail, and the button that changes it."""
    person = cast(User, request.user)
    if request.method == "POST":
        wanted = request.POST.get("wanted") != "no"
        want_notices(user=person, wanted=wanted, address=address(request), now=timezone.now())
        messages.success(request, _("The settings have been saved"))
        return redirect("notice_wish")
    values = context(request, section="settings", wanted=wants_notices(person.pk), email=person.email)
    return render(request, "resident/notices/wish.html", values)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every notice's letter. A mail program posts without asking (RFC 8058); a person sees a
    button. The signed token is what makes it nobody else's; nothing of the person is shown."""
    status, done, known = 200, request.method == "POST", True
    try:
        if request.method == "POST":
            want_notices_by_letter(token=token, wanted=False, now=timezone.now())
        else:
            done = not wants_notices(find(token).pk)
    except NoSuchWishLink:
        status, known = 404, False
    response = render(
        request, "resident/notices/by_letter.html", {"done": done, "known": known}, status=status
    )
    for header, value in HEADERS.items():
        response[header] = value
    return response
