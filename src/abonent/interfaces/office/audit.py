"""The audit trail: who did what to whom, when and why, searched by any of them.

What is asked is posted, page after page, because it may be a customer's number or somebody's words: nothing
of it stands in an address. The next page begins after the last line of this one.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from abonent.base.spreadsheets import csv_file
from abonent.finding.trail import TrailLine, TrailWords, download_trail, search_trail
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import PAGE
from abonent.interfaces.office.trail_words import detail_words, subject_words
from abonent.interfaces.ui.downloads import attachment
from abonent.interfaces.ui.language import typed_initial
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right
from abonent.users.trail_words import ACTIONS

_WRONG_DAY = gettext_lazy("Enter a day like 21.11.2026.")


class TrailForm(forms.Form):
    """Any of these, together."""

    who = forms.CharField(label=gettext_lazy("Who did it: login or e-mail"), max_length=150, required=False)
    action = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)
    number = forms.CharField(
        label=gettext_lazy("To which account: its number"), max_length=30, required=False
    )
    since = forms.DateField(
        label=gettext_lazy("Since the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _WRONG_DAY},
    )
    until = forms.DateField(
        label=gettext_lazy("Until the day, included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _WRONG_DAY},
    )
    reason = forms.CharField(
        label=gettext_lazy("Words of the reason"),
        max_length=100,
        min_length=3,
        required=False,
        error_messages={"min_length": gettext_lazy("Type at least three letters or digits.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        named = sorted(((code, str(name)) for code, name in ACTIONS.items()), key=lambda one: one[1])
        self.fields["action"].choices = [("", _("Anything")), *named]  # type: ignore[attr-defined]

    @property
    def words(self) -> TrailWords:
        return TrailWords(**self.cleaned_data)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.AUDIT, reads="audit")
def audit_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The newest events, or those asked for; of one's own organisation, or all for the portal's own staff."""
    form = TrailForm(request.POST or None, initial=typed_initial(request))
    before = _before(request.POST.get("before", ""))
    words = form.words if form.is_bound and form.is_valid() else TrailWords()
    page = search_trail(staff=staff, words=words, before=before, limit=PAGE)
    values = {
        "form": form,
        "lines": [(line, subject_words(line), detail_words(line)) for line in page.lines],
        "actions": ACTIONS,
        "asked": {name: str(value) for name, value in request.POST.items() if name in form.fields},
        "more": f"{page.more[0].isoformat()}/{page.more[1]}" if page.more else "",
        "later": before is not None,
    }
    return render(request, "office/audit.html", context(staff, "office_audit", **values))


def _before(text: str) -> tuple[datetime, int] | None:
    """`2026-11-21T09:00:00+00:00/17`; None for anything else."""
    moment, _slash, number = text.partition("/")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if (
        at is None
        or timezone.is_naive(at)
        or not (number.isascii() and number.isdigit() and len(number) < 19)
    ):
        return None
    return at, int(number)


@require_POST
@staff_may(Right.AUDIT)
def audit_csv(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The same as a file; taking it along is an event itself."""
    form = TrailForm(request.POST)
    if not form.is_valid():
        return audit_page(request)
    now = timezone.now()
    lines = download_trail(staff=staff, words=form.words, address=address(request), now=now)
    head = [
        _("Time"),
        _("Action"),
        _("Who"),
        _("To whom"),
        _("Reason"),
        _("Address of the network"),
        _("Details"),
    ]
    name = f"audit-{timezone.localdate(now)}.csv"
    return attachment(name, "text/csv; charset=utf-8", csv_file([head, *map(_row, lines)]))


def _row(line: TrailLine) -> list[object]:
    event = line.event
    return [
        f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
        str(ACTIONS.get(event.action, event.action)),
        event.actor.login if event.actor else "",
        line.subject.text,
        event.reason,
        event.address or "",
        "; ".join(f"{name}: {value}" for name, value in event.details.items()),
    ]
