"""docs/domain/paying.md, row by row: states and answers, questions, refunds."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from abonent.base.money import ZERO
from abonent.ledger.models import Payment as Entry
from abonent.ledger.models import ToldPayment
from abonent.payments.giving_back import given_back
from abonent.payments.models import Payment
from abonent.payments.operations.moving import move
from abonent.payments.schedule import wait_after
from tests.payments.conftest import MINUTE, Till, expected, ledger, letters
from tests.payments.fake_gateway import FakeGateway

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "paying.md"


def table(section: str) -> list[list[str]]:
    """The rows of the first table of a section, without its head."""
    text = DOCUMENT.read_text("utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\|(.*)\|$", text, re.M)
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


STATES = table("States")


def created(till: Till) -> Payment:
    till.bank.fault("create", "timeout-after")
    return till.pay()


def declined(till: Till) -> Payment:
    payment = till.pay()
    till.bank.decline(payment.public_id)
    return till.ask(payment)


def expired(till: Till) -> Payment:
    payment = till.pay()
    till.now = payment.expires_at + timedelta(days=1)
    return till.ask(payment)


def in_review(till: Till) -> Payment:
    payment = till.pay()
    till.bank.pay(payment.public_id, amount=Decimal("500.00"))
    return till.ask(payment)


def told(till: Till) -> Payment:
    payment = till.paid()
    for entry in Entry.objects.all():
        ToldPayment.objects.create(payment=entry, batch=1, told_at=till.now)
    move(payment, Payment.State.TOLD, cause="billing", now=till.now)
    return payment


def refunded(till: Till) -> Payment:
    payment = till.paid()
    till.refund(payment, "1010.00")
    return Payment.objects.get(pk=payment.pk)


ARRANGED: dict[str, Callable[[Till], Payment]] = {
    "created": created,
    "sent": Till.pay,
    "declined": declined,
    "expired": expired,
    "paid": in_review,
    "booked": Till.paid,
    "told": told,
    "refunded": refunded,
}


def set_to(**facts: Any) -> Callable[[FakeGateway, str], None]:
    """What a row of the gateway's own books becomes."""

    def change(bank: FakeGateway, key: str) -> None:
        for name, value in facts.items():
            setattr(bank.books[key], name, value)

    return change


SAID: dict[str, Callable[[FakeGateway, str], None]] = {
    "nothing": lambda bank, key: bank.fault("ask", "timeout"),
    "unknown": FakeGateway.forget,
    "pending": set_to(state="pending"),
    "canceled": FakeGateway.decline,
    "expired": partial(FakeGateway.decline, reason="expired"),
    "succeeded": FakeGateway.pay,
    "another amount": partial(FakeGateway.pay, amount=Decimal("500.00")),
    "another currency": partial(FakeGateway.pay, currency="USD"),
    "10 given back": set_to(refunded=Decimal("10.00")),
    "all given back": lambda bank, key: set_to(refunded=bank.books[key].amount)(bank, key),
}
TIMES = {"its time is over": timedelta(), "a day after its time": timedelta(days=1)}


def says(till: Till, payment: Payment, words: str) -> None:
    """Bring the gateway, and the clock, to where the words say."""
    for one in words.split(", "):
        if one in TIMES:
            till.now = payment.expires_at + TIMES[one]
        else:
            SAID[one](till.bank, payment.public_id)


@pytest.mark.django_db
@pytest.mark.usefixtures("invariants_hold")
@pytest.mark.parametrize("row", STATES, ids=lambda row: f"{row[0]}: {row[1]}")
def test_states_and_answers(till: Till, row: list[str]) -> None:
    was, words, becomes, booked, on_its_way, receipts, question = row
    payment = ARRANGED[was](till)
    assert payment.state == was
    says(till, payment, words)
    found = till.ask(payment)
    assert found.state == becomes
    assert (sum(ledger().values()), sum(expected().values())) == (Decimal(booked), Decimal(on_its_way))
    assert letters() == int(receipts)
    assert (found.next_question_at is not None) == (question == "planned")


def test_every_state_is_in_the_table_before_and_after() -> None:
    assert {row[0] for row in STATES} == set(Payment.State.values)
    assert {row[2] for row in STATES} == set(Payment.State.values) - {"told"}  # which billing says


@pytest.mark.parametrize("row", table("Questions"), ids=lambda row: row[0])
def test_questions(row: list[str]) -> None:
    assert wait_after(int(row[0])) == int(row[1]) * MINUTE


def test_the_last_hourly_question_is_a_day_after_the_first_hour() -> None:
    assert sum((wait_after(asked) for asked in range(5, 29)), timedelta()) == timedelta(days=1)


def amounts(cell: str) -> list[Decimal]:
    return [Decimal(one) for one in cell.split(", ")]


@pytest.mark.parametrize("row", table("Refunds"), ids=lambda row: row[0])
def test_refunds(row: list[str]) -> None:
    refunds = amounts(row[0])
    shares = given_back([Decimal("700.00"), Decimal("300.00")], refunds)
    assert [share[0] for share in shares] == amounts(row[1])
    assert [share[1] for share in shares] == amounts(row[2])
    commission = [refund - sum(share, ZERO) for refund, share in zip(refunds, shares, strict=True)]
    assert commission == amounts(row[3])
