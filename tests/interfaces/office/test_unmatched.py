"""Payments that name no account, in the office: suggested, booked and set aside, once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.payments.models import Registry, RegistryRow
from abonent.payments.operations.registries import take_registry
from abonent.payments.registry_file import RowGiven
from abonent.portal.models import Organisation
from abonent.users.models import AuditEvent, StaffMembership, User
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


def taken(*rows: dict[str, Any], name: str = "a.txt") -> Registry:
    """A registry whose rows name no account."""
    given = [
        RowGiven(
            line,
            f"{name}-{line}",
            row.pop("on", date(2026, 11, 20)),
            Decimal(row.pop("amount", "7.50")),
            **row,
        )
        for line, row in enumerate(rows, start=1)
    ]
    file = {"source": f"registry:{name}", "format": "sberbank", "name": name, "checksum": name}
    take_registry(rows=given, loaded_by="test", now=NOW, **file)
    return Registry.objects.get(name=name)


def shown(office: Client) -> str:
    return text_of(office.get(reverse("office_unmatched")))


def send(office: Client, row: RegistryRow, **typed: str) -> Any:
    answer = office.post(reverse("office_unmatched_resolve"), {"row": row.pk, **typed})
    row.refresh_from_db()
    return answer


def test_one_queue_over_all_registries_the_oldest_payment_first(office: Client, home: Account) -> None:
    taken({"account": "91", "payer": "Второй В."}, name="a.txt")
    taken({"account": "92", "payer": "Первый П.", "on": date(2026, 11, 1)}, name="b.txt")
    page = shown(office)
    assert page.index("Первый П.") < page.index("Второй В.")


def test_an_account_is_suggested_with_why_and_booked(office: Client, home: Account) -> None:
    row = taken({"account": "0007001"}).lines.get()
    page = shown(office)
    assert f'value="{home.number}"' in page
    assert "отличается одна цифра" in page
    answer = send(office, row, choice=home.number, book="1", next="row-5")
    assert answer["Location"] == reverse("office_unmatched") + "#row-5"
    assert (row.state, row.account) == ("booked", home)
    assert ledger() == {home.number: Decimal("7.50")}
    assert AuditEvent.objects.filter(action="registry_row_booked").count() == 1


def test_the_payers_name_finds_an_account_whatever_letters_it_has(
    office: Client, home: Account, new_account: Any
) -> None:
    new_account("5550001", payer="Қасымова Әлия Ерлановна", address="Абая 5")
    taken({"account": "1", "payer": "КАСЫМОВА АЛИЯ ЕРЛАНОВНА"})
    page = shown(office)
    assert 'value="5550001"' in page
    assert "имя плательщика" in page


def test_what_is_typed_counts_more_than_what_is_chosen(
    office: Client, home: Account, new_account: Any
) -> None:
    other = new_account("5550001")
    row = taken({"account": "0007001"}).lines.get()
    send(office, row, choice=home.number, number="555-0001", book="1")
    assert row.account == other


@pytest.mark.parametrize(
    "typed", [{}, {"book": "1"}, {"book": "1", "number": "77777"}, {"aside": "1", "note": " "}]
)
def test_without_an_account_or_a_word_nothing_happens(
    office: Client, home: Account, typed: dict[str, str]
) -> None:
    row = taken({"account": "91"}).lines.get()
    answer = send(office, row, card=f"row-{row.pk}", **typed)
    assert answer["Location"].endswith(f"#row-{row.pk}")
    assert row.state == "unmatched"


def test_the_second_of_two_colleagues_is_told(office: Client, home: Account) -> None:
    row = taken({"account": "0007001"}).lines.get()
    send(office, row, number=home.number, book="1")
    send(office, row, aside="1", note="не наш")
    assert "Somebody" not in shown(office)
    assert row.state == "booked"
    assert ledger() == {home.number: Decimal("7.50")}


def test_a_row_is_set_aside_with_a_word_why(office: Client, home: Account) -> None:
    row = taken({"account": "91"}).lines.get()
    send(office, row, aside="1", note="перевод между счетами")
    assert (row.state, row.note) == ("set_aside", "перевод между счетами")
    assert "У каждого платежа есть счёт" in shown(office)


def test_the_page_takes_the_same_queries_however_much_waits(
    office: Client, home: Account, new_account: Any
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(office)
        return len(queries)

    taken({"account": "0007001", "payer": home.payer, "purpose": f"за {home.number}"}, name="a.txt")
    asked()
    one = asked()
    for number in range(5):
        new_account(f"555000{number}", payer=home.payer)
    rows = [{"account": f"555{number}", "payer": home.payer} for number in range(10, 25)]
    taken(*rows, name="b.txt")
    assert asked() == one


def test_what_was_shown_of_customers_is_written_down(office: Client, home: Account) -> None:
    row = taken({"account": "0007001"}).lines.get()
    shown(office)
    event = AuditEvent.objects.get(action="staff_read_unmatched")
    assert event.details == {"rows": [row.pk], "accounts": [home.pk]}


def test_staff_of_one_organisation_have_no_such_page(
    office: Client, home: Account, clerk: User, supplier: Organisation
) -> None:
    row = taken({"account": "0007001"}).lines.get()
    StaffMembership.objects.filter(user=clerk).update(organisation=supplier)
    assert office.get(reverse("office_unmatched")).status_code == 404
    assert send(office, row, number=home.number, book="1").status_code == 404
    assert row.state == "unmatched"
