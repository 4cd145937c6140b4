"""Anything, in any order: customers, the bank, the clock, notices, registries, refunds, billing, a crash.

The invariants are asked after each step, and everything is reckoned together at the end. The same examples
every time (`derandomize`), each in a transaction of its own that is rolled back.
"""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from abonent.payments import connections
from abonent.payments.gateway import BadNotice, GatewayState
from abonent.payments.operations import settling
from abonent.payments.operations.notices import take_notice
from tests.payments.conftest import NOW, Till
from tests.payments.crashing import Crash, crash_at
from tests.payments.faults.bank import DatedBank
from tests.payments.faults.life import AMOUNT, COMMISSION, Life, World
from tests.payments.faults.plants import PLANTS
from tests.payments.faults.reckoning import complaints, invariants

FEW = settings(
    max_examples=12,
    stateful_step_count=20,
    derandomize=True,
    phases=[Phase.generate],  # to shrink what is found takes minutes: by hand
    report_multiple_bugs=False,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
CALLS = ("create", "ask", "refund", "ask_refund", "statement")


class Days(RuleBasedStateMachine):
    """Payments of one customer during some days."""

    lives: Bundle[Life] = Bundle("lives")
    till: Till
    set_clock: Callable[[World], None]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        folder = Path(self.stack.enter_context(TemporaryDirectory()))
        self.till.bank, self.till.now, self.till.made = DatedBank(), NOW, []
        self.world = World(self.till, self.till.bank, folder, mail_may_repeat=True)
        self.stack.enter_context(connections.use("card", self.world.bank))
        type(self).set_clock(self.world)
        mail.outbox.clear()

    @rule(target=lives)
    def pays(self) -> Any:
        life = self.world.life()
        life.pay()
        return life if life.at_the_bank else multiple()

    @rule(life=lives)
    def sends_the_form_again(self, life: Life) -> None:
        assert life.pay().public_id == life.key

    @rule(life=lives, mind=st.sampled_from(["pays", "is_declined", "pays"]))
    def decides(self, life: Life, mind: str) -> None:
        if life.bank.books[life.key].state != "succeeded":
            getattr(life, mind)()

    @rule(life=lives)
    def pays_less(self, life: Life) -> None:
        if life.bank.books[life.key].state == "pending":
            life.pays_less()
            self.world.differences_left = frozenset({"review"})

    @rule(life=lives)
    def comes_back(self, life: Life) -> None:
        settling.came_back(public_id=life.key, user_id=self.till.customer.pk, now=self.world.now)

    @rule(life=lives)
    def says_that_he_has_not_paid(self, life: Life) -> None:
        settling.stop(public_id=life.key, user_id=self.till.customer.pk, now=self.world.now)

    @rule(life=lives, telling=st.sampled_from(["prompt", "twice", "late", "reordered"]))
    def is_told(self, life: Life, telling: str) -> None:
        life.telling = telling
        life.tell()

    @rule(life=lives)
    def forges(self, life: Life) -> None:
        raw, headers = life.bank.notice(life.key, at=self.world.now, forged=True)
        with pytest.raises(BadNotice):
            take_notice(method="card", raw=raw, headers=headers, address="", now=self.world.now)

    @rule(call=st.sampled_from(CALLS), kind=st.sampled_from(["timeout", "timeout-after"]))
    def gateway_stumbles(self, call: str, kind: str) -> None:
        self.world.bank.fault(call, kind)

    @rule(minutes=st.sampled_from([1, 5, 61, 60 * 25]))
    def time_passes(self, minutes: int) -> None:
        self.world.later(timedelta(minutes=minutes))
        self.world.look()

    @rule(place=st.integers(0, 40))
    def worker_is_killed(self, place: int) -> None:
        with suppress(Crash), crash_at(place):
            self.world.look()

    @rule(life=lives, amount=st.sampled_from(["0.01", "333.33", "1010.00"]))
    def staff_give_back(self, life: Life, amount: str) -> None:
        if life.row.state != "paid":
            life.refund(Decimal(amount), key=f"{amount}-{life.number}")

    @rule(life=lives, amount=st.sampled_from(["0.01", "500.00"]))
    def bank_gives_back(self, life: Life, amount: str) -> None:
        book = life.bank.books[life.key]
        agreed = book.state == "succeeded" and book.amount == AMOUNT + COMMISSION
        if agreed and book.refunded + life.bank.giving(life.key) + Decimal(amount) <= book.amount:
            life.bank.refund_here(life.key, Decimal(amount))

    @rule()
    def bank_takes_its_time_with_refunds(self) -> None:
        self.world.bank.refunds_take_time = not self.world.bank.refunds_take_time

    @rule(state=st.sampled_from(["succeeded", "canceled"]))
    def refunds_under_way_end(self, state: GatewayState) -> None:
        self.world.bank.finish_refunds(state)

    @rule(life=lives)
    def registry_comes(self, life: Life) -> None:
        life.registry()

    @precondition(lambda self: self.world.bank.days())
    @rule()
    def lists_are_compared(self) -> None:
        self.world.later(timedelta(days=1))
        self.world.compare(min(self.world.bank.days()))

    @rule()
    def billing_is_told(self) -> None:
        self.world.export()

    @rule()
    def billing_answers(self) -> None:
        self.world.echo()

    @invariant()
    def nothing_is_broken(self) -> None:
        assert invariants() == []

    def teardown(self) -> None:
        try:
            self.world.finish()
            assert complaints(self.world) == []
        finally:
            self.stack.close()


@pytest.fixture
def days(world: World, till: Till, monkeypatch: pytest.MonkeyPatch) -> type[Days]:
    def set_clock(of: World) -> None:
        of.bank.clock = lambda: of.now
        monkeypatch.setattr("django.utils.timezone.now", lambda: of.now)

    monkeypatch.setattr(Days, "till", till, raising=False)
    monkeypatch.setattr(Days, "set_clock", staticmethod(set_clock), raising=False)
    return Days


@pytest.mark.django_db
def test_whatever_happens_the_books_agree(days: type[Days]) -> None:
    run_state_machine_as_test(days, settings=FEW)


@pytest.mark.django_db
def test_it_finds_a_planted_mistake(days: type[Days], world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTS["trusting the amount"].put(world, monkeypatch)
    with pytest.raises(AssertionError, match="bank: "):
        run_state_machine_as_test(days, settings=FEW)
