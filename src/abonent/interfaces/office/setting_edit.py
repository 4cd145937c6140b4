"""The forms of settings: a draft is edited, checked by the profile's own model, and kept."""

from typing import Any, NamedTuple

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
from abonent.interfaces.office.settings import address, both, frame, kept_beside, of_portal
from abonent.interfaces.ui.environment import LANGUAGE_NAMES, language
from abonent.portal.current import portal
from abonent.portal.overlay import InvalidSetting, Place
from abonent.users.models import StaffMembership

NEW = "new"


def languages() -> list[tuple[str, str]]:
    return [(code, LANGUAGE_NAMES[code][1]) for code in portal().languages]


class Base(NamedTuple):
    """What a form was drawn from: it goes along, so that a colleague's work is not written over unseen."""

    revision: int | None
    """Of the draft; None when there was none."""
    latest: int | None
    """Number of the latest publication."""

    @classmethod
    def of(cls, one: Setting) -> "Base":
        return cls(one.draft.revision if one.draft else None, one.latest)

    @classmethod
    def posted(cls, request: HttpRequest) -> "Base":
        return cls(_number(request, "revision"), _number(request, "latest"))


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.POST.get(name, "")
    return int(given) if given.isdecimal() and given.isascii() and len(given) < 9 else None


def _edit_page(request: HttpRequest, staff: StaffMembership, place: Place) -> HttpResponse:
    """A part's form. A button of its rows changes the form only; saving keeps the draft."""
    asks = asks_of(place)
    if request.method != "POST":
        one = setting(staff=staff, place=place, today=timezone.localdate())
        value = as_mapping(place, one.draft_value)
        return _drawn(request, staff, place, PartForm(asks, value, languages()), Base.of(one))
    value, base = value_posted(asks, request.POST, languages()), Base.posted(request)
    form = PartForm(asks, value, languages())
    if do := request.POST.get("do", ""):
        form.value = acted(asks, value, do)
        return _drawn(request, staff, place, form, base)
    try:
        operations.save_draft(
            staff=staff,
            place=place,
            value=from_mapping(place, without_marks(value)),
            revision=base.revision,
            latest=base.latest,
            now=timezone.now(),
        )
    except InvalidSetting as error:
        form.errors = {path_in_form(place, m.path): setting_words.mistake(m) for m in error.mistakes}
        return _drawn(request, staff, place, form, base)
    except operations.ChangedMeanwhile as error:
        kept_beside(request, error.by)
        return _drawn(request, staff, place, form, None)
    return redirect(address(place, "preview"))


def _drawn(
    request: HttpRequest,
    staff: StaffMembership,
    place: Place,
    form: PartForm,
    base: Base | None,
    **more: Any,
) -> HttpResponse:
    """`base` None: a colleague was faster; what is there now is what is written over next."""
    one = setting(staff=staff, place=place, today=timezone.localdate())
    known = base or Base.of(one)
    values = {"one": one, "form": form, "base": known, "heading": setting_words.title(one), **more}
    status = 422 if form.errors else 200 if base else 409
    return render(request, "office/setting_edit.html", frame(staff, place, **values), status=status)


def _kind_page(request: HttpRequest, staff: StaffMembership, place: Place, code: str) -> HttpResponse:
    """One kind of request, or a new one: it is kept in the draft of all of them."""
    if place.part != "requests":
        raise NoSuchSetting(place.part)
    one = setting(staff=staff, place=place, today=timezone.localdate())
    asks = kind_asks(one.draft_value["teams"])
    if request.method != "POST":
        form = PartForm(asks, _kind(one, code), languages())
        return _kind_drawn(request, staff, place, form, Base.of(one))
    form = PartForm(asks, value_posted(asks, request.POST, languages()), languages())
    if do := request.POST.get("do", ""):
        form.value = acted(asks, form.value, do)
        return _kind_drawn(request, staff, place, form, Base.posted(request))
    return _kind_saved(request, staff, one, code, form, asks)


def _kind_saved(
    request: HttpRequest, staff: StaffMembership, one: Setting, code: str, form: PartForm, asks: Asks
) -> HttpResponse:
    known = _kind(one, code)
    made = without_marks({**form.value, "code": known["code"]})
    kinds = one.draft_value["kinds"]
    index = next((at for at, kind in enumerate(kinds) if kind["code"] == made["code"]), len(kinds))
    value = {**one.draft_value, "kinds": [*kinds[:index], made, *kinds[index + 1 :]]}
    base = Base.posted(request)
    try:
        operations.save_draft(
            staff=staff,
            place=one.place,
            value=value,
            revision=base.revision,
            latest=base.latest,
            now=timezone.now(),
        )
    except InvalidSetting as error:
        prefix = f"kinds.{index}."
        form.errors = {m.path.removeprefix(prefix): setting_words.mistake(m) for m in error.mistakes}
        return _kind_drawn(request, staff, one.place, form, base)
    except operations.ChangedMeanwhile as error:
        kept_beside(request, error.by)
        return _kind_drawn(request, staff, one.place, form, None)
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
    request: HttpRequest, staff: StaffMembership, place: Place, form: PartForm, base: Base | None
) -> HttpResponse:
    words = form.value.get("label") or {}
    heading = (
        words.get(language())
        or next((text for text in words.values() if text), "")
        or _("A new kind of request")
    )
    back = reverse("office_setting_edit", args=["requests"])
    return _drawn(request, staff, place, form, base, heading=heading, back=back)


_get_and_post = require_http_methods(["GET", "HEAD", "POST"])
setting_edit_page, window_edit_page = both(_edit_page, _get_and_post)
setting_kind_page = _get_and_post(of_portal(_kind_page))
