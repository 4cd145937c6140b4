"""A registry and all else at the same moment: nothing twice, nothing lost, nobody stuck."""

from collections.abc import Iterator
from concurrent.futures import Future
from decimal import Decimal
from functools import partial
from time import sleep
from typing import Any

import pytest

from abonent.accounts.models import Account
from abonent.payments.invariants import broken
from abonent.payments.models import Payment, RegistryRow
from abonent.payments.operations.paying import PartAsked
from abonent.payments.operations.registries import AlreadyResolved, matching, resolve_row, taking
from abonent.payments.registry_file import RowGiven
from abonent.users.models import User
from tests.exchange.test_export_safety import in_another_thread
from tests.exchange.test_safety import other_connection
from tests.payments.conftest import NOW, Till, ledger
from tests.payments.registries.conftest import row
from tests.payments.registries.test_taking import Take
from tests.payments.test_parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("all_holds")]


@pytest.fixture
def all_holds(transactional_db: None) -> Iterator[None]:
    yield
    assert broken() == {}


def test_a_registry_and_the_gateways_answer_at_once(
    take: Take, till: Till, home: Account, dacha: Account
) -> None:
    """The lost answers of `create`: nobody here knows the gateway's names until it is asked, which happens
    while registries that hold them are taken. Payments for both accounts, rows now for the one, now for the
    other."""
    payments = []
    for at in range(8):
        till.bank.fault("create", "timeout-after")
        order = [PartAsked(home.pk, NINE), PartAsked(dacha.pk, ONE)]
        payments.append(till.pay(*(order if at % 2 else reversed(order)), method="free"))
        till.bank.pay(payments[-1].public_id, at=till.now)
    names = [till.bank.books[one.public_id].gateway_id for one in payments]
    rows = [
        row(f"A{at}", "10.00", "700" if at % 2 else "701", reference=name) for at, name in enumerate(names)
    ]
    asking = [partial(till.ask, one) for one in payments[:4]]
    taking = [partial(take, *rows[at : at + 2], bank="free") for at in range(0, 8, 2)]
    at_once([*asking, *taking])
    at_once([partial(till.ask, one) for one in payments])
    assert set(Payment.objects.values_list("state", flat=True)) == {"booked"}
    assert ledger() == {"000700": 8 * NINE, "000701": 8 * ONE}
    assert set(RegistryRow.objects.values_list("state", flat=True)) <= {"matched", "reversed"}


TEN, NINE, ONE = Decimal("10.00"), Decimal("9.00"), Decimal("1.00")


def test_lists_that_tell_of_the_same_operations_at_once(take: Take, home: Account, dacha: Account) -> None:
    rows = [row(str(at), "1.00", "700" if at % 2 else "701") for at in range(50)]
    at_once([partial(take, *(rows if at % 2 else reversed(rows))) for at in range(4)])
    assert ledger() == {"000700": 25 * ONE, "000701": 25 * ONE}


def test_two_colleagues_resolve_a_row_at_once(take: Take, home: Account, clerk: User) -> None:
    take(row("1", "1.00", "999"))
    pk = RegistryRow.objects.get().pk

    def resolve() -> str:
        try:
            resolve_row(row_id=pk, number="700", staff=clerk, now=NOW)
        except AlreadyResolved:
            return "late"
        return "done"

    assert sorted(at_once([resolve] * 4)) == ["done", "late", "late", "late"]
    assert ledger() == {"000700": ONE}


def test_a_row_is_resolved_while_its_payment_is_booked(
    take: Take, till: Till, home: Account, clerk: User
) -> None:
    payments, calls = [], list[Any]()
    for at in range(4):
        till.bank.fault("create", "timeout-after")
        payments.append(till.pay(PartAsked(home.pk, NINE), PartAsked(home.pk, ONE), method="free"))
        till.bank.pay(payments[-1].public_id, at=till.now)
        take(
            row(f"A{at}", "10.00", reference=till.bank.books[payments[-1].public_id].gateway_id), bank="free"
        )

    def resolve(pk: int) -> None:
        try:
            resolve_row(row_id=pk, number="700", staff=clerk, now=NOW)
        except AlreadyResolved:
            return

    for one, pk in zip(
        payments, RegistryRow.objects.order_by("pk").values_list("pk", flat=True), strict=True
    ):
        calls += [partial(till.ask, one), partial(resolve, pk)]
    at_once(calls)
    assert ledger() == {"000700": 40 * ONE}


def until_it_waits_or_ends(future: "Future[Any]") -> None:
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with other_connection() as own:
        while not future.done() and not own.execute(waits).fetchone():
            sleep(0.01)


def lost(till: Till, home: Account) -> tuple[Payment, RowGiven]:
    """A payment whose name at the gateway nobody here knows, paid; and the registry's row of it."""
    till.bank.fault("create", "timeout-after")
    payment = till.pay(PartAsked(home.pk, TEN), method="free")
    till.bank.pay(payment.public_id, at=till.now)
    return payment, row("A", "10.00", "700", reference=till.bank.books[payment.public_id].gateway_id)


def test_a_payment_that_is_booked_before_the_registry_holds_its_account(
    take: Take, till: Till, home: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry has looked for it in vain, and looks once more."""
    payment, given = lost(till, home)
    look = matching.find_accounts

    def book_meanwhile(named: Any) -> None:
        look(named)
        at_once([partial(till.ask, payment)])

    monkeypatch.setattr(matching, "find_accounts", book_meanwhile)
    assert set(take(given, bank="free").states) == {"matched"}
    assert ledger() == {"000700": TEN}


def test_a_payment_that_is_booked_while_the_registry_holds_its_account(
    take: Take, till: Till, home: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits, and then finds the registry's row and takes it back."""
    payment, given = lost(till, home)
    book, waiting = taking._book, list[Future[Any]]()

    def ask_meanwhile(*facts: Any) -> None:
        waiting.append(in_another_thread(lambda: till.ask(payment)))
        until_it_waits_or_ends(waiting[0])
        book(*facts)

    monkeypatch.setattr(taking, "_book", ask_meanwhile)
    assert set(take(given, bank="free").states) == {"booked"}
    assert waiting[0].result(20).state == "booked"
    assert RegistryRow.objects.get().state == "reversed"
    assert ledger() == {"000700": TEN}
