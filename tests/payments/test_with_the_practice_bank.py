"""The whole way with a bank of its own: HTTP, signatures, books. To the kopeck, on both sides."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client

from abonent.accounts.models import Account
from abonent.payments import jobs
from abonent.payments.models import GatewayNotice, Payment
from abonent.payments.operations import refunds, settling
from abonent.payments.operations.due_questions import queue_due
from abonent.payments.operations.paying import PartAsked, pay
from abonent.portal.profile import Paying
from abonent.users.models import User
from tests.payments.bank import SandboxBank, environment_of, running_bank
from tests.payments.conftest import expected, ledger, letters, method

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]

ASK: dict[str, Any] = {"payments.ask": jobs.ask, "payments.ask_refund": jobs.ask_refund}


def into_the_door(url: str, raw: bytes, headers: Any) -> int:
    """The bank's notices, without a server of the portal's."""
    path = urlsplit(url).path
    return int(Client().post(path, raw, content_type="application/json", headers=dict(headers)).status_code)


@dataclass
class World:
    bank: SandboxBank
    alice: User
    clerk: User
    accounts: tuple[Account, Account]

    def pay(self, amount: str = "1000.00") -> str:
        whole = Decimal(amount)
        home, dacha = self.accounts
        parts = [PartAsked(home.pk, whole - 300), PartAsked(dacha.pk, Decimal(300))]
        made = pay(
            user=self.alice,
            parts=parts,
            method="card",
            email="",
            language="ru",
            form_key=f"form-{Payment.objects.count()}",
            address=None,
            now=datetime.now(UTC),
        )
        assert made.state == "sent"
        return made.public_id

    def work(self) -> None:
        """What the worker does with what is queued."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE task_name = ANY(%s) RETURNING task_name, args",
                [list(ASK)],
            )
            for task, args in cursor.fetchall():
                ASK[task](**json.loads(args))

    def advance(self, seconds: float = 0) -> None:
        self.bank.advance(seconds)
        self.work()


@pytest.fixture
def world(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    alice: User,
    clerk: User,
    home: Account,
    dacha: Account,
) -> Iterator[World]:
    options = {"shop": "test-card", "payee": "Горэлектро"}
    cost = {"percent": "1", "paid_by": "customer"}
    ways = Paying(methods=[method("card", options=options, commission=cost)])
    settings.PORTAL = settings.PORTAL.model_copy(update={"paying": ways})
    with running_bank(send=into_the_door) as bank:
        settings.SANDBOX_BANK = bank.address
        for name, value in environment_of(bank, {"card": "test-card"}).items():
            monkeypatch.setenv(name, value)
        yield World(bank, alice, clerk, (home, dacha))


def state(public_id: str) -> str:
    return str(Payment.objects.values_list("state", flat=True).get(public_id=public_id))


Choice = Callable[[SandboxBank, str], Any]


def less(bank: SandboxBank, key: str) -> None:
    bank.pay_other(key, Decimal("5.00"))


@pytest.mark.parametrize(
    ("choice", "seconds", "becomes", "booked"),
    [
        (SandboxBank.pay, 0, "booked", 1000),
        (SandboxBank.pay_twice_told, 0, "booked", 1000),
        (SandboxBank.pay_late, 3600, "booked", 1000),
        (SandboxBank.decline, 0, "declined", 0),
        (less, 0, "paid", 0),
    ],
)
def test_what_the_customer_chooses_at_the_bank(
    world: World, choice: Choice, seconds: int, becomes: str, booked: int
) -> None:
    key = world.pay()
    choice(world.bank, key)
    world.advance(seconds)
    assert (state(key), sum(ledger().values())) == (becomes, booked)


def test_a_lost_notice_is_found_by_the_schedule(world: World) -> None:
    key = world.pay()
    world.bank.pay_untold(key)
    world.advance()
    assert (state(key), GatewayNotice.objects.count()) == ("sent", 0)
    assert sum(expected().values()) == 1000
    later = datetime.now(UTC) + timedelta(minutes=2)
    assert queue_due(now=later) == 1
    world.work()
    assert (state(key), sum(ledger().values())) == ("booked", 1000)


def test_declined_and_paid_after_all(world: World) -> None:
    key = world.pay()
    world.bank.decline(key)
    world.advance()
    assert state(key) == "declined"
    world.bank.pay_after_all(key)
    world.advance()
    assert (state(key), sum(ledger().values())) == ("booked", 1000)


@pytest.mark.parametrize("kind", ["500", "500-after", "cut", "cut-after"])
def test_the_bank_stumbles_when_it_is_asked_to_make_one(world: World, kind: str) -> None:
    world.bank.faults("create", kind)
    made = pay(
        user=world.alice,
        parts=[PartAsked(world.accounts[0].pk, Decimal(10))],
        method="card",
        email="",
        language="ru",
        form_key="x",
        address=None,
        now=datetime.now(UTC),
    )
    assert made.state == "created"
    found = settling.ask(payment_id=made.pk, cause="question", now=datetime.now(UTC))
    assert found.state == "sent"
    assert len(world.bank.payments()) == 1


NINE: tuple[Choice, ...] = (
    SandboxBank.pay,
    SandboxBank.pay_twice_told,
    SandboxBank.pay_untold,
    SandboxBank.pay_late,
    SandboxBank.decline,
    less,
    *[SandboxBank.pay] * 3,
)


def in_the_banks_books(bank: SandboxBank) -> dict[str, Decimal]:
    """What the bank took, less what it gave back, by our names of payments."""
    given: dict[str, int] = {}
    for row in bank.refunds():
        given[row["payment"]] = given.get(row["payment"], 0) + row["amount"]
    return {
        row["key"]: Decimal((row["charged"] or 0) - given.get(row["id"], 0)) / 100 for row in bank.payments()
    }


def test_money_agrees_to_the_kopeck_whatever_happened(world: World) -> None:
    bank = world.bank
    keys = [world.pay(f"{1000 + number}.{number:02}") for number in range(9)]
    for key, choice in zip(keys, NINE, strict=True):
        choice(bank, key)
    world.advance(3600)
    bank.refund_here(keys[6], Decimal("100.00"))
    refunded = Payment.objects.get(public_id=keys[7])
    now = datetime.now(UTC)
    whole = refunded.amount + refunded.commission
    bank.faults("refund", "cut-after")
    made = refunds.refund(payment_id=refunded.pk, amount=whole, reason="x", staff=world.clerk, now=now)
    assert made.state == "created"
    assert refunds.ask_refund(refund_id=made.pk, now=now).state == "done"
    for payment in Payment.objects.all():  # whatever was not told
        settling.ask(payment_id=payment.pk, cause="question", now=now)
    world.advance()

    taken = in_the_banks_books(bank)
    kept = {one.public_id: one for one in Payment.objects.all()}
    review = keys[5]
    assert kept[review].state == "paid"
    for key, one in kept.items():
        booked = one.amount + one.commission - one.refunded if one.booked_at else Decimal(0)
        assert taken[key] == (Decimal("5.00") if key == review else booked)
    commission = sum(one.commission for one in kept.values() if one.booked_at and one.state != "refunded")
    assert sum(ledger().values()) == sum(taken.values()) - taken[review] - commission
    assert letters() == 0
