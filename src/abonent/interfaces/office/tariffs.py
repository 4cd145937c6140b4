"""Tariffs in the office: what is in force, a draft by typing rates or pasting a file, publish, go back."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.base.errors import DomainError
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.settings import (
    PublishForm,
    RevisionForm,
    changed_meanwhile,
    kept_beside,
    say_published,
)
from abonent.interfaces.ui.environment import language
from abonent.portal.queries import data_version, services
from abonent.tariffs import drafts
from abonent.tariffs.calculator import TariffError, parse_tariff
from abonent.tariffs.calculator.next_period import last_begins, last_rates, with_next_period
from abonent.tariffs.drafts import NoSuchTariff, OfficeTariff, TariffChangedMeanwhile
from abonent.tariffs.operations import Loaded, SecondOwnTariffError, UnknownServiceError
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

REFUSED = (TariffError, UnknownServiceError, SecondOwnTariffError)
SCALE_NAMES = {
    "total": gettext_lazy("one rate round the clock"),
    "day": gettext_lazy("day"),
    "night": gettext_lazy("night"),
    "peak": gettext_lazy("peak"),
    "half_peak": gettext_lazy("half-peak"),
}


class TextForm(forms.Form):
    """A tariff's file, uploaded or pasted."""

    file = forms.FileField(label=gettext_lazy("A file"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        max_length=drafts.LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    latest = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = cleaned.get("file")
        cleaned["filename"] = given.name if given else "office.toml"
        if given:
            if given.size > drafts.LONGEST_TEXT:
                raise forms.ValidationError(_("The file is too large to be a tariff."))
            try:
                cleaned["text"] = given.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not a text in UTF-8.")) from None
        if not (cleaned.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file or paste its text."))
        cleaned["text"] = cleaned["text"].replace("\r\n", "\n")
        return cleaned


class PeriodForm(forms.Form):
    """The next period of a tariff: its day, whose decision it is, and the rates (named by their key)."""

    begins = forms.DateField(
        label=gettext_lazy("The rates hold from"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    source = forms.CharField(
        label=gettext_lazy("By which decision"),
        max_length=200,
        help_text=gettext_lazy("Order, number, date: it stands in the tariff."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    latest = forms.IntegerField(required=False, widget=forms.HiddenInput)


class FasterColleague(Exception):  # noqa: N818 - what came between
    """A colleague saved or published since the page was opened: the code's tariff as it is now."""

    def __init__(self, now_known: OfficeTariff) -> None:
        super().__init__(now_known.code)
        self.base = _base(now_known)


def _base(one: OfficeTariff) -> dict[str, int | None]:
    """What a form is drawn from: it goes along, so that a colleague's work is not written over unseen."""
    return {"revision": one.draft.revision if one.draft else None, "latest": one.latest}


def _frame(staff: StaffMembership, **values: Any) -> dict[str, Any]:
    return context(staff, "office_tariffs", scale_names=SCALE_NAMES, **values)


def _tariff(staff: StaffMembership, code: str) -> OfficeTariff:
    try:
        return drafts.office_tariff(staff=staff, code=code, today=timezone.localdate())
    except NoSuchTariff:
        raise Http404 from None


def _refusals(error: DomainError) -> list[str]:
    """What `parse_tariff` says, a line for each mistake: file, key and reason."""
    return str(error).splitlines()


@require_safe
@staff_may(Right.SETTINGS)
def tariffs_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Every tariff: its service, the version in force, what waits."""
    found = drafts.office_tariffs(today=timezone.localdate())
    known = services(language=language(), version=data_version())
    names = {one.code: one.name for one in known.values()}
    return render(request, "office/tariffs.html", _frame(staff, found=found, services=names))


@require_safe
@staff_may(Right.SETTINGS)
def tariff_page(request: HttpRequest, staff: StaffMembership, tariff: str) -> HttpResponse:
    """One tariff: rates in force, versions, the draft."""
    today = timezone.localdate()
    return render(request, "office/tariff.html", _frame(staff, one=_tariff(staff, tariff), today=today))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.SETTINGS)
def tariff_text_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """A tariff's file, uploaded or pasted; `?of=` begins with that tariff's draft or newest version."""
    refused: list[str] = []
    if request.method == "POST":
        form = TextForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            kept = {name: given[name] for name in ("text", "revision", "latest")}
            try:
                saved = _saved(request, staff, given["text"], given["filename"], given)
            except FasterColleague as error:
                form = TextForm(initial=kept | error.base)
                return render(
                    request, "office/tariff_text.html", _frame(staff, form=form, refused=[]), status=409
                )
            if isinstance(saved, HttpResponse):
                return saved
            refused, form = saved, TextForm(initial=kept)
    else:
        form = TextForm(initial=_begun(staff, request.GET.get("of", "")))
    values = _frame(staff, form=form, refused=refused)
    status = 422 if refused or form.errors else 200
    return render(request, "office/tariff_text.html", values, status=status)


def _begun(staff: StaffMembership, code: str) -> dict[str, Any]:
    if not code:
        return {}
    one = _tariff(staff, code)
    if one.draft:
        return {"text": one.draft.text, **_base(one)}
    return {"text": one.newest.text if one.newest else "", **_base(one)}


def _saved(
    request: HttpRequest, staff: StaffMembership, text: str, filename: str, base: Mapping[str, Any]
) -> HttpResponse | list[str]:
    """Where to go on, or what is wrong with the text. Raises FasterColleague, having told who."""
    try:
        draft = drafts.save_tariff_draft(
            staff=staff,
            text=text,
            filename=filename,
            revision=base["revision"],
            latest=base["latest"],
            now=timezone.now(),
        )
    except REFUSED as error:
        return _refusals(error)
    except TariffChangedMeanwhile as error:
        kept_beside(request, error.by)
        raise FasterColleague(_tariff(staff, parse_tariff(text, filename).code)) from error
    return redirect("office_tariff_preview", draft.code)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.SETTINGS)
def tariff_rates_page(request: HttpRequest, staff: StaffMembership, tariff: str) -> HttpResponse:
    """The newest rates as a form: other figures from a day on are the tariff's next period."""
    one = _tariff(staff, tariff)
    if one.newest is None:
        raise Http404
    if not one.newest.is_readable:  # an upgrade reads it no more: its rates are not to be had, its text is
        return redirect(f"{reverse('office_tariff_text')}?of={one.code}")
    text, rates, refused = one.newest.text, last_rates(one.newest.text), list[str]()
    typed = {rate.key: rate.value for rate in rates}
    form = PeriodForm(request.POST if request.method == "POST" else None, initial=_base(one))
    if request.method == "POST":
        typed = {key: _figure(request.POST.get(f"rate-{key}", "")) for key in typed}
        if form.is_valid():
            given = form.cleaned_data
            made = with_next_period(text, begins=given["begins"], rates=typed, source=given["source"])
            try:
                saved = _saved(request, staff, made, one.newest.filename, given)
            except FasterColleague as error:
                kept = {"begins": given["begins"], "source": given["source"]}
                form, saved = PeriodForm(initial=kept | error.base), []
            if isinstance(saved, HttpResponse):
                return saved
            refused = saved
    values = _frame(
        staff, one=one, form=form, rates=rates, typed=typed, refused=refused, begins=last_begins(text)
    )
    status = 422 if refused or form.errors else 200
    return render(request, "office/tariff_rates.html", values, status=status)


def _figure(typed: str) -> str:
    return typed.strip().replace(" ", "").replace("\u00a0", "").replace(",", ".")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.SETTINGS)
def tariff_preview_page(request: HttpRequest, staff: StaffMembership, tariff: str) -> HttpResponse:
    """The draft beside what is in force: rates in per cent, what typical volumes cost; the way to publish."""
    today = timezone.localdate()
    one = _tariff(staff, tariff)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _done(
            request,
            form,
            today,
            lambda: drafts.publish_tariff(
                staff=staff,
                code=tariff,
                revision=given["revision"] or 0,
                latest=given["latest"],
                takes_effect_on=given["in_force_from"],
                note=given["note"],
                today=today,
                now=timezone.now(),
            ),
        ):
            return redirect("office_tariff", tariff)
    if one.draft is None:
        return redirect("office_tariff", tariff)
    if not form.is_bound:
        form = PublishForm(
            initial={"in_force_from": today, "revision": one.draft.revision, "latest": one.latest}
        )
    on = form.cleaned_data.get("in_force_from", today) if form.is_bound else today
    seen = drafts.compared(one, takes_effect_on=on)
    values = _frame(staff, one=one, form=form, seen=seen)
    return render(request, "office/tariff_preview.html", values, status=422 if form.errors else 200)


def _done(request: HttpRequest, form: PublishForm, today: date, publish: Callable[[], Loaded]) -> bool:
    """Whether the page is done with; what is wrong stands in the form."""
    try:
        version = publish().version
    except TariffChangedMeanwhile as error:
        changed_meanwhile(request, error.by)
        return True
    except drafts.TariffInThePast:
        form.add_error("in_force_from", _("Today at the earliest: what held on past days stays what held."))
        return False
    except REFUSED as error:
        form.add_error(None, " ".join(_refusals(error)))
        return False
    say_published(request, version.takes_effect_on, today)
    return True


@require_POST
@staff_may(Right.SETTINGS)
def tariff_discard(request: HttpRequest, staff: StaffMembership, tariff: str) -> HttpResponse:
    """Throw the draft away."""
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else 0
    try:
        drafts.discard_tariff_draft(staff=staff, code=tariff, revision=revision, now=timezone.now())
        messages.success(request, _("The draft is thrown away."))
    except TariffChangedMeanwhile as error:
        changed_meanwhile(request, error.by)
    return redirect("office_tariffs")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.SETTINGS)
def tariff_revert_page(request: HttpRequest, staff: StaffMembership, tariff: str, to: int) -> HttpResponse:
    """An earlier version again, as the next one: from which day, and why."""
    today = timezone.localdate()
    one = _tariff(staff, tariff)
    version = next((row for row in one.versions if row.number == to), None)
    if version is None:
        raise Http404
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _done(
            request,
            form,
            today,
            lambda: drafts.revert_tariff(
                staff=staff,
                code=tariff,
                to=to,
                latest=given["latest"],
                takes_effect_on=given["in_force_from"],
                note=given["note"],
                today=today,
                now=timezone.now(),
            ),
        ):
            return redirect("office_tariff", tariff)
    if not form.is_bound:
        form = PublishForm(initial={"in_force_from": today, "latest": one.latest})
    values = _frame(staff, one=one, version=version, form=form)
    return render(request, "office/tariff_revert.html", values, status=422 if form.errors else 200)
