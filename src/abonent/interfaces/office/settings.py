"""Settings without code: what the TOML says, what is in force instead, drafts, publications, what was."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.configuration import operations
from abonent.configuration.differences import differences
from abonent.configuration.queries import (
    NoSuchSetting,
    Setting,
    may_set,
    name_of,
    overview,
    place_named,
    setting,
    windows,
)
from abonent.interfaces.office import setting_words
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import PAGE, page_asked
from abonent.interfaces.office.setting_preview import preview
from abonent.portal.models import SettingsVersion
from abonent.portal.overlay import WINDOW, InvalidSetting, Place
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

P = ParamSpec("P")
PlaceView = Callable[Concatenate[HttpRequest, StaffMembership, Place, P], HttpResponse]


#: From when on something may be in force, at the latest: what is later is a slip of the hand.
YEARS_AHEAD = 10


class PublishForm(forms.Form):
    """From which day, and why; what was seen goes along."""

    in_force_from = forms.DateField(
        label=gettext_lazy("In force from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=operations.LONGEST_NOTE,
        help_text=gettext_lazy("Colleagues read it in the history and in the audit trail."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    latest = forms.IntegerField(widget=forms.HiddenInput)

    def clean_in_force_from(self) -> date:
        day: date = self.cleaned_data["in_force_from"]
        if day.year > timezone.localdate().year + YEARS_AHEAD:
            raise forms.ValidationError(
                _("%(years)s years ahead at most: look at the year.") % {"years": YEARS_AHEAD}
            )
        return day


class NoteForm(forms.Form):
    note = forms.CharField(max_length=operations.LONGEST_NOTE)


class RevisionForm(forms.Form):
    revision = forms.IntegerField(min_value=1)


def address(place: Place, page: str = "", *args: Any) -> str:
    """The page of a setting: "", "edit", "preview", "discard", "revert"."""
    name = f"office_setting{'_' + page if page else ''}"
    if place.part == WINDOW:
        return reverse(name.replace("setting", "window"), args=[place.organisation_id, *args])
    return reverse(name, args=[name_of(place), *args])


def of_portal(view: PlaceView[P]) -> Callable[..., HttpResponse]:
    """The view for a part of the portal, named in the address."""

    @staff_may(Right.SETTINGS)
    @wraps(view)
    def guarded(
        request: HttpRequest, staff: StaffMembership, /, setting: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            place = place_named(setting)
            if place.part == WINDOW:
                raise NoSuchSetting(setting)
            return view(request, staff, place, *args, **kwargs)
        except NoSuchSetting:
            raise Http404 from None

    return guarded


def of_organisation(view: PlaceView[P]) -> Callable[..., HttpResponse]:
    """The same view for an organisation's own window."""

    @staff_may(Right.WINDOWS)
    @wraps(view)
    def guarded(
        request: HttpRequest, staff: StaffMembership, /, organisation: int, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        place = Place(WINDOW, organisation)
        if not may_set(staff, place):
            raise Http404
        try:
            return view(request, staff, place, *args, **kwargs)
        except NoSuchSetting:
            raise Http404 from None

    return guarded


def frame(staff: StaffMembership, place: Place | None = None, **values: Any) -> dict[str, Any]:
    current = "office_windows" if place and place.part == WINDOW else "office_settings"
    return context(staff, current, words=setting_words, address=address, differences=differences, **values)


def changed_meanwhile(request: HttpRequest, by: str) -> None:
    """Tell the second of two people about the first."""
    if by:
        messages.warning(request, _("%(name)s changed this meanwhile. Look at it again.") % {"name": by})
    else:
        messages.warning(request, _("A colleague changed this meanwhile. Look at it again."))


def kept_beside(request: HttpRequest, by: str) -> None:
    """Two worked at once: nothing of either is lost, the second decides."""
    words = _(
        "%(name)s changed this meanwhile. What you typed is still in the form: saved once more, it takes the "
        "place of theirs."
    )
    messages.warning(request, words % {"name": by or _("A colleague")})


@require_safe
@staff_may(Right.SETTINGS)
def settings_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Each part: as the TOML has it, or what is in force instead, since when, by whom and why."""
    found = overview(today=timezone.localdate())
    return render(request, "office/settings.html", frame(staff, found=found))


@require_safe
@staff_may(Right.WINDOWS)
def windows_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The organisations in reach, and when each takes readings."""
    page = page_asked(request)
    found = windows(staff=staff, today=timezone.localdate(), limit=PAGE + 1, offset=(page - 1) * PAGE)
    values = {"found": found[:PAGE], "page": page, "more_pages": len(found) > PAGE}
    return render(request, "office/windows.html", frame(staff, Place(WINDOW), **values))


def _setting_page(request: HttpRequest, staff: StaffMembership, place: Place) -> HttpResponse:
    """One setting: what differs from the TOML, what waits, and what was."""
    one = setting(staff=staff, place=place, today=timezone.localdate())
    return render(request, "office/setting.html", frame(staff, place, one=one, today=timezone.localdate()))


def _preview_page(request: HttpRequest, staff: StaffMembership, place: Place) -> HttpResponse:
    """What the draft changes, how customers will see it, and the way to publish it."""
    today = timezone.localdate()
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _published(request, staff, place, form, today):
        return redirect(address(place))
    one = setting(staff=staff, place=place, today=today)
    if one.draft is None:
        return redirect(address(place))
    if not form.is_bound:
        form = PublishForm(
            initial={"in_force_from": today, "revision": one.draft.revision, "latest": one.latest}
        )
    values = frame(staff, place, one=one, form=form, seen=preview(one, today))
    return render(request, "office/setting_preview.html", values, status=422 if form.errors else 200)


def _published(
    request: HttpRequest, staff: StaffMembership, place: Place, form: PublishForm, today: date
) -> bool:
    given = form.cleaned_data
    return _done(
        request,
        form,
        today,
        lambda: operations.publish(
            staff=staff,
            place=place,
            revision=given["revision"] or 0,
            latest=given["latest"],
            in_force_from=given["in_force_from"],
            note=given["note"],
            today=today,
            now=timezone.now(),
        ),
    )


def _done(
    request: HttpRequest, form: PublishForm, today: date, publish: Callable[[], SettingsVersion]
) -> bool:
    """Whether the page is done with; what is wrong stands in the form."""
    try:
        row = publish()
    except operations.ChangedMeanwhile as error:
        changed_meanwhile(request, error.by)
        return True
    except operations.InThePast:
        form.add_error("in_force_from", _("Today at the earliest: what held on past days stays what held."))
        return False
    except InvalidSetting as error:
        form.add_error(None, " ".join(setting_words.mistake(one) for one in error.mistakes))
        return False
    say_published(request, row.in_force_from, today)
    return True


def say_published(request: HttpRequest, day: date | None, today: date) -> None:
    if day is not None and day > today:
        messages.success(request, _("Published: in force from %(day)s.") % {"day": f"{day:%d.%m.%Y}"})
    else:
        messages.success(request, _("Published: in force now."))


def _discard(request: HttpRequest, staff: StaffMembership, place: Place) -> HttpResponse:
    """Throw the draft away."""
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else 0
    try:
        operations.discard_draft(staff=staff, place=place, revision=revision, now=timezone.now())
        messages.success(request, _("The draft is thrown away."))
    except operations.ChangedMeanwhile as error:
        changed_meanwhile(request, error.by)
    return redirect(address(place))


def _revert_page(request: HttpRequest, staff: StaffMembership, place: Place, to: int) -> HttpResponse:
    """Back to an earlier version, or (0) to the TOML's word: what that changes, from which day, and why."""
    today = timezone.localdate()
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _reverted(request, staff, place, to, form, today):
        return redirect(address(place))
    one = setting(staff=staff, place=place, today=today)
    version = next((row for row in one.history if row.pk == to), None)
    if to and version is None:
        raise NoSuchSetting(str(to))
    if not form.is_bound:
        form = PublishForm(initial={"in_force_from": today, "latest": one.latest})
    value = one.default if version is None or version.value is None else version.value
    found = differences(one.value, value)
    values = frame(staff, place, one=one, version=version, form=form, value=value, found=found)
    return render(request, "office/setting_revert.html", values, status=422 if form.errors else 200)


def _reverted(
    request: HttpRequest, staff: StaffMembership, place: Place, to: int, form: PublishForm, today: date
) -> bool:
    given = form.cleaned_data
    return _done(
        request,
        form,
        today,
        lambda: operations.revert(
            staff=staff,
            place=place,
            to=to or None,
            latest=given["latest"],
            in_force_from=given["in_force_from"],
            note=given["note"],
            today=today,
            now=timezone.now(),
        ),
    )


def _withdraw(request: HttpRequest, staff: StaffMembership, place: Place, version: int) -> HttpResponse:
    """A version whose day is to come never comes into force."""
    form, today = NoteForm(request.POST), timezone.localdate()
    if not form.is_valid():
        messages.error(request, _("Say why: the next colleague will read it."))
        return redirect(address(place))
    note, now = form.cleaned_data["note"], timezone.now()
    try:
        operations.withdraw(staff=staff, version_id=version, note=note, today=today, now=now)
        messages.success(request, _("Withdrawn: it never comes into force."))
    except operations.ChangedMeanwhile as error:
        changed_meanwhile(request, error.by)
    except operations.AlreadyInForce:
        messages.error(request, _("It is in force already: go back to another version instead."))
    return redirect(address(place))


def both(
    view: PlaceView[P], methods: Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]
) -> tuple[Callable[..., HttpResponse], Callable[..., HttpResponse]]:
    """The view for parts of the portal and for organisations' windows."""
    return methods(of_portal(view)), methods(of_organisation(view))


_get_and_post = require_http_methods(["GET", "HEAD", "POST"])
setting_page, window_page = both(_setting_page, require_safe)
setting_preview_page, window_preview_page = both(_preview_page, _get_and_post)
setting_discard, window_discard = both(_discard, require_POST)
setting_revert_page, window_revert_page = both(_revert_page, _get_and_post)
setting_withdraw, window_withdraw = both(_withdraw, require_POST)

__all__ = [
    "Setting",
    "setting_discard",
    "setting_page",
    "setting_preview_page",
    "setting_revert_page",
    "setting_withdraw",
    "settings_page",
    "window_discard",
    "window_page",
    "window_preview_page",
    "window_revert_page",
    "window_withdraw",
    "windows_page",
]
