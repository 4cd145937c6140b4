"""After an upgrade a stored tariff no longer parses: no error page, and nothing is reckoned by it."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from abonent.portal.queries import data_version
from abonent.tariffs.queries import known
from tests.configuration.conftest import member
from tests.interfaces.resident.test_cabinet_pages import public_id
from tests.interfaces.resident.used import NOW, cast, world
from tests.interfaces.ui.markup import faults
from tests.tariffs.unreadable import spoil
from tests.users.cast import _quick_hashes, signed_in

__all__ = ["_quick_hashes", "cast", "world"]
pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def page(answer: Any) -> str:
    assert answer.status_code == 200
    text = str(answer.content.decode())
    assert faults(text) == []
    return text


def test_nothing_is_reckoned_by_it_and_the_others_stay(cast: dict[str, Any]) -> None:
    spoil("zones", own=True, now=NOW)
    found = known(version=data_version())
    assert found.own("power", TODAY) is None
    assert found.charged_by("power", "zones", TODAY) is None
    assert [one.code for one in found.offered("power", TODAY)] == ["levels"]


@pytest.mark.parametrize("key", ["100", "200"])
def test_every_page_that_reckons_is_drawn(cast: dict[str, Any], key: str) -> None:
    for code in ("zones", "levels"):
        spoil(code, own=code == "zones", now=NOW)
    client = Client()
    client.force_login(cast["alice" if key == "100" else "charlie"])
    for name in ("calculator", "what_if", "consumption", "services", "account"):
        page(client.get(reverse(name, args=[public_id(key)])))
    why = client.get(reverse("why", args=[public_id(key)]), {"month": "2026-10", "service": "power"})
    assert "Тариф для этой услуги не загружен." in page(why)
    assert "Тариф для этой услуги не загружен." in page(
        client.get(reverse("calculator", args=[public_id(key)]))
    )


def test_the_office_shows_its_text_and_lets_it_be_mended(
    cast: dict[str, Any], client: Client, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    spoil("zones", own=True, now=NOW)
    office = signed_in(client, member("dana").user)
    assert "не читается" in page(office.get(reverse("office_tariffs")))
    one = page(office.get(reverse("office_tariff", args=["zones"])))
    assert "no_longer_known" in one
    rates = office.get(reverse("office_tariff_rates", args=["zones"]))
    assert rates.headers["Location"] == f"{reverse('office_tariff_text')}?of=zones"
    assert "no_longer_known" in page(office.get(rates.headers["Location"]))
    assert page(office.get(reverse("office_tariff_revert", args=["zones", 1])))
    refused = office.post(
        reverse("office_tariff_revert", args=["zones", 2]),
        {"in_force_from": "2099-01-01", "note": "обратно", "latest": "2"},
    )
    assert refused.status_code == 422
