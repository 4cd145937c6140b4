"""People who could not link an account: why, and codes to print for them."""

import re
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from abonent.accounts.closed_tries import MANY_WRONG, ClosedTries, DealtWith
from abonent.accounts.codes import shown
from abonent.accounts.operations.closed_tries import Whose, mark_handled, print_codes, read_closed_tries
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import page_asked
from abonent.interfaces.ui import formatting
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

PAGE = 25
_KEY = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")

#: Why a try was closed, as staff say it to the person at the counter.
WHY = {
    "person": gettext_lazy("too many wrong tries by this person"),
    "number": gettext_lazy("too many wrong tries of this account"),
    "numbers": gettext_lazy("tried too many different accounts"),
    "captcha": gettext_lazy("too many wrong tries from one address, and no captcha"),
    "address": gettext_lazy("too many wrong tries from one address"),
    "network": gettext_lazy("too many wrong tries from one network"),
    "organisation": gettext_lazy("guessable proofs are switched off"),
    "neighbours": gettext_lazy("tried neighbouring numbers one after another"),
    "objected": gettext_lazy("somebody who sees the account objected to this person"),
    "strength": gettext_lazy("the code is required here"),
    "mismatch": gettext_lazy("the answers did not match"),
}
#: Rather a warning than somebody to help.
SUSPICIOUS = frozenset({"numbers", "neighbours", "objected"})


@require_safe
@staff_may(Right.LINKS)
def closed_tries_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Whose tries were closed in the last thirty days, the latest first; reading it is in the trail."""
    page = page_asked(request)
    found, more = read_closed_tries(
        staff=staff, limit=PAGE, offset=(page - 1) * PAGE, address=address(request), now=timezone.now()
    )
    rows = [(one, [str(WHY.get(why, why)) for why in one.why], _is_suspicious(one)) for one in found]
    values = {"rows": rows, "page": page, "more_pages": more, "many": MANY_WRONG}
    return render(request, "office/closed_tries.html", context(staff, "office_closed_tries", **values))


def _is_suspicious(one: ClosedTries) -> bool:
    return bool(SUSPICIOUS & set(one.why))


@require_POST
@staff_may(Right.LINKS)
def codes_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Sheets with one-time codes for the ticked ones, each with its address. They are shown this once: what
    is printed already, by a colleague or before a reload, is told instead."""
    tries = _named(request)
    done = print_codes(staff=staff, tries=tries, address=address(request), now=timezone.now())
    if not done.issued and not done.before:
        messages.error(request, _("Tick the people first."))
        return redirect("office_closed_tries")
    sheets = [(one, shown(one.code)) for one in done.issued]
    before = [(one, _dealt_with_words(one, staff)) for one in done.before]
    values = context(staff, "office_closed_tries", sheets=sheets, before=before)
    return render(request, "office/codes.html", values)


def _dealt_with_words(one: DealtWith, staff: StaffMembership) -> str:
    when = formatting.datetime(timezone.localtime(one.at))
    facts = {"when": when, "who": one.by_name or _("a former colleague")}
    if one.how != "code":
        return _("Marked as dealt with on %(when)s by %(who)s.") % facts
    if one.by_id == staff.user_id:
        return _("You printed its code on %(when)s.") % facts
    return _("Its code was printed on %(when)s by %(who)s.") % facts


@require_POST
@staff_may(Right.LINKS)
def handled_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The ticked ones are dealt with: they come back when the person tries again."""
    done = mark_handled(staff=staff, tries=_named(request), address=address(request), now=timezone.now())
    if done:
        messages.success(request, _("Marked as dealt with: %(number)s.") % {"number": done})
    else:
        messages.error(request, _("Tick the people first."))
    return redirect("office_closed_tries")


def _named(request: HttpRequest) -> Sequence[Whose]:
    found = (_KEY.fullmatch(key) for key in request.POST.getlist("which"))
    return [Whose(int(one[1]), int(one[2]) or None) for one in found if one]
