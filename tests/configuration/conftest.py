"""The portal is the housing manager's; dana administers it, erlan one organisation."""

from collections.abc import Callable
from typing import Any

import pytest

from abonent.portal.models import Organisation
from abonent.users.models import StaffMembership
from abonent.users.operations import add_staff_member
from tests.users.cast import NOW, PASSWORD, _quick_hashes, portal_named

__all__ = ["_quick_hashes", "portal_named"]


@pytest.fixture(autouse=True)
def _housing(settings: Any, portal_named: Callable[[str], Any]) -> None:
    settings.STAFF_SECOND_FACTOR = False
    portal_named("housing")


def member(
    login: str, role: str = "administrator", organisation: Organisation | None = None
) -> StaffMembership:
    user = add_staff_member(
        login=login,
        email=f"{login}@example.ru",
        password=PASSWORD,
        organisation=organisation,
        role=role,
        now=NOW,
    )
    return StaffMembership.objects.get(user=user)


@pytest.fixture
def dana(db: None) -> StaffMembership:
    return member("dana")


@pytest.fixture
def house(db: None) -> Organisation:
    return Organisation.objects.create(code="house", name_ru="Зелёный дом")


@pytest.fixture
def erlan(house: Organisation) -> StaffMembership:
    return member("erlan", organisation=house)
