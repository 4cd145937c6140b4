"""Differences in the office: whose they are, since when, who looks after them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from abonent.payments.models import Difference
from abonent.portal.models import Organisation
from abonent.users.models import StaffMembership, User
from tests.interfaces.office.test_payments import (
    alice,
    bank,
    bob,
    clerk,
    dacha,
    home,
    new_account,
    office,
    paying,
    power,
    supplier,
    text_of,
    till,
)
from tests.payments.conftest import NOW, Till

__all__ = [
    "alice",
    "bank",
    "bob",
    "clerk",
    "dacha",
    "home",
    "new_account",
    "office",
    "paying",
    "power",
    "supplier",
    "till",
]
pytestmark = pytest.mark.django_db
PAGE = "office_reconciliation"


@pytest.fixture
def difference(supplier: Organisation) -> Difference:
    return Difference.objects.create(
        day=date(2026, 11, 18),
        kind="missing_here",
        source="online:card",
        reference="g-17",
        organisation=supplier,
        theirs=Decimal("0.01"),
        owner="portal",
        found_at=NOW - timedelta(days=2),
    )


def look_after(office: Client, difference: Difference, **typed: str) -> Difference:
    assert office.post(reverse("office_difference", args=[difference.pk]), typed).status_code == 302
    difference.refresh_from_db()
    return difference


def test_one_kopeck_is_shown_with_its_owner_and_taken_over_with_a_note(
    office: Client, difference: Difference, clerk: User
) -> None:
    page = text_of(office.get(reverse(PAGE)))
    assert "g-17" in page
    assert "0,01" in page
    taken = look_after(office, difference, take="1", note="позвонили в банк")
    assert taken.taken_by == clerk
    assert "позвонили в банк" in text_of(office.get(reverse(PAGE)))


def test_what_settles_itself_is_not_settled_by_hand_and_a_repeated_call_is(
    office: Client, difference: Difference
) -> None:
    assert look_after(office, difference, settle="1", note="ничего").settled_at is None
    Difference.objects.update(kind="bank_call")
    assert look_after(office, difference, settle="1", note="").settled_at is None
    assert look_after(office, difference, settle="1", note="банк ошибся").settled_at is not None


def test_staff_of_another_organisation_see_neither_difference_nor_columns(
    office: Client, difference: Difference, clerk: User
) -> None:
    theirs = Organisation.objects.create(code="theirs", name_ru="Чужие")
    StaffMembership.objects.filter(user=clerk).update(organisation=theirs)
    page = text_of(office.get(reverse(PAGE)))
    assert "g-17" not in page
    assert 'name="day"' not in page
    assert office.post(reverse("office_difference", args=[difference.pk])).status_code == 404
    assert office.post(reverse("office_reconcile"), {"day": "2026-11-18"}).status_code == 404


def test_a_day_is_compared_on_request(office: Client, till: Till) -> None:
    till.paid()
    answer = office.post(reverse("office_reconcile"), {"day": till.now.date().isoformat()}, follow=True)
    assert "1 000,00" in text_of(answer)
    assert f'value="{till.now.date().isoformat()}"' in text_of(answer), "a date field knows only ISO days"
    assert office.post(reverse("office_reconcile"), {"day": "завтра"}).status_code == 302
