"""The error pages: what happened, what to do, and whom to call. No database, no session is needed."""

import logging
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _
from psycopg.errors import IdleInTransactionSessionTimeout, LockNotAvailable, QueryCanceled

log = logging.getLogger(__name__)
CUT = (QueryCanceled, LockNotAvailable, IdleInTransactionSessionTimeout)


def error_page(
    request: HttpRequest | None, status: int, title: str, text: str, action: bool = True
) -> HttpResponse:
    """Draw `ui/error.html`; for any status a view wants to answer with."""
    context = {"status": status, "title": title, "text": text, "action": action}
    response = HttpResponse(get_template("ui/error.html").render(context, request), status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return error_page(
            request,
            413,
            _("Too much was sent at once"),
            _(
                "Nothing of it was taken. Go back and send fewer files, or smaller ones: photos of a lower "
                "quality, only the pages that are needed. All together may have 64 MB."
            ),
        )
    return error_page(
        request,
        400,
        _("The request could not be read"),
        _("Go back, check what you entered and send it again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request, 403, _("This page is not open to you"), _("Perhaps you are signed in under another name.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        404,
        _("Page not found"),
        _("Check the address. If you came by a link from this site, tell the contact centre about it."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.warning("csrf check failed at %s: %s", request.path, reason)
    return error_page(
        request,
        403,
        _("The page was open for too long"),
        _("For your safety the form was not accepted. Go back, reload the page and send it again."),
    )


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 429, _("Too many attempts"), _("Wait a few minutes and try again."))


_LAST_RESORT = (
    "<!doctype html><html lang=ru><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>500</title><h1>Сервис временно недоступен</h1><p>Попробуйте ещё раз через несколько минут."
    "<p lang=kk>Қызмет уақытша қолжетімсіз. Бірнеше минуттан кейін қайталап көріңіз."
    "<p lang=en>The service is unavailable for the moment. Try again in a few minutes."
)


def _was_cut(error: BaseException | None) -> bool:
    """Whether the database ended it: a query or a wait for a lock that took too long (deploy/limits.sql)."""
    return isinstance(error, DatabaseError) and isinstance(error.__cause__, CUT)


def _too_busy() -> HttpResponse:
    answer = error_page(
        None,
        503,
        _("The portal is very busy"),
        _(
            "This page took too long and was stopped. Wait a minute and open it again. If you were sending "
            "something, look first whether it is there already: nothing is kept by halves."
        ),
        action=False,
    )
    answer["Retry-After"] = "60"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request: whatever broke, cookies and sessions included, is not touched again.

    503 where the database cut a query that took too long: that passes, an error of ours does not.
    """
    try:
        if _was_cut(sys.exc_info()[1]):
            return _too_busy()
        return error_page(
            None,
            500,
            _("Something went wrong on our side"),
            _("The error is recorded. Try again in a few minutes; if it repeats, call the contact centre."),
            action=False,
        )
    except Exception:
        log.exception("the error page itself could not be drawn")
        return HttpResponse(_LAST_RESORT, status=500, headers={"Cache-Control": "no-store"})
