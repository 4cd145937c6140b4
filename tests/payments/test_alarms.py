"""The letter about what does not agree."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from abonent.notices.models import Letter
from abonent.payments.models import Difference
from abonent.payments.operations.alarms import tell_of_differences
from abonent.payments.operations.reconciling import reconcile_daily
from abonent.portal.models import Organisation
from abonent.users.models import StaffMembership, User
from tests.payments.bank_calls import bank, let_call

NOW = datetime(2026, 11, 21, 3, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _staff(settings: Any) -> None:
    """anna runs the portal; boris is its operator, dana another's, erlan's mailbox is unproven."""
    let_call(settings, bank())
    other = Organisation.objects.create(code="theirs", name_ru="Чужой")
    for login, organisation, role, confirmed in (
        ("anna", None, "administrator", True),
        ("boris", None, "operator", True),
        ("dana", other, "administrator", True),
        ("erlan", None, "administrator", False),
    ):
        person = User.objects.create(
            login=login, email=f"{login}@example.kz", email_confirmed=confirmed, language="ru"
        )
        StaffMembership.objects.create(user=person, organisation=organisation, role=role)


def difference(number: int = 1, **facts: Any) -> Difference:
    usual = {
        "day": date(2026, 11, 20),
        "kind": "amount",
        "source": "bank:kaspi",
        "reference": f"tx{number}",
        "ours": Decimal("10.00"),
        "theirs": Decimal("10.01"),
        "owner": "gateway",
        "found_at": NOW - timedelta(days=2),
    }
    return Difference.objects.create(**(usual | facts))


def test_while_nothing_is_open_nobody_is_written_to() -> None:
    difference(settled_at=NOW)
    assert tell_of_differences(now=NOW) == 0
    assert Letter.objects.count() == 0


def test_administrators_of_the_portal_read_the_rows_once_a_day() -> None:
    difference()
    difference(2, kind="missing_there", theirs=None)
    assert tell_of_differences(now=NOW) == 1
    assert tell_of_differences(now=NOW + timedelta(hours=15)) == 0  # 23:10 in Almaty
    letter = Letter.objects.get()
    assert letter.to == "anna@example.kz"
    assert letter.subject == "Расхождения по платежам: 2"
    assert "самое старое найдено 19.11.2026" in letter.text
    assert "20.11.2026, Каспи, tx1: " in letter.text
    assert "10.00" in letter.text
    assert "10.01" in letter.text
    assert "/office/" in letter.text
    assert tell_of_differences(now=NOW + timedelta(hours=16)) == 1


def test_a_letter_has_twenty_rows_and_says_how_many_more() -> None:
    for number in range(23):
        difference(number)
    tell_of_differences(now=NOW)
    text = Letter.objects.get().text
    assert text.count("Каспи, tx") == 20
    assert "И ещё 3." in text


def test_the_morning_run_writes_what_it_found_open() -> None:
    difference(kind="bank_call")
    assert reconcile_daily(now=NOW) == 1
    assert reconcile_daily(now=NOW) == 0
