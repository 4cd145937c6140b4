"""The section: open and closed requests; and one request with all that was said."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.cabinet import account_or_404, address, context
from abonent.interfaces.resident.requests.messages import page_of, send
from abonent.interfaces.resident.requests.typed import form_key, kept, posted
from abonent.interfaces.resident.requests.words import BADGES, file_word, state_word
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import local
from abonent.service_requests.queries import RequestList, RequestRow, requests_of
from abonent.users.permissions import confirmed_email_required


@require_safe
@login_required
def requests_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The account's requests, `?closed=1` those that are over, `?page=2`; 404 for strangers."""
    account, closed = account_or_404(request, public_id), request.GET.get("closed") == "1"
    found = requests_of(
        account,
        user_id=cast(int, request.user.pk),
        closed=closed,
        page=_number(request.GET.get("page", "")),
        now=timezone.now(),
    )
    here = address("requests", account)
    values: dict[str, Any] = {
        "held": account,
        "found": found,
        "closed": closed,
        "tabs": [
            (f"{_('Open ones')} ({found.open})", here, not closed),
            (f"{_('Closed ones')} ({found.closed})", f"{here}?closed=1", closed),
        ],
        "rows": [_row(one, account) for one in found.rows],
        "page": _pages(found),
        "page_url": f"{here}?{'closed=1&' if closed else ''}page=",
        "file_word": file_word(),
        "new_url": reverse("service_request_kinds", args=[account.public_id]),
    }
    page = context(request, section="requests", account=account, **values)
    return render(request, "resident/requests/list.html", page)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and 0 < len(text) < 6 else 1


def _pages(found: RequestList) -> Any:
    """As `ui/pagination.html` takes them: the list itself reads its page only."""
    return Paginator(range(max(found.pages, 1)), 1).get_page(found.page)


def _row(one: RequestRow, account: HeldAccount) -> list[Any]:
    href = reverse("service_request", args=[account.public_id, one.public_id])
    mark = Markup(' <span class="badge warning">{}</span>').format(_("New answer")) if one.unread else ""
    state = Markup('<span class="badge {}">{}</span>').format(BADGES[one.state], state_word(one.state))
    return [
        Markup('<span><a class="num" href="{}">№ {}</a>{}</span>').format(href, one.number, mark),
        local(one.kind_label),
        state,
        timezone.localdate(one.created_at),
        _by_when(one),
    ]


def _by_when(one: RequestRow) -> Markup | str:
    if one.closed_at:
        return formatting.date(timezone.localdate(one.closed_at))
    if not one.late:
        return formatting.date(one.due_on)
    late = _("overdue")
    return Markup('{} <span class="badge danger">{}</span>').format(formatting.date(one.due_on), late)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def request_page(request: HttpRequest, public_id: str, request_id: str) -> HttpResponseBase:
    """A request with its answers, messages and files; its form sends a message. 404 for somebody else's.

    «Приложить» and «Удалить» of a file come back to the form with what was typed (`?form=<key>`).
    """
    if request.method == "POST":
        return _message(request, public_id, request_id)
    account = account_or_404(request, public_id)
    values = posted(request) or kept(request, request_id, form_key(request.GET.get("form", "")))
    return page_of(request, account, request_id, values or {}, {})


@confirmed_email_required
def _message(request: HttpRequest, public_id: str, request_id: str) -> HttpResponseBase:
    return send(request, account_or_404(request, public_id), request_id)
