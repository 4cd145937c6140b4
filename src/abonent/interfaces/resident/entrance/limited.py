"""allauth's limits (settings.ACCOUNT_RATE_LIMITS) at our own forms, and the honest page for them."""

from allauth.core import ratelimit
from allauth.core.internal import ratelimit as internal_ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def allowed(request: HttpRequest, action: str, *, key: str | None = None) -> bool:
    """Count one use of `action`; False when there were too many."""
    return bool(ratelimit.consume(request, action=action, key=key))


def may_draw(request: HttpRequest) -> bool:
    """Count one PDF of this person: 30 a minute (drawing one costs as much as a dozen pages)."""
    count = internal_ratelimit.consume  # the public one lets every GET pass
    return bool(count(request, app="allauth.account", action="pdf", key=str(request.user.pk), limit_get=True))


def may_send_photos(request: HttpRequest, sender: str) -> bool:
    """Count one form with photos: 60 an hour of one sender (opening one costs as much as a hundred pages). A
    form without is not counted."""
    return not request.FILES or allowed(request, "photos", key=sender)


def may_open_a_file(request: HttpRequest) -> bool:
    """Count one file that this person attached to a request, taken or not: 60 an hour (a bad PDF may keep a
    processor busy for 20 seconds)."""
    return allowed(request, "request_files", key=str(request.user.pk))


def too_many(request: HttpRequest) -> HttpResponse:
    """What allauth's own views show as well."""
    return render(request, "429.html", status=429)
