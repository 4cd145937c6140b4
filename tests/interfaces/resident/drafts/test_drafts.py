"""A draft on the customer's own pages: each setting, each language, for its staff alone; nothing leaks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from abonent.configuration.operations import save_draft
from abonent.configuration.queries import drafted, setting
from abonent.interfaces.ui import environment
from abonent.portal import current
from abonent.portal.current import edition, portal, seen_as
from abonent.portal.models import Organisation, SettingsVersion
from abonent.portal.overlay import Place, value_of
from abonent.users.models import StaffMembership
from tests.configuration.conftest import member
from tests.configuration.wanted import CONTACT, contacts
from tests.interfaces.ui.markup import faults, parse
from tests.users.cast import NOW, _quick_hashes, alice, portal_named, signed_in

__all__ = ["_quick_hashes", "alice", "portal_named"]
pytestmark = pytest.mark.django_db
REQUESTS, READINGS = Place("requests"), Place("readings")


@pytest.fixture(autouse=True)
def _set_up(settings: Any, portal_named: Callable[[str], Any]) -> Iterator[None]:
    settings.STAFF_SECOND_FACTOR = False
    portal_named("housing")
    yield
    current.forget()


@pytest.fixture
def dana(db: None) -> StaffMembership:
    return member("dana")


@pytest.fixture
def office(client: Client, dana: StaffMembership) -> Client:
    return signed_in(client, dana.user)


def draft(staff: StaffMembership, place: Place, value: Any) -> SettingsVersion:
    return save_draft(staff=staff, place=place, value=value, revision=None, now=NOW)


def value(place: Place) -> Any:
    return deepcopy(value_of(portal(), place))


def page(client: Client, name: str, **asked: str) -> str:
    answer = client.get(reverse("draft", args=[name]), asked)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    html = str(answer.content.decode()).replace("\u00a0", " ")
    assert faults(html) == []
    return html


def requests_with_a_question(words: str) -> Any:
    made = value(REQUESTS)
    made["kinds"][0]["fields"][1]["label"] = {"ru": words, "en": "Draft: what happened?"}
    return made


@pytest.mark.parametrize(("language", "words"), [("ru", "Черновик: что?"), ("en", "Draft: what happened?")])
def test_the_form_of_a_kind_is_the_customers_own(
    office: Client, dana: StaffMembership, language: str, words: str
) -> None:
    draft(dana, REQUESTS, requests_with_a_question("Черновик: что?"))
    html = page(office, "requests", kind="plumber", language=language)
    assert words in html
    assert f'<html lang="{language}"' in html
    drawn = parse(html)
    fields = {one.attrs.get("name") for one in drawn.elements if "only-shown" in _classes(one)}
    assert {"answer-place", "answer-what", "answer-day", "answer-hours", "answer-phone", "files"} <= fields
    assert portal().requests.kinds[0].fields[1].label["ru"] != words, "nobody else sees it"


def _classes(one: Any) -> str:
    return " ".join(str(inside.attrs.get("class") or "") for inside in one.inside)


def test_every_kind_of_the_draft_is_in_the_list_and_has_its_form(
    office: Client, dana: StaffMembership
) -> None:
    made = requests_with_a_question("?")
    made["kinds"][2]["offered"] = False
    draft(dana, REQUESTS, made)
    html = page(office, "requests", language="ru")
    assert "kind=plumber" in html
    assert "kind=lift" not in html, "switched off in the draft"
    for kind in portal().requests.kinds:
        assert kind.label["en"] in page(office, "requests", kind=kind.code, language="en")
    answer = office.get(reverse("draft", args=["requests"]), {"kind": "none_such"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-11-04", "Период ввода показаний закрыт"),
        ("2026-11-05", "Период ввода показаний открыт до 8 ноября"),
        ("2026-11-08", "Период ввода показаний открыт до 8 ноября"),
        ("2026-11-09", "Откроется 5 декабря"),
        ("nonsense", ""),
    ],
)
def test_the_page_of_readings_on_the_days_around(
    office: Client, dana: StaffMembership, day: str, says: str
) -> None:
    draft(dana, READINGS, value(READINGS) | {"first_day": 5, "last_day": 8})
    assert says in page(office, "readings", day=day)


def test_an_organisations_own_window(office: Client, dana: StaffMembership) -> None:
    house = Organisation.objects.create(code="house", name_ru="Дом")
    draft(dana, Place("window", house.pk), {"first_day": 1, "last_day": 2})
    assert "открыт до 2 ноября" in page(office, f"window-{house.pk}", day="2026-11-01")


def test_the_sum_of_a_payment(office: Client, dana: StaffMembership) -> None:
    place = Place("commission", method="card")
    draft(dana, place, {"percent": "10", "minimum": "0", "maximum": None, "paid_by": "customer"})
    html = page(office, "commission-card", amount="5000")
    assert "5 500,00 ₽" in html
    assert "500,00 ₽" in html


def test_contacts_and_nothing_that_is_kept_of_them(office: Client, dana: StaffMembership) -> None:
    client = Client()
    before = client.get(reverse("account_login")).content.decode()
    draft(dana, CONTACT, contacts("111-11-11"))
    for language in ("ru", "en"):
        assert "111-11-11" in page(office, "contact_centre", language=language)
    assert (
        "111-11-11"
        not in page(office, "contact_centre", language="ru").split("<footer")[0].split('class="aside"')[0]
    )
    after = client.get(reverse("account_login")).content.decode()
    assert "111-11-11" not in after
    assert ("111-11-11" in before, len(before)) == (False, len(before))


def test_another_thread_sees_what_is_in_force(dana: StaffMembership) -> None:
    draft(dana, CONTACT, contacts("111-11-11"))
    one = setting(staff=dana, place=CONTACT, today=timezone.localdate())
    usual = edition()
    with ThreadPoolExecutor(1) as other, seen_as(drafted(one)):
        assert portal().contact_centre.phones == ["111-11-11"]
        assert "111-11-11" in environment.fixed("ui/contacts.html")
        there = other.submit(lambda: (portal().contact_centre.phones, environment.fixed("ui/contacts.html")))
        phones, block = there.result()
        assert edition() != usual
    assert "111-11-11" not in [*phones, *portal().contact_centre.phones]
    assert "111-11-11" not in block + environment.fixed("ui/contacts.html")
    assert edition() == usual


@pytest.mark.parametrize("name", ["contact_centre", "none", "window-1", "commission-card"])
def test_there_is_no_page_without_a_draft_or_a_place_among_the_staff(
    office: Client, dana: StaffMembership, alice: Any, name: str
) -> None:
    assert office.get(reverse("draft", args=[name])).status_code == 404
    if name == "contact_centre":
        draft(dana, CONTACT, contacts("111-11-11"))
        erlan = member("erlan", organisation=Organisation.objects.create(code="house", name_ru="Дом"))
        for person in (alice, erlan.user, member("oleg", "operator").user):
            assert signed_in(Client(), person).get(reverse("draft", args=[name])).status_code == 404
        assert Client().get(reverse("draft", args=[name])).status_code == 404
        assert office.post(reverse("draft", args=[name])).status_code == 405


def test_a_draft_that_no_longer_fits_leads_back(office: Client, dana: StaffMembership) -> None:
    row = draft(dana, CONTACT, contacts("111-11-11"))
    SettingsVersion.objects.filter(pk=row.pk).update(value={"no_longer": 1})
    answer = office.get(reverse("draft", args=["contact_centre"]))
    assert answer.headers["Location"] == reverse("office_setting_preview", args=["contact_centre"])
    assert office.get(answer.headers["Location"]).status_code == 200


def test_the_office_leads_to_each_language(office: Client, dana: StaffMembership) -> None:
    draft(dana, REQUESTS, requests_with_a_question("?"))
    html = office.get(reverse("office_setting_preview", args=["requests"])).content.decode()
    assert faults(html) == []
    for language in ("ru", "en"):
        assert f"/drafts/requests/?kind=plumber&amp;language={language}" in html
    assert "kind=lift" not in html, "the draft does not change it"
