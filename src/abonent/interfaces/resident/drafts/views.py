"""A draft as customers will see it, for the staff who may publish it: no other page is drawn from it."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from abonent.configuration.queries import NoSuchSetting, Setting, drafted, place_named
from abonent.configuration.queries import setting as setting_of
from abonent.interfaces.resident.drafts.frame import language_asked
from abonent.interfaces.resident.drafts.pages import PAGES
from abonent.interfaces.resident.drafts.tariff import tariff_page
from abonent.portal.current import seen_as
from abonent.portal.overlay import WINDOW, InvalidSetting, Place
from abonent.tariffs.drafts import NoSuchTariff, office_tariff
from abonent.users.models import StaffMembership
from abonent.users.permissions import staff_of


def _staff_or_404(request: HttpRequest) -> StaffMembership:
    staff = staff_of(request.user)
    if staff is None:
        raise Http404
    return staff


@require_safe
def draft_page(request: HttpRequest, setting: str) -> HttpResponse:
    """The page of a setting's draft (`pages.PAGES`), in `?language=`; 404 where there is none, or it is not
    theirs. A draft that no longer fits the profile leads back to the office, which says so."""
    staff, today = _staff_or_404(request), timezone.localdate()
    try:
        place = place_named(setting)
        one = setting_of(staff=staff, place=place, today=today)
        state = drafted(one)
    except NoSuchSetting:
        raise Http404 from None
    except InvalidSetting:
        return redirect(_in_the_office(place))
    with seen_as(state), translation.override(language_asked(request)):
        return _page(request, one, today)


def _page(request: HttpRequest, one: Setting, today: date) -> HttpResponse:
    return PAGES[one.place.part](request, one, _in_the_office(one.place), today)


def _in_the_office(place: Place) -> str:
    if place.part == WINDOW:
        return reverse("office_window_preview", args=[place.organisation_id])
    return reverse("office_setting_preview", args=["-".join(filter(None, (place.part, place.method)))])


@require_safe
def draft_tariff_page(request: HttpRequest, tariff: str) -> HttpResponse:
    """The calculator's answer by a tariff's draft, in `?language=`; 404 where there is none or it is not
    theirs. One that is no tariff any more leads back to the office."""
    staff, today = _staff_or_404(request), timezone.localdate()
    back = reverse("office_tariff_preview", args=[tariff])
    try:
        one = office_tariff(staff=staff, code=tariff, today=today)
    except NoSuchTariff:
        raise Http404 from None
    if one.draft is None:
        raise Http404
    found = one.draft_tariff
    if found is None:
        return redirect(back)
    with translation.override(language_asked(request)):
        return tariff_page(request, found, back, today)
