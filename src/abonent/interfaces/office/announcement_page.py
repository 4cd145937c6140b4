"""One announcement: the letter and the banner in each language, whom it concerns, what became of it."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from abonent.announcements import operations
from abonent.announcements.letters import Drawn, preview, where
from abonent.announcements.models import Announcement
from abonent.announcements.queries import Overview, overview
from abonent.announcements.texts import text_in
from abonent.base.errors import DomainError
from abonent.interfaces.office.access import context
from abonent.interfaces.office.announcement_forms import MomentField
from abonent.interfaces.office.announcement_words import AUDIENCES, KINDS, STATES
from abonent.interfaces.ui.environment import LANGUAGE_NAMES, language
from abonent.interfaces.ui.frames import OutageLine
from abonent.portal.current import portal
from abonent.users.models import StaffMembership

_LOOK_AGAIN, _MANY, _LOOK_SELDOM = "3", 20_000, "30"
"""Seconds between two looks at one that is going out; of many thousand letters the figures cost a second."""
State = Announcement.State


class SchedulingForm(forms.Form):
    """Now, or at a day and a time."""

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[("now", gettext_lazy("Now")), ("later", gettext_lazy("At a time"))],
        initial="now",
        widget=forms.RadioSelect,
    )
    at = MomentField(label=gettext_lazy("Day and time"), required=False)

    def clean_at(self) -> object:
        """None for now."""
        if self.cleaned_data.get("when") != "later":
            return None
        at = self.cleaned_data.get("at")
        if at is None:
            raise forms.ValidationError(_("Enter a day and a time."))
        if at < timezone.now() - timedelta(minutes=1):
            raise forms.ValidationError(_("This time has passed."))
        return at


SCHEDULING = SchedulingForm


@dataclass(frozen=True, slots=True)
class Shown:
    """How it looks to a reader of one language."""

    code: str
    name: str
    letter: Drawn
    banner: OutageLine | None


def drawn_page(
    request: HttpRequest,
    staff: StaffMembership,
    number: int,
    *,
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """404 for what this member of the staff may not see. Looks again while it is going out."""
    now = timezone.now()
    found = overview(staff, number, now=now)
    if found is None:
        raise Http404
    one = found.announcement
    values = context(
        staff,
        "office_announcements",
        found=found,
        now=now,
        one=one,
        form=form or SchedulingForm(),
        readers=[_shown(one, code) for code in portal().languages],
        lacking=[LANGUAGE_NAMES[code][1] for code in found.lacking],
        where=where(one, language()),
        stands=_stands(one) and one.ends_at is not None and one.ends_at > now,
        figures=_figures(found),
        kinds=KINDS,
        states=STATES,
        audiences=AUDIENCES,
    )
    response = render(request, "office/announcement.html", values, status=status)
    if one.state == State.SENDING and status == 200:
        many = found.delivery is not None and found.delivery.people > _MANY
        response["Refresh"] = _LOOK_SELDOM if many else _LOOK_AGAIN
    return response


def refused(error: DomainError) -> str:
    """Why it does not go out, in words."""
    if isinstance(error, operations.TextMissing):
        names = ", ".join(LANGUAGE_NAMES[code][1] for code in error.languages)
        return _("There is no title or no text yet in: %(languages)s.") % {"languages": names}
    if isinstance(error, operations.NobodyThere):
        return _("It concerns no account: look at the address or the service.")
    if isinstance(error, operations.OverAlready):
        return _("The outage would be over before anybody is told.")
    return _("This cannot be done any more: somebody else was quicker, or it has gone out.")


def _stands(one: Announcement) -> bool:
    return one.state in (State.SENDING, State.SENT) and one.ended_at is None


def _shown(one: Announcement, code: str) -> Shown:
    title, text = text_in({code: one.texts.get(code, {})}, code, code)
    with translation.override(code):
        letter = preview(one, code)
    banner = None
    if one.starts_at and one.ends_at:
        banner = OutageLine(title or "—", text, one.starts_at, one.ends_at)
    return Shown(code, LANGUAGE_NAMES[code][1], letter, banner)


def _figures(found: Overview) -> list[tuple[str, int, str]]:
    """(what, how many, kind of badge) of the letters."""
    if found.delivery is None:
        return []
    told = found.delivery
    return [
        (_("Delivered"), told.delivered, "success"),
        (_("On the way"), told.queued, "info"),
        (_("To be written"), told.to_write, "neutral"),
        (_("Refused by the mailbox"), told.refused, "danger"),
        (_("Not sent"), told.not_sent, "warning"),
    ]
