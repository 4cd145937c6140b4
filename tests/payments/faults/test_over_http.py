"""The same over HTTP, with the practice bank: each of its calls goes wrong in each way; both books agree."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from abonent.payments import connections
from abonent.payments.models import Payment
from abonent.payments.operations import refunds
from abonent.payments.operations.due_questions import queue_due
from abonent.payments.operations.paying import PartAsked, pay
from abonent.payments.operations.reconciling import reconcile
from tests.payments.bank import SandboxBank
from tests.payments.conftest import expected, ledger, letters
from tests.payments.faults.bank import ZONE
from tests.payments.test_with_the_practice_bank import World, in_the_banks_books, world

__all__ = ["world"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]

CALLS = ("create", "ask", "refund", "ask_refund", "statement")
KINDS = ("500", "500-after", "cut", "cut-after", "timeout", "timeout-after")
BACK = Decimal("50.00")


def impatient(patch: pytest.MonkeyPatch) -> None:
    """Questions wait for a fifth of a second."""
    gateway = connections.gateway
    patch.setattr(connections, "gateway", lambda code, **_: gateway(code, read_seconds=0.2))


def later(minutes: float = 0, days: float = 0) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes, days=days)


def schedule(of: World) -> None:
    """What is due within two hours is asked."""
    queue_due(now=later(minutes=120))
    of.work()


def pays(of: World) -> Payment:
    return pay(
        user=of.alice,
        parts=[PartAsked(account.pk, Decimal(500)) for account in of.accounts],
        method="card",
        email="alice@example.kz",
        language="ru",
        form_key="one",
        address=None,
        now=later(),
    )


def gives_back(of: World, payment: Payment) -> None:
    """The bank takes its time with it."""
    of.bank.bank.refunds_wait = True
    reason = "paid by mistake"
    refunds.refund(payment_id=payment.pk, amount=BACK, reason=reason, staff=of.clerk, now=later())
    for seconds in (0, 31, 0):
        of.advance(seconds)
        schedule(of)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", CALLS)
def test_each_call_goes_wrong_in_each_way(
    world: World, monkeypatch: pytest.MonkeyPatch, call: str, kind: str
) -> None:
    if kind.startswith("timeout"):
        impatient(monkeypatch)
    world.bank.faults(call, kind)
    payment = pays(world)
    schedule(world)
    SandboxBank.pay(world.bank, payment.public_id)
    world.advance()
    schedule(world)
    gives_back(world, payment)
    today = later().astimezone(ZONE).date()
    for _ in range(2):
        found = reconcile(day=today, now=later(days=1))
    assert world.bank.broken[call] == []
    payment.refresh_from_db()
    assert (payment.state, payment.refunded) == ("booked", BACK)
    assert in_the_banks_books(world.bank) == {payment.public_id: Decimal(1010) - BACK}
    assert (sum(ledger().values()), expected()) == (Decimal(1000) - BACK, {})
    assert (letters(), letters("payment_refunded")) == (1, 1)
    assert {one.kind for one in found.open} <= {"not_told"}
