"""An account as staff see it: what is known of it, a printed code, links and sessions ended."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.accounts import operations
from abonent.accounts.codes import shown
from abonent.accounts.models import AccountLink
from abonent.accounts.operations import AccountFile, NoSuchAccount, NoSuchLink
from abonent.finding.customer import read_customer
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.payment_words import STATES
from abonent.interfaces.office.request_words import STATES as REQUEST_STATES
from abonent.interfaces.office.words import WAYS
from abonent.interfaces.ui.environment import language
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right


@require_safe
@staff_may(Right.FIND)
def account_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """A customer at the counter: payer, contacts, money, meters, what came lately, links. That it was read is
    written into the audit trail."""
    try:
        file = read_customer(
            staff=staff,
            public_id=public_id,
            language=language(),
            address=address(request),
            now=timezone.now(),
        )
    except NoSuchAccount as error:
        raise Http404 from error
    words = {"payment_states": STATES, "request_states": REQUEST_STATES, "ways": WAYS}
    values = context(staff, "office_find", file=file, now=timezone.now(), **words)
    return render(request, "office/account.html", values)


@require_POST
@staff_may(Right.LINKS)
def code_page(request: HttpRequest, staff: StaffMembership, public_id: str) -> HttpResponse:
    """A one-time code on a page that prints well. It is shown this once: it is not kept."""
    try:
        issued = operations.issue_printed_code(
            staff=staff, public_id=public_id, address=address(request), now=timezone.now()
        )
    except NoSuchAccount as error:
        raise Http404 from error
    values = context(staff, "office_find", account=issued.account, code=shown(issued.code), issued=issued)
    return render(request, "office/code.html", values)


@require_POST
@staff_may(Right.LINKS)
def confirm_link(request: HttpRequest, staff: StaffMembership, link: str) -> HttpResponse:
    """Lift the limits of a link after the person showed who they are."""
    try:
        public_id = operations.confirm_link(
            staff=staff, link=link, address=address(request), now=timezone.now()
        )
    except NoSuchLink as error:
        raise Http404 from error
    messages.success(request, _("The link is confirmed."))
    return redirect("office_account", public_id)


def _linked_or_404(
    request: HttpRequest, staff: StaffMembership, public_id: str, link: str
) -> tuple[AccountFile, AccountLink]:
    """The account, read and written down, and one of its links."""
    try:
        file = operations.read_account(
            staff=staff, public_id=public_id, address=address(request), now=timezone.now()
        )
    except NoSuchAccount as error:
        raise Http404 from error
    found = next((one for one in file.links if one.public_id == link), None)
    if found is None:
        raise Http404
    return file, found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.LINKS)
def end_page(request: HttpRequest, staff: StaffMembership, public_id: str, link: str) -> HttpResponse:
    """Ask, then end a person's link."""
    if request.method == "POST":
        try:
            operations.end_link_by_staff(staff=staff, link=link, address=address(request), now=timezone.now())
        except NoSuchLink as error:
            raise Http404 from error
        messages.success(request, _("The link has been ended; the person gets a letter."))
        return redirect("office_account", public_id)
    file, found = _linked_or_404(request, staff, public_id, link)
    return render(request, "office/end.html", context(staff, "office_find", account=file.account, link=found))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.LINKS)
def sessions_page(request: HttpRequest, staff: StaffMembership, public_id: str, link: str) -> HttpResponse:
    """Ask, then end every session of a person linked to the account: «закончить все сеансы»."""
    if request.method == "POST":
        try:
            ended = operations.end_sessions_of_linked(
                staff=staff,
                link=link,
                keep=request.session.session_key,
                address=address(request),
                now=timezone.now(),
            )
        except NoSuchLink as error:
            raise Http404 from error
        text = ngettext("%(num)d session has been ended.", "%(num)d sessions have been ended.", ended)
        messages.success(request, text % {"num": ended})
        return redirect("office_account", public_id)
    file, found = _linked_or_404(request, staff, public_id, link)
    values = context(staff, "office_find", account=file.account, link=found)
    return render(request, "office/sessions.html", values)
