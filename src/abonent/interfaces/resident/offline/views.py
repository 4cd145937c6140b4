"""The service worker, the page for times without network, and the sending of what was kept meanwhile."""

import hashlib
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import engines
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from abonent.interfaces.resident.cabinet import account_or_404, address
from abonent.interfaces.resident.entrance.limited import may_send_photos, too_many
from abonent.interfaces.resident.readings.posted import posted
from abonent.interfaces.ui.assets import asset_url
from abonent.interfaces.ui.brand import logo_url
from abonent.interfaces.ui.environment import language
from abonent.metering.models import Submission
from abonent.metering.operations import NothingTyped, NotTaken, SentMeanwhile, WindowClosed, submit
from abonent.users.client import address as client_address
from abonent.users.permissions import confirmed_email_required

_TEMPLATE = "resident/offline/worker.js"


@lru_cache(maxsize=8)
def _worker(page: str, store: str, files: tuple[str, ...], code: str) -> str:
    """The worker's script. Its version is the hash of all that it keeps: a new release replaces the cache."""
    version = hashlib.sha256(repr((page, store, files, code)).encode()).hexdigest()[:12]
    template = engines["jinja2"].get_template(_TEMPLATE)
    return template.render({"version": version, "page": page, "store": store, "files": list(files)})


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The same for everybody in a language; browsers ask for it anew by themselves."""
    store = static("resident/offline-store.js")
    logo = (logo_url(),) if logo_url() else ()
    files = (asset_url("ui.css"), asset_url("ui.js"), store, static("resident/offline-page.js"), *logo)
    script = _worker(address("offline"), store, files, language())
    return HttpResponse(
        script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@require_safe
def offline_page(request: HttpRequest) -> HttpResponse:
    """Holds nothing of anybody: a worker keeps it."""
    return render(request, "resident/offline/page.html")


@require_safe
def door(request: HttpRequest) -> JsonResponse:
    """Whether there is a network and a person, and the token that a POST needs."""
    return JsonResponse(
        {
            "signed_in": request.user.is_authenticated,
            "token": get_token(request),
            "sign_in": address("account_login"),
            "refused": _("The readings entered without a network cannot be sent: enter them in the form."),
            "words": _(
                "Readings that you entered without a network wait on this device: sign in to send them."
            ),
        }
    )


@require_POST
@confirmed_email_required
def send(request: HttpRequest, public_id: str) -> HttpResponse:
    """A kept form, sent once: the key says which. JSON: `outcome` (`sent`, `attention`, `nothing`), `words`,
    `url`.

    What cannot be taken as it stands is kept for the form of readings, which then shows it.
    """
    account = account_or_404(request, public_id)
    if not may_send_photos(request, str(request.user.pk)):
        return too_many(request)  # it waits on the device for a later hour
    try:
        submission = submit(
            account_id=account.id,
            user=request.user,  # type: ignore[arg-type]
            way=Submission.Way.OFFLINE,
            typed=posted(request.POST, request.FILES).form,
            now=timezone.now(),
            address=client_address(request),
        )
    except (NotTaken, WindowClosed, SentMeanwhile) as error:
        return JsonResponse(
            {"outcome": "attention", "words": _why(error), "url": address("readings_new", account)}
        )
    except NothingTyped:
        return JsonResponse({"outcome": "nothing", "words": _("Nothing had been entered.")})
    words = _("The readings entered without a network have been sent: No. %(number)s.")
    return JsonResponse(
        {
            "outcome": "sent",
            "words": words % {"number": submission.number},
            "url": f"{address('readings', account)}{submission.number}/",
        }
    )


def _why(error: NotTaken | WindowClosed | SentMeanwhile) -> str:
    if isinstance(error, WindowClosed):
        return _(
            "The readings entered without a network came after the period for readings had closed. "
            "They are kept."
        )
    if isinstance(error, SentMeanwhile):
        return _("Another user of this account has sent readings meanwhile. Yours are kept: compare them.")
    return _("The readings entered without a network need another look. They are kept.")
