"""Gateways that tell: the address that `Order.notice_url` gives them."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from abonent.interfaces.api.secure import https_only
from abonent.payments.connections import UnknownMethod
from abonent.payments.gateway import BadNotice, GatewayMisconfigured, GatewayUnavailable
from abonent.payments.operations.notices import TooManyNotices, take_notice
from abonent.users.client import address

LARGEST = 64 * 1024
"""Bytes of a notice: gateways send a few thousand."""


@csrf_exempt
@https_only
@never_cache
@require_POST
def gateway_notice(request: HttpRequest, method: str) -> HttpResponse:
    """200 when the notice is committed, and never before; 400 and not a word for what is not its."""
    if _length(request) > LARGEST:
        return HttpResponse(status=413)
    try:
        take_notice(
            method=method,
            raw=request.body,
            headers={name.lower(): value for name, value in request.headers.items()},
            address=address(request) or "",
            now=timezone.now(),
        )
    except UnknownMethod:
        return HttpResponse(status=404)
    except BadNotice:
        return HttpResponse(status=400)
    except TooManyNotices:
        return HttpResponse(status=429)
    except (GatewayMisconfigured, GatewayUnavailable):
        return HttpResponse(status=503)  # a good gateway tells again
    return HttpResponse(status=200)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() and len(text) < 10 else LARGEST + 1
