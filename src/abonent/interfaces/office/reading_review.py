"""Readings that need eyes: the riskiest first, accepted and rejected by button, by key, or many at once."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from abonent.base.numbering import id_of
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import page_asked
from abonent.interfaces.office.reading_drawing import drawn
from abonent.interfaces.ui.environment import language
from abonent.metering.operations import review
from abonent.metering.operations.review import Decided, NoReason
from abonent.metering.review_queries import Which
from abonent.metering.review_reasons import LONGEST, REASONS
from abonent.portal.current import portal
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

PAGE = 20
_KEY = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
_CARD = re.compile(r"reading-[0-9]{1,18}-[0-9]{1,18}")


class DecideForm(forms.Form):
    """What becomes of which readings: `decision` is `accept`, `take_back`, the code of a ready
    reason, or `words`."""

    decision = forms.ChoiceField(
        choices=[(code, code) for code in ("accept", "take_back", *REASONS, "words")],
        error_messages={
            "required": gettext_lazy("Choose what to do."),
            "invalid_choice": gettext_lazy("Choose what to do."),
        },
    )
    words = forms.CharField(required=False, max_length=LONGEST)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == "words" and not cleaned.get("words"):
            raise forms.ValidationError(_("Say why: the customer will read it."))
        return cleaned


@require_safe
@staff_may(Right.READINGS)
def readings_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """A page of readings with what stood before them; whose were read is written into the trail."""
    page = page_asked(request)
    found = review.read_queue(
        staff=staff,
        language=language(),
        limit=PAGE,
        offset=(page - 1) * PAGE,
        address=address(request),
        now=timezone.now(),
    )
    reasons = [(code, _(words)) for code, words in REASONS.items()]
    rejections = [*reasons, ("words", _("in your own words"))]
    values = {
        "readings": drawn(found.items),
        "page": page,
        "more_pages": found.more,
        "reasons": rejections,
        "rejections": [(code, _("Reject: %(why)s") % {"why": words}) for code, words in rejections],
        "held": portal().readings.held_for_review,
        "accepted": [key for key in request.GET.get("accepted", "").split(",")[:PAGE] if _KEY.fullmatch(key)],
    }
    return render(request, "office/readings.html", context(staff, "office_readings", **values))


@require_POST
@staff_may(Right.READINGS)
def decide_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Accept or reject the named readings, and go on with the next one."""
    form, readings = DecideForm(request.POST), _named(request)
    if not readings:
        messages.error(request, _("Tick the readings first."))
        return _back(request)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return _back(request, stay=True)
    decision = form.cleaned_data["decision"]
    decided = _decide(request, staff, readings, form.cleaned_data)
    _say(request, decided, decision)
    if decision == "accept" and decided.done:
        return _back(request, accepted=readings)
    return _back(request)


def _named(request: HttpRequest) -> list[Which]:
    found = (_KEY.fullmatch(key) for key in request.POST.getlist("which"))
    return [Which(int(one[1]), int(one[2])) for one in found if one]


def _decide(
    request: HttpRequest, staff: StaffMembership, readings: list[Which], asked: dict[str, Any]
) -> Decided:
    how: dict[str, Any] = {"staff": staff, "readings": readings, "address": address(request)}
    if asked["decision"] == "accept":
        return review.accept(**how, now=timezone.now())
    if asked["decision"] == "take_back":
        return review.take_back(**how, now=timezone.now())
    try:
        return review.reject(**how, code=asked["decision"], words=asked["words"], now=timezone.now())
    except NoReason:  # a word of blanks alone
        messages.error(request, _("Say why: the customer will read it."))
        return Decided(0, 0)


def _say(request: HttpRequest, decided: Decided, decision: str) -> None:
    if decided.done:
        messages.success(request, _done_words(decision, decided.done) % {"number": decided.done})
    if decided.late:
        messages.warning(
            request,
            _(
                "Not done: %(number)s. A colleague has decided, the customer has corrected it, or it has "
                "gone to billing."
            )
            % {"number": decided.late},
        )


def _done_words(decision: str, number: int) -> str:
    if decision == "accept":
        return ngettext("Accepted: %(number)s.", "Accepted: %(number)s.", number)
    if decision == "take_back":
        return _("In the queue again: %(number)s.")
    return ngettext(
        "Rejected: %(number)s; the customer gets a letter.",
        "Rejected: %(number)s; the customers get a letter.",
        number,
    )


def _back(
    request: HttpRequest, *, stay: bool = False, accepted: Sequence[Which] = ()
) -> HttpResponseRedirect:
    """The same page of the queue, at the card that follows (with `stay`: at the same one); `accepted` may be
    taken back there."""
    card = request.POST.get("card" if stay else "next", "")
    page = request.POST.get("page", "1")
    asked = {"page": page} if page.isascii() and page.isdigit() and page != "1" and len(page) < 6 else {}
    if accepted:
        asked["accepted"] = ",".join(f"{one.submission_id}-{one.meter_id}" for one in accepted)
    query = f"?{urlencode(asked, safe=',')}" if asked else ""
    anchor = f"#{card}" if _CARD.fullmatch(card) else ""
    return HttpResponseRedirect(reverse("office_readings") + query + anchor)


@require_safe
@staff_may(Right.READINGS)
def photo_page(request: HttpRequest, staff: StaffMembership, submission: str, meter: int) -> HttpResponse:
    """A meter's photo, for staff who reach the account; each look is in the trail, no cache keeps it."""
    which = Which(id_of(submission) or 0, meter)
    jpeg = review.read_photo(staff=staff, which=which, address=address(request), now=timezone.now())
    if jpeg is None:
        raise Http404
    named = {"Content-Disposition": f'inline; filename="{submission}-{meter}.jpg"'}
    return HttpResponse(jpeg, content_type="image/jpeg", headers=named)
