"""A registry that came before our own payment: its row is taken back when the payment is booked."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from abonent.ledger import booking
from abonent.payments.models import RegistryRow
from abonent.payments.operations.registries import resolve_row
from abonent.payments.operations.registries.sources import Booker
from abonent.payments.operations.reversing import reverse_rows, reverse_rows_of_call
from tests.payments.conftest import NOW, Till, ledger
from tests.payments.registries.conftest import DAY, row, states
from tests.payments.registries.test_taking import Take, called

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registries_hold")]
OURS = {"000700": Decimal("700.00"), "000701": Decimal("300.00")}


def test_a_row_that_came_first_is_reversed_when_the_payment_is_booked(take: Take, till: Till) -> None:
    """The gateway made the payment, and its answer was lost: nobody here knows the gateway's name of it."""
    till.bank.fault("create", "timeout-after")
    payment = till.pay()
    payment.refresh_from_db()
    assert payment.gateway_id == ""
    gateway_id = till.bank.books[payment.public_id].gateway_id
    take(
        row("A", "1010.00", "700", reference=gateway_id), row("B", "5.00", reference=gateway_id), bank="card"
    )
    assert states() == {"A": "booked", "B": "unmatched"}
    till.bank.pay(payment.public_id, at=till.now)
    till.ask(payment)
    assert ledger() == OURS
    assert states() == {"A": "reversed", "B": "matched"}
    assert set(RegistryRow.objects.values_list("payment", flat=True)) == {payment.pk}
    payment.refresh_from_db()
    assert reverse_rows(payment=payment, now=NOW) == 0, "safe to repeat"
    take(
        row("A", "1010.00", "700", reference=gateway_id), row("C", "9.00", reference=gateway_id), bank="card"
    )
    assert states() == {"A": "repeated", "B": "matched", "C": "unmatched"}
    assert ledger() == OURS


def test_a_row_that_staff_booked_is_reversed_too(take: Take, till: Till) -> None:
    till.bank.fault("create", "timeout-after")
    payment = till.pay()
    take(row("A", "1010.00", reference=till.bank.books[payment.public_id].gateway_id), bank="card")
    resolve_row(row_id=RegistryRow.objects.get().pk, number="701", staff=till.clerk, now=NOW)
    assert ledger() == {"000701": Decimal("1010.00")}
    till.bank.pay(payment.public_id, at=till.now)
    till.ask(payment)
    assert ledger() == OURS


def test_a_banks_call_after_its_registry(take: Take, home: Any) -> None:
    take(row("77", "100.00", "700"), bank="kaspi")
    with transaction.atomic():
        called("77", home)
        assert reverse_rows_of_call(bank="kaspi", txn_id="77", now=NOW) == 1
        assert reverse_rows_of_call(bank="kaspi", txn_id="77", now=NOW) == 0
    assert ledger() == {"000700": Decimal("100.00")}
    assert states() == {"77": "reversed"}


def test_what_the_ledger_has_already_is_repeated(take: Take, home: Any) -> None:
    """Billing told of it under the same name."""
    from abonent.ledger.models import Payment as Booked

    one = Booker("registry:sberbank").entry("1", home.pk, Decimal("100.00"), DAY)
    Booked.objects.create(
        account_id=home.pk, paid_on=DAY, amount=one.amount, source=one.source, external_id=one.external_id
    )
    take(row("1", "100.00", "700"))
    assert states() == {"1": "repeated"}
    assert booking.book([one], now=NOW) == set()
