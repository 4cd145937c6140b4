"""The page of a reminder's signed link: that account's meters, nothing of the person, no signing in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from abonent.interfaces.resident.entrance.limited import may_send_photos, too_many
from abonent.interfaces.resident.labels import label
from abonent.interfaces.resident.readings.drawing import draw
from abonent.interfaces.resident.readings.posted import Posted, posted, posted_initial
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.language import typed_initial
from abonent.metering.operations.link_submissions import submit_by_link
from abonent.metering.operations.submissions import NothingTyped, NotTaken, SentMeanwhile, WindowClosed
from abonent.metering.reading_links import LinkedMeters, NoSuchReadingLink, ReadingLinkOver, linked_meters
from abonent.users.client import address

#: A letter's link is a secret of its reader: no cache keeps the page, no search engine lists it, and no
#: address, ours included, is told whence its visitor came. Not `no-referrer`: with it browsers send a form
#: with the origin `null`, which the protection against forged requests refuses.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


@require_http_methods(["GET", "HEAD", "POST"])
def link_page(request: HttpRequest, token: str) -> HttpResponse:
    """The form of the account's meters. Looking at it uses nothing up; one submission does.

    404 for what is no link of ours, 410 for one that was; the same words for both, and for every reason.
    """
    try:
        if request.method == "POST" and not may_send_photos(request, token):
            response = too_many(request)
        elif request.method == "POST":
            response = _send(request, token, posted(request.POST, request.FILES))
        else:
            response = _show(request, token)
    except NoSuchReadingLink:
        response = _page(request, "over", status=404)
    except ReadingLinkOver:
        response = _page(request, "over", status=410)
    for name, value in HEADERS.items():
        response[name] = value
    return response


def _page(request: HttpRequest, name: str, *, status: int = 200, **values: Any) -> HttpResponse:
    return render(request, f"resident/reading_link/{name}.html", values, status=status)


def _meters(token: str) -> LinkedMeters:
    return linked_meters(token, language=language(), now=timezone.now())


def _show(request: HttpRequest, token: str) -> HttpResponse:
    linked, typed = _meters(token), typed_initial(request)
    if linked.form.window.now_open is None:
        return _page(request, "closed", state=linked.form.window, kept=False)
    if typed:
        return _form(request, linked, posted_initial(typed))
    return _form(request, linked)


def _form(
    request: HttpRequest,
    linked: LinkedMeters,
    sent: Posted | None = None,
    *,
    notice: str = "",
    **found: Any,
) -> HttpResponse:
    """The form; with `sent` as it was typed, its errors and questions (`found`) at their fields."""
    if sent:
        found = {
            "values": sent.values,
            "taken_on": sent.taken_on_text,
            "confirmed": sent.confirmed,
            "key": sent.key,
            "seen": sent.seen,
            "photos_lost": frozenset(sent.photos),
            **found,
        }
    drawn = draw(linked.form, usual=False, **found)
    values = {"linked": linked, "drawn": drawn, "notice_of": notice, "save": label("save_readings", None)}
    return _page(request, "form", status=422 if drawn.errors or notice else 200, **values)


def _send(request: HttpRequest, token: str, sent: Posted) -> HttpResponse:
    try:
        done = submit_by_link(
            token=token,
            typed=sent.form,
            now=timezone.now(),
            address=address(request),
        )
    except NotTaken as refused:
        return _form(request, _meters(token), sent, problems=refused.problems, questions=refused.questions)
    except SentMeanwhile as meanwhile:
        return _form(request, _meters(token), sent, notice="meanwhile", seen=meanwhile.form.seen)
    except NothingTyped:
        return _form(request, _meters(token), sent, notice="nothing")
    except WindowClosed as closed:
        return _page(request, "closed", state=closed.state, kept=True)
    return _page(request, "done", submission=done)
