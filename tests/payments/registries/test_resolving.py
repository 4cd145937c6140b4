"""Rows that fit nobody: staff book them or set them aside, once, and it stands in the trail."""

from decimal import Decimal

import pytest

from abonent.accounts.models import Account
from abonent.payments.models import RegistryRow
from abonent.payments.operations.registries import (
    AlreadyResolved,
    NoSuchAccount,
    NoteNeeded,
    resolve_row,
    set_aside,
)
from abonent.users.models import AuditEvent, User
from tests.payments.conftest import NOW, ledger
from tests.payments.registries.conftest import row
from tests.payments.registries.test_taking import Take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registries_hold")]


@pytest.fixture
def waiting(take: Take, home: Account) -> RegistryRow:
    take(row("1", "100.00", "999"))
    return RegistryRow.objects.get()


def test_a_row_is_booked_to_the_account_that_staff_name(waiting: RegistryRow, clerk: User) -> None:
    resolve_row(row_id=waiting.pk, number=" 000-700 ", staff=clerk, now=NOW)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.resolved_by, waiting.resolved_at) == ("booked", clerk, NOW)
    assert ledger() == {"000700": Decimal("100.00")}
    event = AuditEvent.objects.get(action="registry_row_booked")
    assert event.actor == clerk
    assert event.details == {"row": waiting.pk, "amount": "100.00"}
    with pytest.raises(AlreadyResolved):
        resolve_row(row_id=waiting.pk, number="700", staff=clerk, now=NOW)
    with pytest.raises(AlreadyResolved):
        set_aside(row_id=waiting.pk, note="no", staff=clerk, now=NOW)
    assert ledger() == {"000700": Decimal("100.00")}


def test_a_row_is_set_aside_with_a_reason(waiting: RegistryRow, clerk: User) -> None:
    with pytest.raises(NoteNeeded):
        set_aside(row_id=waiting.pk, note="  ", staff=clerk, now=NOW)
    set_aside(row_id=waiting.pk, note="The bank's own transfer", staff=clerk, now=NOW)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.note) == ("set_aside", "The bank's own transfer")
    assert AuditEvent.objects.get(action="registry_row_set_aside").subject == f"registry_row:{waiting.pk}"
    with pytest.raises(AlreadyResolved):
        resolve_row(row_id=waiting.pk, number="700", staff=clerk, now=NOW)
    assert ledger() == {}


@pytest.mark.parametrize("number", ["999", "", "--", "700x"])
def test_an_account_that_nobody_knows(waiting: RegistryRow, clerk: User, number: str) -> None:
    with pytest.raises(NoSuchAccount):
        resolve_row(row_id=waiting.pk, number=number, staff=clerk, now=NOW)
    assert not AuditEvent.objects.exists()


def test_an_operation_that_the_ledger_has_is_not_booked_by_hand(
    take: Take, home: Account, clerk: User
) -> None:
    take(row("1", "100.00", "700"))
    take(row("1", "90.00", "700"))
    differing = RegistryRow.objects.get(note="differs")
    with pytest.raises(AlreadyResolved, match="is booked already"):
        resolve_row(row_id=differing.pk, number="700", staff=clerk, now=NOW)
    differing.refresh_from_db()
    assert differing.state == "unmatched"
    assert ledger() == {"000700": Decimal("100.00")}
