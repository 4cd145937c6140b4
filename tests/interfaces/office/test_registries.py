"""Rows of registries that fit no account: staff book them or set them aside, once."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.payments.models import Registry, RegistryRow
from abonent.payments.operations.registries import take_registry
from abonent.payments.registry_file import RowGiven
from abonent.portal.models import Organisation
from abonent.users.models import StaffMembership, User
from tests.interfaces.office.test_payments import (
    alice,
    bob,
    clerk,
    home,
    new_account,
    office,
    power,
    supplier,
    text_of,
)
from tests.payments.conftest import NOW, ledger

__all__ = ["alice", "bob", "clerk", "home", "new_account", "office", "power", "supplier"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def registry(home: Account) -> Registry:
    """Two rows: one for 000700, one for nobody."""
    rows = [
        RowGiven(1, "op1", date(2026, 11, 20), Decimal("10.00"), account="000700"),
        RowGiven(2, "op2", date(2026, 11, 20), Decimal("7.50"), account="999", payer="Ким А", purpose="свет"),
    ]
    file = {"source": "registry:sber", "format": "sberbank", "name": "sber.txt", "checksum": "c"}
    take_registry(rows=rows, loaded_by="test", now=NOW, **file)
    return Registry.objects.get()


def resolve(office: Client, registry: Registry, **typed: str) -> RegistryRow:
    row = registry.lines.get(operation="op2")
    office.post(reverse("office_registry_resolve", args=[registry.pk]), {"row": row.pk, **typed})
    row.refresh_from_db()
    return row


def test_says_what_became_of_the_file_and_what_waits(office: Client, registry: Registry) -> None:
    listed = text_of(office.get(reverse("office_registries")))
    assert "sber.txt" in listed
    assert "7,50" in listed
    page = text_of(office.get(reverse("office_registry", args=[registry.pk])))
    assert "Ким А" in page
    assert "17,50" in page, "the states add up to the file"


def test_a_row_is_booked_to_the_account_that_staff_name(office: Client, registry: Registry) -> None:
    assert ledger() == {"000700": Decimal("10.00")}
    assert resolve(office, registry, book="1", number="700").state == "booked"
    assert resolve(office, registry, book="1", number="700").state == "booked"
    assert ledger() == {"000700": Decimal("17.50")}


@pytest.mark.parametrize(
    "typed", [{"book": "1", "number": "12345"}, {"book": "1"}, {"aside": "1", "note": ""}, {}]
)
def test_an_unknown_account_or_no_word_at_all_changes_nothing(
    office: Client, registry: Registry, typed: dict[str, str]
) -> None:
    assert resolve(office, registry, **typed).state == "unmatched"
    assert ledger() == {"000700": Decimal("10.00")}


def test_a_row_is_set_aside_with_a_word_why(office: Client, registry: Registry) -> None:
    row = resolve(office, registry, aside="1", note="перевод между счетами")
    assert (row.state, row.note) == ("set_aside", "перевод между счетами")
    assert "перевод между счетами" in text_of(office.get(reverse("office_registry", args=[registry.pk])))


def test_staff_of_one_organisation_see_no_registry(
    office: Client, registry: Registry, clerk: User, supplier: Organisation
) -> None:
    StaffMembership.objects.filter(user=clerk).update(organisation=supplier)
    assert office.get(reverse("office_registries")).status_code == 404
    assert office.get(reverse("office_registry", args=[registry.pk])).status_code == 404
    assert resolve(office, registry, book="1", number="700").state == "unmatched"
