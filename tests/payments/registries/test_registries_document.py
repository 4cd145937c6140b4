"""docs/domain/paying.md, «Registries»: its table, row by row; and what always holds finds what breaks it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from abonent.accounts.models import Account
from abonent.payments.invariants import broken
from abonent.payments.invariants_of_registries import REGISTRIES
from abonent.payments.models import Payment, RegistryRow
from abonent.payments.operations.reversing import reverse_rows_of_call
from tests.payments.conftest import NOW, Till
from tests.payments.registries.conftest import row
from tests.payments.registries.test_taking import Take, called

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "domain" / "paying.md"


def documented() -> list[list[str]]:
    section = DOCUMENT.read_text("utf-8").partition("## Registries")[2].partition("\n## ")[0]
    table = section.partition("| row | operation |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def ours(till: Till, state: str) -> Payment:
    """A payment of 1000.00, charged 1010.00, in a state."""
    payment = till.pay()
    if state == "declined":
        till.bank.decline(payment.public_id)
        till.ask(payment)
    if state == "booked":
        till.bank.pay(payment.public_id, at=till.now)
        till.ask(payment)
    payment.refresh_from_db()
    assert payment.state == state
    return payment


@pytest.mark.usefixtures("registries_hold")
def test_the_table(take: Take, till: Till) -> None:
    rows = documented()
    assert len(rows) >= 15
    for what, operation, account, amount, names, is_, note, before, after in rows:
        payment = ours(till, before) if before else None
        name = payment.gateway_id if payment else names
        parent = name if amount.startswith("-") else ""
        number = "" if account == "-" else account
        take(row(operation, amount, number, reference="" if parent else name, parent=parent), bank="card")
        found = RegistryRow.objects.latest("pk")
        assert (found.state, found.note) == (is_, note), what
        if payment:
            payment.refresh_from_db()
            assert (payment.state, found.payment) == (after, payment), what
        till.later(timedelta(minutes=1))
    assert re.search(r"note `again`.*note `ambiguous`", DOCUMENT.read_text("utf-8"), re.S)


TO = "UPDATE payments_registryrow SET state = '{0}' WHERE operation = '{1}'"
#: What breaks it, done behind everybody's back to a booked row, an unmatched one and a reversed one.
PLANTED = {
    "a_registry_is_the_sum_of_its_rows": "UPDATE payments_registry SET total = total + 0.01",
    "a_booked_row_stands_in_the_ledger": TO.format("set_aside", "1"),
    "a_reversed_row_is_taken_back": TO.format("reversed", "1"),
    "an_operation_is_booked_once": "UPDATE payments_registryrow SET operation = '1', state = 'matched'"
    " WHERE operation = '2'",
    "what_a_row_names_is_posted_once": TO.format("booked", "77"),
}


def test_every_invariant_is_tried() -> None:
    assert set(PLANTED) == set(REGISTRIES)


@pytest.mark.parametrize("name", PLANTED)
def test_each_finds_what_breaks_it(take: Take, home: Account, name: str) -> None:
    take(row("1", "100.00", "700"), row("2", "5.00"), row("77", "100.00", "700"), bank="kaspi")
    called("77", home)
    reverse_rows_of_call(bank="kaspi", txn_id="77", now=NOW)
    assert broken() == {}, "nothing is broken before"
    with connection.cursor() as cursor:
        cursor.execute(PLANTED[name])
    assert name in broken()
