"""The forms of settings: a draft is edited, checked by the profile's own model, and kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from abonent.configuration import operations
from abonent.configuration.queries import NoSuchSetting, Setting, setting
from abonent.interfaces.office import setting_words
from abonent.interfaces.office.setting_fields import PartForm, acted, value_posted, without_marks
from abonent.interfaces.office.setting_specs import (
    Asks,
    as_mapping,
    asks_of,
    fresh_kind,
    from_mapping,
    kind_asks,
    path_in_form,
)
from abonent.interfaces.office.settings import address, both, changed_meanwhile, frame, of_portal
from abonent.interfaces.ui.environment import LANGUAGE_NAMES
from abonent.portal.current import portal
from abonent.portal.overlay import InvalidSetting, Place
from abonent.users.models import StaffMembership

NEW = "new"


def languages() -> list[tuple[str, str]]:
    return [(code, LANGUAGE_NAMES[code][1]) for code in portal().languages]


def _revision(request: HttpRequest) -> int | None:
    """Of the draft that the form was drawn from; None when there was none."""
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 9 else None


def _edit_page(request: HttpRequest, staff: StaffMembership, place: Place) -> HttpResponse:
    """A part's form. A button of its rows changes the form only; saving keeps the draft."""
    asks = asks_of(place)
    if request.method != "POST":
        one = setting(staff=staff, place=place, today=timezone.localdate())
        value = as_mapping(place, one.draft_value)
        revision = one.draft.revision if one.draft else None
        return _drawn(request, staff, place, PartForm(asks, value, languages()), revision)
    value, revision = value_posted(asks, request.POST, languages()), _revision(request)
    form = PartForm(asks, value, languages())
    if do := request.POST.get("do", ""):
        form.value = acted(asks, value, do)
        return _drawn(request, staff, place, form, revision)
    try:
        operations.save_draft(
            staff=staff,
            place=place,
            value=from_mapping(place, without_marks(value)),
            revision=revision,
            now=timezone.now(),
        )
    except InvalidSetting as error:
        form.errors = {path_in_form(place, m.path): setting_words.mistake(m) for m in error.mistakes}
        return _drawn(request, staff, place, form, revision)
    except operations.ChangedMeanwhile as error:
        changed_meanwhile(request, error.by)
        return redirect(address(place))
    return redirect(address(place, "preview"))


def _drawn(
    request: HttpRequest,
    staff: StaffMembership,
    place: Place,
    form: PartForm,
    revision: int | None,
    **more: Any,
) -> HttpResponse:
    one = setting(staff=staff, place=place, today=timezone.localdate())
    values = {"one": one, "form": form, "revision": revision, "heading": setting_words.title(one), **more}
    status = 422 if form.errors else 200
    return render(request, "office/setting_edit.html", frame(staff, place, **values), status=status)


def _kind_page(request: HttpRequest, staff: StaffMembership, place: Place, code: str) -> HttpResponse:
    """One kind of request, or a new one: it is kept in the draft of all of them."""
    if place.part != "requests":
        raise NoSuchSetting(place.part)
    one = setting(staff=staff, place=place, today=timezone.localdate())
    asks = kind_asks(one.draft_value["teams"])
    if request.method != "POST":
        form = PartForm(asks, _kind(one, code), languages())
        revision = one.draft.revision if one.draft else None
        return _kind_drawn(request, staff, place, form, revision)
    form = PartForm(asks, value_posted(asks, request.POST, languages()), languages())
    if do := request.POST.get("do", ""):
        form.value = acted(asks, form.value, do)
        return _kind_drawn(request, staff, place, form, _revision(request))
    return _kind_saved(request, staff, one, code, form, asks)


def _kind_saved(
    request: HttpRequest, staff: StaffMembership, one: Setting, code: str, form: PartForm, asks: Asks
) -> HttpResponse:
    known = _kind(one, code)
    made = without_marks({**form.value, "code": known["code"]})
    kinds = one.draft_value["kinds"]
    index = next((at for at, kind in enumerate(kinds) if kind["code"] == made["code"]), len(kinds))
    value = {**one.draft_value, "kinds": [*kinds[:index], made, *kinds[index + 1 :]]}
    revision = _revision(request)
    try:
        operations.save_draft(
            staff=staff, place=one.place, value=value, revision=revision, now=timezone.now()
        )
    except InvalidSetting as error:
        prefix = f"kinds.{index}."
        form.errors = {m.path.removeprefix(prefix): setting_words.mistake(m) for m in error.mistakes}
        return _kind_drawn(request, staff, one.place, form, revision)
    except operations.ChangedMeanwhile as error:
        changed_meanwhile(request, error.by)
        return redirect(address(one.place))
    messages.success(request, _("The draft is saved. Customers see it when it is published."))
    return redirect(address(one.place, "edit"))


def _kind(one: Setting, code: str) -> dict[str, Any]:
    kinds = one.draft_value["kinds"]
    if code == NEW:
        return fresh_kind(kinds)
    found: dict[str, Any] | None = next((kind for kind in kinds if kind["code"] == code), None)
    if found is None:
        raise NoSuchSetting(code)
    return found


def _kind_drawn(
    request: HttpRequest, staff: StaffMembership, place: Place, form: PartForm, revision: int | None
) -> HttpResponse:
    words = form.value.get("label") or {}
    heading = next((text for text in words.values() if text), "") or _("A new kind of request")
    back = reverse("office_setting_edit", args=["requests"])
    return _drawn(request, staff, place, form, revision, heading=heading, back=back)


_get_and_post = require_http_methods(["GET", "HEAD", "POST"])
setting_edit_page, window_edit_page = both(_edit_page, _get_and_post)
setting_kind_page = _get_and_post(of_portal(_kind_page))
