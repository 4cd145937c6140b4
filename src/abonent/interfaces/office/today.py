"""The office's first page: how much waits in every queue of this person, and the field that finds a customer.

The one page that asks several rooms: each of its figures is one cheap query of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from abonent.accounts.closed_tries import waiting_tries
from abonent.exchange.failed_tasks import count_failed_tasks
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.ui.formatting import date
from abonent.interfaces.ui.formatting import money as formatted_money
from abonent.metering.review_queries import MOST_COUNTED, waiting_for_eyes
from abonent.payments.differences import open_count
from abonent.payments.unmatched import unmatched_sum
from abonent.portal.current import portal
from abonent.service_requests.office_queries import counts
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may

Says = tuple[int, str, bool]
"""How many wait, what is said of them, whether it is urgent."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What stands on the page for those who have the right to it."""

    right: Right
    page: str
    label: Promise
    icon: str
    read: Callable[[StaffMembership, datetime], Says]


def _requests(staff: StaffMembership, now: datetime) -> Says:
    found = counts(staff, now=now)
    said = {
        _("overdue: %(number)s"): found.overdue,
        _("due today: %(number)s"): found.due_today,
        _("unanswered: %(number)s"): found.unanswered,
        _("yours: %(number)s"): found.mine,
    }
    words = ", ".join(text % {"number": number} for text, number in said.items() if number)
    return found.todo, words, found.overdue > 0


def _readings(staff: StaffMembership, now: datetime) -> Says:
    return waiting_for_eyes(organisation_id=staff.organisation_id), "", False


def _unmatched(staff: StaffMembership, now: datetime) -> Says:
    number, amount, oldest = unmatched_sum()
    if not number:
        return 0, "", False
    sum_ = formatted_money(amount, portal().currency_symbol)
    return number, _("%(sum)s, the oldest of %(day)s") % {"sum": sum_, "day": date(oldest)}, False


def _tries(staff: StaffMembership, now: datetime) -> Says:
    return waiting_tries(organisation_id=staff.organisation_id, now=now), "", False


def _differences(staff: StaffMembership, now: datetime) -> Says:
    found = open_count(staff.organisation_id)
    since = _("since %(day)s") % {"day": date(timezone.localtime(found.oldest))} if found.oldest else ""
    return found.count, since, False


def _tasks(staff: StaffMembership, now: datetime) -> Says:
    number = count_failed_tasks()
    return number, "", number > 0


QUEUES = (
    Queue(Right.REQUESTS, "office_requests", gettext_lazy("Requests"), "clipboard-list", _requests),
    Queue(Right.READINGS, "office_readings", gettext_lazy("Readings that need eyes"), "eye", _readings),
    Queue(
        Right.UNMATCHED,
        "office_unmatched",
        gettext_lazy("Unmatched payments"),
        "circle-question-mark",
        _unmatched,
    ),
    Queue(Right.LINKS, "office_closed_tries", gettext_lazy("Could not link"), "user-lock", _tries),
    Queue(Right.PAYMENTS, "office_reconciliation", gettext_lazy("Differences"), "scale", _differences),
    Queue(Right.IMPORTS, "office_tasks", gettext_lazy("Failed tasks"), "circle-alert", _tasks),
)


@require_safe
@staff_may(Right.FIND)
def today_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Counts of what this person may work on, one query each, each a link; nothing of a customer is read."""
    now = timezone.now()
    values = {"items": [*_items(staff, now)], "today": timezone.localdate(now)}
    return render(request, "office/today.html", context(staff, "office_home", **values))


def _items(staff: StaffMembership, now: datetime) -> Iterator[tuple[str, str, str, str, str, str]]:
    for queue in QUEUES:
        if not may(staff, queue.right):
            continue
        number, says, urgent = queue.read(staff, now)
        kind = "urgent" if urgent else "waiting" if number else "calm"
        shown = f"{number}+" if number >= MOST_COUNTED else str(number)
        yield shown, str(queue.label), says, reverse(queue.page), queue.icon, kind
