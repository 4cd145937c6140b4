"""A bank's call. GET, as the protocols have it; never by HEAD or from a cache."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from abonent.interfaces.api.secure import https_only
from abonent.payments.operations.bank_access import calling_bank
from abonent.payments.operations.bank_calls import answer_call
from abonent.users.client import address


@https_only
@never_cache
@require_GET
def bank_call(request: HttpRequest, code: str) -> HttpResponse:
    """What the protocol says, always with status 200; 403 and not a word for whoever is not the bank."""
    now = timezone.now()
    certificate = request.headers.get("X-Client-Certificate-Subject", "") if settings.TRUSTED_PROXIES else ""
    bank = calling_bank(
        code,
        address=address(request),
        authorization=request.headers.get("Authorization", ""),
        certificate=certificate,
        now=now,
    )
    if bank is None:
        return HttpResponse(status=403)
    answer = answer_call(bank=bank, query=dict(request.GET.lists()), now=now)
    return HttpResponse(answer.body, content_type=answer.media_type)
