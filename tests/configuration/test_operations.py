"""Draft, publish, revert, withdraw: what holds on which day, two people, rights, the trail, the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from abonent.configuration import operations
from abonent.configuration.operations import (
    AlreadyInForce,
    ChangedMeanwhile,
    InThePast,
    NoReason,
    discard_draft,
    publish,
    revert,
    save_draft,
    withdraw,
)
from abonent.configuration.queries import (
    NoSuchSetting,
    broken_settings,
    latest_number,
    name_of,
    overview,
    place_named,
    setting,
    windows,
)
from abonent.portal import current
from abonent.portal.models import Organisation, SettingsNumber, SettingsVersion
from abonent.portal.overlay import COMMISSION, WINDOW, InvalidSetting, Place
from abonent.users.models import AuditEvent, StaffMembership
from tests.configuration.conftest import member
from tests.configuration.wanted import CONTACT, TODAY, contacts, published
from tests.users.cast import NOW

pytestmark = pytest.mark.django_db


def phones(staff: StaffMembership, in_days: int = 0) -> list[str]:
    found: list[str] = setting(staff=staff, place=CONTACT, today=TODAY + timedelta(days=in_days)).value[
        "phones"
    ]
    return found


def back(staff: StaffMembership, to: int | None, **more: Any) -> SettingsVersion:
    asked = {"latest": latest_number(CONTACT), "in_force_from": TODAY, "note": "назад", **more}
    return revert(staff=staff, place=CONTACT, to=to, today=TODAY, now=NOW, **asked)


def test_a_draft_changes_nothing_until_it_is_published(dana: StaffMembership) -> None:
    before = phones(dana)
    save_draft(staff=dana, place=CONTACT, value=contacts("1"), revision=None, now=NOW)
    assert phones(dana) == before
    one = setting(staff=dana, place=CONTACT, today=TODAY)
    assert [change.path for change in one.proposed] == [("phones",), ("hours", "ru"), ("hours", "en")]
    assert one.differs == []


def test_published_for_a_day_it_holds_from_that_day(dana: StaffMembership) -> None:
    toml = phones(dana)
    published(dana, CONTACT, contacts("1"))
    published(dana, CONTACT, contacts("2"), in_days=5)
    assert [phones(dana, days) for days in (-1, 0, 4, 5, 50)] == [toml, ["1"], ["1"], ["2"], ["2"]]
    one = setting(staff=dana, place=CONTACT, today=TODAY)
    assert one.version is not None
    assert (one.version.published_by, one.version.note) == ("dana", "так решено")
    assert [row.value["phones"] for row in one.upcoming] == [["2"]]
    assert next(change.path for change in one.differs) == ("phones",)


def test_back_to_the_toml_and_to_an_earlier_version_are_versions_too(dana: StaffMembership) -> None:
    toml = phones(dana)
    first = published(dana, CONTACT, contacts("1"))
    back(dana, None)
    assert phones(dana) == toml
    back(dana, first.pk)
    assert phones(dana) == ["1"]
    assert len(setting(staff=dana, place=CONTACT, today=TODAY).history) == 3
    with pytest.raises(NoSuchSetting):
        back(dana, 99_999)


def test_a_version_whose_day_is_to_come_may_be_withdrawn_and_no_other(dana: StaffMembership) -> None:
    now_on = published(dana, CONTACT, contacts("1"))
    later = published(dana, CONTACT, contacts("2"), in_days=3)
    asked = {"staff": dana, "note": "рано", "today": TODAY, "now": NOW}
    with pytest.raises(AlreadyInForce):
        withdraw(version_id=now_on.pk, **asked)
    with pytest.raises(NoReason):
        withdraw(version_id=later.pk, **asked | {"note": "  "})
    withdraw(version_id=later.pk, **asked)
    assert phones(dana, 10) == ["1"]
    with pytest.raises(ChangedMeanwhile) as caught:
        withdraw(version_id=later.pk, **asked)
    assert caught.value.by == "dana"


def test_the_second_of_two_people_is_told_of_the_first(dana: StaffMembership) -> None:
    other = member("grace")
    draft = save_draft(staff=dana, place=CONTACT, value=contacts("1"), revision=None, now=NOW)
    again = {"place": CONTACT, "now": NOW}
    with pytest.raises(ChangedMeanwhile, match="dana"):
        save_draft(staff=other, value=contacts("2"), revision=None, **again)
    save_draft(staff=other, value=contacts("2"), revision=draft.revision, **again)
    with pytest.raises(ChangedMeanwhile, match="grace"):
        save_draft(staff=dana, value=contacts("3"), revision=draft.revision, **again)
    with pytest.raises(ChangedMeanwhile, match="grace"):
        discard_draft(staff=dana, place=CONTACT, revision=draft.revision, now=NOW)
    facts = {"in_force_from": TODAY, "note": "x", "today": TODAY, "staff": dana, **again}
    with pytest.raises(ChangedMeanwhile):
        publish(revision=1, latest=0, **facts)
    publish(revision=2, latest=0, **facts)
    save_draft(staff=dana, value=contacts("4"), revision=None, **again)
    with pytest.raises(ChangedMeanwhile):  # somebody published since the preview was opened
        publish(revision=1, latest=0, **facts)


@pytest.mark.parametrize(("in_days", "note", "error"), [(-1, "x", InThePast), (0, " ", NoReason)])
def test_what_is_refused_writes_nothing(
    dana: StaffMembership, in_days: int, note: str, error: type[Exception]
) -> None:
    with pytest.raises(error), transaction.atomic():
        published(dana, CONTACT, contacts("1"), in_days=in_days, note=note)
    assert SettingsVersion.objects.exclude(state="draft").count() == 0
    assert SettingsNumber.objects.get().number == 0
    assert not AuditEvent.objects.filter(action="setting_published").exists()


def test_a_power_cut_while_publishing_leaves_the_draft_and_nothing_else(
    dana: StaffMembership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trail is the last that is written: whatever stops before it takes all of it back."""
    draft = save_draft(staff=dana, place=CONTACT, value=contacts("1"), revision=None, now=NOW)

    def cut(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(operations, "record", cut)
    facts = {"in_force_from": TODAY, "note": "x", "today": TODAY, "now": NOW, "latest": 0}
    with pytest.raises(KeyboardInterrupt):
        publish(staff=dana, place=CONTACT, revision=1, **facts)
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.note) == ("draft", None, "")
    assert SettingsNumber.objects.get().number == 0
    monkeypatch.undo()
    publish(staff=dana, place=CONTACT, revision=1, **facts)
    assert phones(dana) == ["1"]


def test_a_value_is_checked_by_the_profiles_own_model(dana: StaffMembership) -> None:
    with pytest.raises(InvalidSetting) as caught:
        save_draft(staff=dana, place=CONTACT, value={"phones": []}, revision=None, now=NOW)
    assert {one.path for one in caught.value.mistakes} == {"phones", "hours"}
    commission = Place(COMMISSION, method="card")
    wrong = {"percent": 1, "minimum": 10, "maximum": 5}
    with pytest.raises(InvalidSetting, match="more than maximum"):
        save_draft(staff=dana, place=commission, value=wrong, revision=None, now=NOW)


def test_every_step_is_in_the_trail_with_its_reason(dana: StaffMembership) -> None:
    published(dana, CONTACT, contacts("1"), note="сменился номер")
    later = published(dana, CONTACT, contacts("2"), in_days=2)
    withdraw(staff=dana, version_id=later.pk, note="рано", today=TODAY, now=NOW)
    save_draft(staff=dana, place=CONTACT, value=contacts("3"), revision=None, now=NOW)
    discard_draft(staff=dana, place=CONTACT, revision=1, now=NOW)
    found = list(AuditEvent.objects.filter(action__startswith="setting_").order_by("pk"))
    assert [(one.action, one.reason) for one in found] == [
        ("setting_draft_saved", ""),
        ("setting_published", "сменился номер"),
        ("setting_draft_saved", ""),
        ("setting_published", "так решено"),
        ("setting_withdrawn", "рано"),
        ("setting_draft_saved", ""),
        ("setting_draft_discarded", ""),
    ]
    assert {(one.actor_id, one.subject) for one in found} == {(dana.user_id, "setting:contact_centre")}


@pytest.mark.parametrize("role", ["operator", "accountant", "administrator"])
@pytest.mark.parametrize("whose", ["portal", "own", "other"])
def test_who_may_set_what(role: str, whose: str, house: Organisation) -> None:
    other = Organisation.objects.create(code="other", name_ru="Другая")
    place = {"portal": CONTACT, "own": Place(WINDOW, house.pk), "other": Place(WINDOW, other.pk)}[whose]
    value = contacts("1") if whose == "portal" else {"first_day": 5, "last_day": 9}
    for organisation, allowed in (
        (None, role == "administrator"),
        (house, role == "administrator" and whose == "own"),
    ):
        staff = member(f"{role}-{organisation}"[:20], role, organisation)
        try:
            published(staff, place, value)
            setting(staff=staff, place=place, today=TODAY)
            done = True
        except NoSuchSetting:
            done = False
        assert done == allowed, (role, whose, organisation)
        assert SettingsVersion.objects.exists() or not allowed


def test_an_organisations_window_wins_over_billings_and_goes_back_to_it(
    erlan: StaffMembership, house: Organisation
) -> None:
    house.readings_from, house.readings_to = 3, 7
    house.save()
    place = Place(WINDOW, house.pk)
    published(erlan, place, {"first_day": 20, "last_day": 2}, in_days=1)
    today, tomorrow = (setting(staff=erlan, place=place, today=TODAY + timedelta(days=d)) for d in (0, 1))
    assert today.value == {"first_day": 3, "last_day": 7}
    assert tomorrow.value == {"first_day": 20, "last_day": 2}
    assert tomorrow.default == {"first_day": 3, "last_day": 7}


def test_a_kind_that_was_in_use_stays_known(dana: StaffMembership) -> None:
    place = Place("requests")
    before = setting(staff=dana, place=place, today=TODAY).value
    own = before["kinds"][0] | {"code": "own", "about_bill_line": False}
    published(dana, place, {**before, "kinds": [*before["kinds"], own]})
    current.bring_up_to_date(today=TODAY, number=1)
    with pytest.raises(InvalidSetting, match="own"):
        save_draft(staff=dana, place=place, value=before, revision=None, now=NOW)
    revert(
        staff=dana,
        place=place,
        to=None,
        latest=1,
        in_force_from=TODAY,
        note="назад",
        today=TODAY,
        now=NOW,
    )
    kinds = setting(staff=dana, place=place, today=TODAY).value["kinds"]
    assert [one["offered"] for one in kinds if one["code"] == "own"] == [False]


def test_a_version_that_no_longer_fits_is_shown_and_the_toml_holds(dana: StaffMembership) -> None:
    toml = phones(dana)
    SettingsVersion.objects.create(
        part="contact_centre",
        value={"phones": ["1"], "fax": "2"},
        state="published",
        number=1,
        in_force_from=TODAY,
        changed_by_id=1,
        changed_by="dana",
        changed_at=NOW,
        published_at=NOW,
        note="до обновления",
    )
    one = setting(staff=dana, place=CONTACT, today=TODAY)
    assert one.value["phones"] == toml
    assert ["fax" in reason for reason in one.broken.values()] == [True]
    assert [place for place, _ in broken_settings(today=TODAY)] == [CONTACT]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE portal_settingsversion SET value = '{}'",
        "UPDATE portal_settingsversion SET in_force_from = '2020-01-01'",
        "UPDATE portal_settingsversion SET note = 'другое'",
        "UPDATE portal_settingsversion SET state = 'draft'",
        "UPDATE portal_settingsversion SET part = 'offices'",
        "DELETE FROM portal_settingsversion",
    ],
)
def test_what_was_published_does_not_change(dana: StaffMembership, statement: str) -> None:
    published(dana, CONTACT, contacts("1"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_places_are_named_in_addresses() -> None:
    for place in (CONTACT, Place(COMMISSION, method="card"), Place(WINDOW, 17)):
        assert place_named(name_of(place)) == place
    for wrong in ("menu", "contact_centre-x", "commission", "window", "window-x", "window--1", ""):
        with pytest.raises(NoSuchSetting):
            place_named(wrong)


def test_pages_ask_the_same_number_of_queries_whatever_was_published(
    dana: StaffMembership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        published(dana, CONTACT, contacts(str(number)))
        Organisation.objects.create(code=f"o{number}", name_ru=f"О{number}")
    with django_assert_num_queries(1):
        overview(today=TODAY)
    with django_assert_num_queries(1):
        setting(staff=dana, place=CONTACT, today=TODAY)
    with django_assert_num_queries(2):
        assert len(windows(staff=dana, today=TODAY, limit=10, offset=0)) == 3
