"""Settings without code, in the office's pages: draft, preview, publish, revert; two people; rows; rights."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from abonent.configuration.queries import setting
from abonent.portal import current
from abonent.portal.current import portal
from abonent.portal.models import Organisation, SettingsNumber, SettingsVersion
from abonent.portal.overlay import Place
from abonent.users.models import AuditEvent, StaffMembership
from tests.configuration.conftest import member
from tests.interfaces.ui.markup import faults, parse
from tests.users.cast import _quick_hashes, portal_named, signed_in

__all__ = ["_quick_hashes", "portal_named"]
pytestmark = pytest.mark.django_db
EDIT, PREVIEW, PAGE = "office_setting_edit", "office_setting_preview", "office_setting"


@pytest.fixture(autouse=True)
def _set_up(settings: Any, portal_named: Callable[[str], Any]) -> Iterator[None]:
    settings.STAFF_SECOND_FACTOR = False
    portal_named("housing")
    yield
    current.forget()


@pytest.fixture
def office(client: Client, db: None) -> Client:
    """dana, of the portal's own administrators."""
    return signed_in(client, member("dana").user)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def typed(**more: str) -> dict[str, str]:
    """The form of the contact centre, filled in."""
    return {"was": "{}", "phones": "111-11-11", "hours.ru": "9–18", "hours.en": "9 to 6", **more}


def publishing(**more: Any) -> dict[str, Any]:
    day = f"{timezone.localdate():%Y-%m-%d}"
    return {"revision": 1, "latest": 0, "in_force_from": day, "note": "номер сменился", **more}


def as_drawn(html: str) -> dict[str, str]:
    """What the page's form sends when nothing is touched."""
    page = parse(html)
    form: dict[str, str] = {}
    for one in page.elements:
        name, kind = one.attrs.get("name"), one.attrs.get("type")
        inside = [element.attrs.get("id") for element in one.inside]
        if "setting-form" not in inside or not name:
            continue
        if one.tag == "textarea":
            form[name] = one.text.removeprefix("\n")
        elif one.tag == "input" and (kind != "checkbox" or "checked" in one.attrs):
            form[name] = "on" if kind == "checkbox" else one.attrs.get("value") or ""
        elif one.tag == "select":
            form[name] = next(
                option.attrs.get("value") or ""
                for option in page.all("option")
                if one in option.inside and "selected" in option.attrs
            )
    return form


def dana_of() -> StaffMembership:
    return StaffMembership.objects.get(user__login="dana")


def at(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def test_a_phone_is_changed_without_code(office: Client) -> None:
    assert "как в файле" in text_of(office.get(at("office_settings")))
    answer = office.post(at(EDIT, "contact_centre"), typed())
    assert answer.headers["Location"] == at(PREVIEW, "contact_centre")
    assert portal().contact_centre.phones != ["111-11-11"]
    seen = text_of(office.get(at(PREVIEW, "contact_centre")))
    assert "111-11-11" in seen.partition('class="seen-by-customers"')[2], "the customers' own block"
    done = office.post(at(PREVIEW, "contact_centre"), publishing())
    assert done.headers["Location"] == at(PAGE, "contact_centre")
    page = text_of(office.get(at("office_settings")))
    assert "номер сменился" in page
    assert "отличается от файла" in page
    assert portal().contact_centre.phones == ["111-11-11"]
    event = AuditEvent.objects.get(action="setting_published")
    assert (event.reason, event.subject) == ("номер сменился", "setting:contact_centre")


def test_and_back_to_the_file(office: Client) -> None:
    office.post(at(EDIT, "contact_centre"), typed())
    office.post(at(PREVIEW, "contact_centre"), publishing())
    back = at("office_setting_revert", "contact_centre", 0)
    assert "111-11-11" in text_of(office.get(back))
    office.post(back, publishing(latest=1, note="ошибка"))
    page = text_of(office.get(at(PAGE, "contact_centre")))
    assert "Как в файле портала" in page
    assert "номер сменился" in page, "the history stays"


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(office: Client) -> None:
    answer = office.post(at(EDIT, "contact_centre"), typed(**{"hours.en": "", "phones": " "}))
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'id="id_hours.en-error"' in page
    assert "Напишите и на этом языке." in page
    assert 'id="id_phones-error"' in page
    assert "9–18" in page
    assert not SettingsVersion.objects.exists()


@pytest.mark.parametrize("wrong", [{"note": " "}, {"in_force_from": "2020-01-01"}, {"in_force_from": ""}])
def test_a_day_to_come_and_a_reason_are_asked(office: Client, wrong: dict[str, str]) -> None:
    office.post(at(EDIT, "contact_centre"), typed())
    assert office.post(at(PREVIEW, "contact_centre"), publishing(**wrong)).status_code == 422
    assert SettingsVersion.objects.get().state == "draft"


def test_the_second_of_two_people_is_told_of_the_first(office: Client) -> None:
    grace = signed_in(Client(), member("grace").user)
    office.post(at(EDIT, "contact_centre"), typed())
    answer = grace.post(at(EDIT, "contact_centre"), typed(phones="222"))
    assert answer.status_code == 409
    assert "dana" in text_of(answer)
    assert SettingsVersion.objects.get().value["phones"] == ["111-11-11"]
    kept = as_drawn(text_of(answer))
    assert (kept["phones"], kept["revision"]) == ("222", "1"), "nothing that was typed is lost"
    assert grace.post(at(EDIT, "contact_centre"), kept).status_code == 302
    assert SettingsVersion.objects.get().value["phones"] == ["222"]


def test_a_form_opened_before_a_publication_does_not_undo_it_unseen(office: Client) -> None:
    grace = signed_in(Client(), member("grace").user)
    opened = as_drawn(text_of(grace.get(at(EDIT, "contact_centre")))) | {"phones": "222"}
    office.post(at(EDIT, "contact_centre"), typed())
    office.post(at(PREVIEW, "contact_centre"), publishing())
    answer = grace.post(at(EDIT, "contact_centre"), opened)
    assert (answer.status_code, "dana" in text_of(answer)) == (409, True)
    again = as_drawn(text_of(answer))
    assert again["phones"] == "222"
    assert grace.post(at(EDIT, "contact_centre"), again).status_code == 302
    seen = text_of(grace.get(at(PREVIEW, "contact_centre")))
    assert "опубликована другая версия" not in seen, "begun from what holds"


def test_a_draft_that_was_overtaken_says_so(office: Client) -> None:
    office.post(at(EDIT, "contact_centre"), typed())
    office.post(at(PREVIEW, "contact_centre"), publishing())
    office.post(at(EDIT, "contact_centre"), typed(phones="333", latest="1"))
    back = at("office_setting_revert", "contact_centre", 0)
    office.post(back, publishing(latest=1, note="ошибка"))
    seen = text_of(office.get(at(PREVIEW, "contact_centre")))
    assert "опубликована другая версия (dana)" in seen
    office.post(at(PREVIEW, "contact_centre"), publishing(latest=2))
    assert SettingsVersion.objects.latest("number").value["phones"] == ["333"]


def test_two_who_edit_two_kinds_lose_neither(office: Client) -> None:
    grace = signed_in(Client(), member("grace").user)
    lift, plumber = (at("office_setting_kind", "requests", code) for code in ("lift", "plumber"))
    one, other = as_drawn(text_of(office.get(lift))), as_drawn(text_of(grace.get(plumber)))
    office.post(lift, one | {"label.ru": "Лифт и эскалатор"})
    answer = grace.post(plumber, other | {"label.ru": "Сантехник и трубы"})
    assert answer.status_code == 409
    grace.post(plumber, as_drawn(text_of(answer)))
    labels = [kind["label"]["ru"] for kind in SettingsVersion.objects.get().value["kinds"]]
    assert {"Лифт и эскалатор", "Сантехник и трубы"} <= set(labels)


def test_offices_are_added_moved_and_removed_before_they_are_saved(office: Client) -> None:
    was = json.dumps({"offices": [one.model_dump() for one in portal().offices]}, ensure_ascii=False)
    words = {
        f"offices.{row}.{key}.{code}": f"{key} {row} {code}"
        for row in (0, 1)
        for key in ("name", "address", "hours")
        for code in ("ru", "en")
    }
    page = text_of(office.post(at(EDIT, "offices"), {"was": was, **words, "do": "add:offices"}))
    assert 'name="offices.1.name.ru"' in page
    assert not SettingsVersion.objects.exists()
    two = json.dumps({"offices": [{}, {"_new": True}]})
    page = text_of(office.post(at(EDIT, "offices"), {"was": two, **words, "do": "up:offices:1"}))
    assert page.index("name 1 ru") < page.index("name 0 ru")
    office.post(at(EDIT, "offices"), {"was": two, **words})
    assert [one["name"]["ru"] for one in SettingsVersion.objects.get().value] == ["name 0 ru", "name 1 ru"]
    page = text_of(
        office.post(at(EDIT, "offices"), {"was": two, **words, "do": "remove:offices:0", "revision": "1"})
    )
    assert "name 0 ru" not in page
    for nonsense in ("up:offices:77", "remove:offices:x", "add:menu", "", ":::"):
        answer = office.post(at(EDIT, "offices"), {"was": "[", **words, "do": nonsense, "revision": "9"})
        assert answer.status_code in (200, 302, 409, 422)


def test_a_commission_is_shown_by_examples(office: Client) -> None:
    form = {"was": "{}", "percent": "2,5", "minimum": "0", "maximum": "", "paid_by": "customer"}
    office.post(at(EDIT, "commission-card"), form)
    page = text_of(office.get(at(PREVIEW, "commission-card"))).replace("\u00a0", " ")
    assert "125,00 ₽" in page, "of 5 000"
    assert "20 500,00 ₽" in page, "leaves the card for 20 000"


def test_a_window_is_shown_by_its_days(office: Client) -> None:
    days = {"first_day": "15", "last_day": "31", "unusual_times": "3", "sent_to_billing": "daily"}
    office.post(at(EDIT, "readings"), {"was": "{}", **days, "sent_at_hour": "20"})
    page = text_of(office.get(at(PREVIEW, "readings")))
    today = timezone.localdate()
    assert f"15.{today:%m.%Y}" in page


def test_a_new_kind_of_request_with_a_question(office: Client) -> None:
    new = at("office_setting_kind", "requests", "new")
    page = text_of(office.post(new, {"was": '{"code": "kind_1"}', "do": "add:fields"}))
    assert 'name="fields.0.label.ru"' in page
    was = json.dumps({"code": "paying", "fields": [{"code": "field_1", "_new": True}]})
    form = {
        "was": was,
        "offered": "on",
        "label.ru": "Ящик",
        "label.en": "Box",
        "working_days": "5",
        "files": "none",
        "fields.0.label.ru": "Номер",
        "fields.0.label.en": "Number",
        "fields.0.type": "number",
        "fields.0.required": "on",
    }
    assert office.post(new, form).status_code == 302
    assert "kind=kind_1" in text_of(office.get(at(PREVIEW, "requests")))
    assert "Номер" in text_of(office.get(at("draft", "requests"), {"kind": "kind_1"}))
    office.post(at(PREVIEW, "requests"), publishing())
    office.get(at("office_settings"))
    kind = portal().requests.kinds[-1]
    assert kind.code == "kind_1", "a code is ours to give"
    assert (kind.label["ru"], kind.fields[0].type, kind.working_days) == ("Ящик", "number", 5)


def test_a_kind_that_is_switched_off_is_no_longer_offered(office: Client) -> None:
    first = portal().requests.kinds[0]
    kind = at("office_setting_kind", "requests", first.code)
    form = as_drawn(text_of(office.get(kind)))
    assert form.pop("offered") == "on"
    answer = office.post(kind, form)
    assert answer.status_code == 302
    changed = setting(staff=dana_of(), place=Place("requests"), today=timezone.localdate()).proposed
    assert [one.path for one in changed] == [("kinds", first.code, "offered")], "and nothing else"
    office.post(at(PREVIEW, "requests"), publishing())
    office.get(at("office_settings"))
    assert first.code not in [one.code for one in portal().requests.offered]
    assert portal().requests.kind(first.code) is not None


@pytest.mark.parametrize(
    "was",
    [
        "",
        "[]",
        "{",
        "1",
        "[" * 100_000,
        '{"phones": 5}',
        '{"offices": {"a": 1}}',
        '{"offices": [1, {"name": 5}]}',
        '{"phones": ["\\u0000"], "fax": "\\u0000"}',
    ],
)
def test_a_form_that_was_tampered_with_is_answered(office: Client, was: str) -> None:
    for name in ("contact_centre", "offices", "requests", "commission-card"):
        answer = office.post(at(EDIT, name), {"was": was, "phones": "1\0", "hours.ru": "\0", "hours.en": "x"})
        assert answer.status_code in (302, 422)
    assert office.post(at("office_setting_kind", "requests", "new"), {"was": was}).status_code in (302, 422)


@pytest.mark.parametrize(
    ("role", "of_house", "page", "status"),
    [
        ("operator", False, "office_settings", 404),
        ("accountant", False, "office_settings", 404),
        ("administrator", True, "office_settings", 404),
        ("operator", True, "office_windows", 404),
        ("administrator", True, "office_windows", 200),
        ("administrator", False, "office_windows", 200),
        ("administrator", True, "office_tariffs", 404),
    ],
)
def test_who_reaches_what(client: Client, role: str, of_house: bool, page: str, status: int) -> None:
    house = Organisation.objects.create(code="house", name_ru="Дом")
    staff = signed_in(client, member("x", role, house if of_house else None).user)
    assert staff.get(at(page)).status_code == status


def test_an_organisations_administrator_sets_its_window_and_no_other(client: Client) -> None:
    house = Organisation.objects.create(code="house", name_ru="Дом")
    other = Organisation.objects.create(code="other", name_ru="Другой")
    erlan = signed_in(client, member("erlan", organisation=house).user)
    assert "Другой" not in text_of(erlan.get(at("office_windows")))
    for name in ("office_window", "office_window_edit"):
        assert erlan.get(at(name, other.pk)).status_code == 404
    form = {"was": "{}", "first_day": "20", "last_day": "2"}
    assert erlan.post(at("office_window_edit", other.pk), form).status_code == 404
    assert erlan.post(at("office_window_edit", house.pk), form).status_code == 302
    erlan.post(at("office_window_preview", house.pk), publishing())
    erlan.get(at("office_windows"))
    assert current.own_window(house.pk) == (20, 2)
    assert current.own_window(other.pk) is None
    assert AuditEvent.objects.get(action="setting_published").organisation_id == house.pk


def test_a_version_that_no_longer_fits_is_shown(office: Client) -> None:
    office.post(at(EDIT, "contact_centre"), typed())
    SettingsVersion.objects.update(value={"phones": ["1"], "fax": "2"})
    SettingsVersion.objects.update(
        state="published",
        number=1,
        in_force_from="2026-01-01",
        published_at=timezone.now(),
        note="до обновления",
    )
    SettingsNumber.objects.update(number=1)
    page = text_of(office.get(at("office_settings")))
    assert "не применяется" in page
    assert "fax" in text_of(office.get(at(PAGE, "contact_centre")))
    assert portal().contact_centre.phones != ["1"]


def test_a_draft_that_no_longer_fits_can_be_looked_at(office: Client) -> None:
    office.post(at(EDIT, "contact_centre"), typed())
    SettingsVersion.objects.update(value={"phones": [], "fax": "2"})
    assert office.get(at(PREVIEW, "contact_centre")).status_code == 200
    assert office.post(at(PREVIEW, "contact_centre"), publishing()).status_code == 422
    assert office.get(at(EDIT, "contact_centre")).status_code == 200


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_in_every_language(client: Client, language: str) -> None:
    staff = signed_in(client, member("dana").user, language)
    for name in ("contact_centre", "offices", "readings", "requests", "commission-card"):
        for page in (PAGE, EDIT):
            assert faults(text_of(staff.get(at(page, name)))) == []
        staff.post(at(EDIT, name), as_drawn(text_of(staff.get(at(EDIT, name)))))
        assert faults(text_of(staff.get(at(PREVIEW, name)))) == []
    assert staff.get(at(PAGE, "menu")).status_code == 404
    assert staff.get(at(PAGE, "commission-nothing")).status_code == 404
