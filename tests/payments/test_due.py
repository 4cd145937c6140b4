"""What may be paid of several accounts at once: the bill that the account's own page says, in few queries."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from abonent.accounts.queries import held_accounts
from abonent.ledger import booking
from abonent.ledger.queries import balance
from abonent.payments.due import AccountDue, what_is_due
from tests import billed

pytestmark = pytest.mark.django_db

KEYS = ["100", "200", "300", "400", "500"]


@pytest.fixture
def alice(tmp_path: Path) -> Any:
    billed.load(tmp_path, billed.files(months=6))
    return billed.people(linked={"alice": KEYS})["alice"]


def due_of(person: Any) -> dict[str, AccountDue]:
    found = what_is_due(held_accounts(person.pk, now=billed.NOW), language="ru")
    return {one.account.number.lstrip("0"): one for one in found}


def book(key: str, amount: str, **others: Any) -> None:
    from abonent.accounts.models import Account

    facts = {"source": "online", "external_id": f"{key}-{amount}", "paid_on": billed.NOW.date()} | others
    entry = booking.Entry(account_id=Account.objects.get(key=key).pk, amount=Decimal(amount), **facts)
    booking.book([entry], now=billed.NOW)


def expect(key: str, amount: str) -> None:
    from abonent.accounts.models import Account

    one = Account.objects.get(key=key)
    entry = booking.Entry("online", f"way-{key}", one.pk, Decimal(amount), billed.NOW.date())
    booking.expect([entry], now=billed.NOW)


def test_every_accounts_bill_is_what_its_page_says(alice: Any) -> None:
    expect("300", "4.00")
    book("300", "1.50")
    # Booked here on a day that the bill counts, and billing was not told of it: its balance cannot hold it.
    book("300", "2.25", paid_on=billed.LATEST.first_day, external_id="early")
    found = due_of(alice)
    for one in found.values():
        own = balance(one.account.id, language="ru", version=one.account.data_version)
        assert one.presets.bill == max(Decimal(0), own.due if own else Decimal(0)), one.account.number
    assert found["300"].presets.bill == Decimal("2.25")
    assert found["300"].expected == Decimal("4.00")


def test_it_is_so_however_often_somebody_pays(alice: Any) -> None:
    """Twenty days with a payment each, and one of long ago that a registry brought late."""
    for day in range(1, 21):
        paid_on = billed.NOW.date().replace(day=day)
        book("100", "10.00", external_id=f"day-{day}", paid_on=paid_on)
    book("100", "5.00", source="registry:sber", external_id="late", paid_on=date(2026, 1, 9))
    found = due_of(alice)["100"]
    own = balance(found.account.id, language="ru", version=found.account.data_version)
    assert own
    assert sum(one.amount for one in own.later) == Decimal("905.00"), "700.00 came from billing"
    assert found.presets.bill == own.due


def test_a_closed_account_has_its_last_bill_and_one_never_charged_has_none(alice: Any) -> None:
    found = due_of(alice)
    assert str(found["400"].month) == "2024-09-01"
    assert found["500"].month is None
    assert found["500"].presets.services == ()
    assert found["500"].payee == "ТОО «Свет»"
    assert [one.name for one in found["100"].services.values()] == ["Электроэнергия", "Горячая вода"]


def test_the_queries_are_as_many_for_one_account_as_for_five(alice: Any) -> None:
    held = held_accounts(alice.pk, now=billed.NOW)
    what_is_due(held, language="ru")
    counted = []
    for accounts in (held[:1], held[:3], held):
        with CaptureQueriesContext(connection) as found:
            what_is_due(accounts, language="ru")
        counted.append(len(found))
    assert counted == [3, 3, 4], "one more where an account was not charged lately"
    assert what_is_due((), language="ru") == ()
