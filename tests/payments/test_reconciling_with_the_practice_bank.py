"""A day with a bank of its own, its statement over HTTP: what it does not explain is a difference."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from abonent.payments.models import Payment
from abonent.payments.operations import refunds
from abonent.payments.operations.moving import day_of
from abonent.payments.operations.reconciling import Reconciled, reconcile
from tests.payments.bank import SandboxBank
from tests.payments.conftest import ledger
from tests.payments.test_with_the_practice_bank import NINE, World, state, world

__all__ = ["world"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]


def the_next_morning(since: datetime) -> list[Reconciled]:
    """Of the day or, at midnight, of both."""
    days = {day_of(since), day_of(datetime.now(UTC))}
    morning = datetime.now(UTC) + timedelta(days=1)
    return [reconcile(day=day, now=morning) for day in sorted(days)]


def open_ones(found: list[Reconciled]) -> Counter[str]:
    """Between bank and portal: billing is told nothing here."""
    return Counter(one.kind for run in found for one in run.open if one.kind != "not_told")


def columns(found: list[Reconciled], name: str) -> Decimal:
    return sum((getattr(one, name) or Decimal(0) for run in found for one in run.totals), Decimal(0))


def test_the_statement_books_what_was_never_told_and_shows_what_differs(world: World) -> None:
    """Nothing is asked between: notices get lost, and money that came late waits at the bank."""
    since = datetime.now(UTC)
    keys = [world.pay(f"{1000 + number}.{number:02}") for number in range(len(NINE))]
    for key, choice in zip(keys, NINE, strict=True):
        choice(world.bank, key)
    world.advance()
    untold = keys[NINE.index(SandboxBank.pay_untold)]
    assert state(untold) == "sent"
    found = the_next_morning(since)
    assert state(untold) == "booked"
    # The one that took less waits for staff; the one that is late is still open, and not for more than a day.
    assert open_ones(found) == {"review": 1}
    assert columns(found, "portal") == sum(ledger().values())
    assert columns(found, "gateway") == columns(found, "portal") + Decimal("5.00")


def test_what_the_bank_gave_back_by_itself_is_found(world: World) -> None:
    since = datetime.now(UTC)
    keys = [world.pay("1000.00"), world.pay("2000.00")]
    for key in keys:
        world.bank.pay(key)
    world.advance()
    payment = Payment.objects.get(public_id=keys[0])
    facts: dict[str, Any] = {"reason": "x", "staff": world.clerk, "now": datetime.now(UTC)}
    refunds.refund(payment_id=payment.pk, amount=Decimal("1010.00"), **facts)
    assert open_ones(the_next_morning(since)) == {}
    world.bank.refund_here(keys[1], Decimal("100.00"))  # its notice has not come
    found = the_next_morning(since)
    assert open_ones(found) == {"refund": 1}
    world.advance()
    found = the_next_morning(since)
    assert open_ones(found) == {}
    assert (
        columns(found, "gateway") == columns(found, "portal") == sum(ledger().values()) == Decimal("1900.00")
    )
