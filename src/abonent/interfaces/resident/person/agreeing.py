"""The page before the cabinet: what people agree to here has another version, or was withdrawn.

Asked at the next sign-in (users.adapter), and at once of whoever withdraws. Signing out, taking one's data
and deleting the cabinet stay open.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from abonent.portal.current import portal
from abonent.users import documents
from abonent.users.client import address
from abonent.users.documents import MUST_AGREE
from abonent.users.models import User
from abonent.users.operations import DocumentsChanged, agree
from abonent.users.permissions import staff_of

#: Views that whoever has not agreed still reaches.
OPEN = {
    "agree",
    "agreement",
    "account_logout",
    "account_login",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_confirm_email",
    "my_data",
    "consent_withdraw",
    "export_ask",
    "export_json",
    "export_pdf",
    "deletion",
    "deletion_cancel",
}


def ask_again(request: HttpRequest, user: User) -> None:
    """From now on this session has to agree before it shows the cabinet, where there is something to."""
    if documents.missing(user.agreed_to) and staff_of(user) is None:
        request.session[MUST_AGREE] = True


class AgreeMiddleware:
    """Leads whoever has to agree to the page that asks. No query: session and person are read already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, *_: Any) -> HttpResponseBase | None:
        if getattr(request, "impersonal", False) or not isinstance(request.user, User):
            return None
        if not request.session.get(MUST_AGREE) or self._is_open(request):
            return None
        if not documents.missing(request.user.agreed_to):  # the portal asks for nothing more
            del request.session[MUST_AGREE]
            return None
        asked = {"next": request.get_full_path()} if request.method == "GET" else {}
        return redirect(f"{reverse('agree')}?{urlencode(asked)}" if asked else "agree")

    def _is_open(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is None or match.url_name in OPEN or "ui" in match.namespaces


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agree_page(request: HttpRequest) -> HttpResponseBase:
    """What there is to agree to, each with a box of its own. A portal without an agreement leads on."""
    assert isinstance(request.user, User)  # noqa: S101
    missing = documents.missing(request.user.agreed_to)
    if not missing:
        request.session.pop(MUST_AGREE, None)
        return redirect(_onward(request))
    if request.method != "POST":
        return _page(request)
    if any(f"agree_{one.code}" not in request.POST for one in missing):
        return _page(request, error=_("Tick every box to go on."), status=422)
    try:
        agree(
            user=request.user,
            language=(get_language() or portal().language)[:2],
            shown=request.POST.get("documents", ""),
            address=address(request),
            now=timezone.now(),
        )
    except DocumentsChanged:
        return _page(request, error=_("The text has changed meanwhile. Read it once more."), status=422)
    request.session.pop(MUST_AGREE, None)
    messages.success(request, _("Thank you. You can go on."))
    return redirect(_onward(request))


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101
    missing = documents.missing(request.user.agreed_to)
    earlier = {mark.partition("=")[0] for mark in request.user.agreed_to.split()}
    values = {
        "documents": missing,
        "marks": documents.marks(one.mark for one in documents.required()),
        "agreed_before": any(one.code in earlier for one in missing),
        "next": _onward(request),
        "error": error,
        "ticked": set(request.POST),
    }
    return render(request, "my_data/agree.html", values, status=status)


def _onward(request: HttpRequest) -> str:
    """Where the person wanted to go, if it is ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours and wanted.startswith("/") else reverse("home")
