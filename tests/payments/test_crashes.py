"""The program ends at any statement: nothing is half done, and what follows completes it."""

from decimal import Decimal

import pytest
from django.db import connection

from abonent.payments.models import GatewayNotice, Payment, PaymentStep, Refund
from abonent.payments.operations import refunds
from abonent.payments.operations.notices import take_notice
from tests.payments.conftest import MINUTE, NOW, Till, expected, ledger, letters
from tests.payments.crashing import Crash, crash_at, crash_everywhere
from tests.payments.test_paying import BOTH

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]


def jobs(task: str = "payments.ask") -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [task])
        return int(cursor.fetchone()[0])


def test_a_crash_at_any_statement_of_settling_books_nothing_and_the_next_question_books_it_once(
    till: Till,
) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id)
    till.later(MINUTE)
    crashes = 0
    for _ in crash_everywhere(lambda: till.ask(payment)):
        crashes += 1
        assert (ledger(), expected(), letters()) == ({}, BOTH, 0)
        assert PaymentStep.objects.filter(payment=payment).count() == 2
        kept = Payment.objects.get(pk=payment.pk)
        assert (kept.state, kept.next_question_at) == ("sent", payment.next_question_at)
    assert crashes > 15
    assert (ledger(), expected(), letters()) == (BOTH, {}, 1)


def test_a_crash_at_any_statement_of_paying_and_the_page_sent_again_is_one_payment(till: Till) -> None:
    crashes = 0
    for place in range(100):
        try:
            with crash_at(place):
                till.pay(form_key=f"form-{place}")
        except Crash:
            crashes += 1
            assert till.pay(form_key=f"form-{place}").state == "sent"
        else:
            break
    assert crashes > 10
    assert Payment.objects.count() == len(till.bank.books) == crashes + 1
    assert {one.public_id for one in Payment.objects.all()} == set(till.bank.books)
    assert expected() == {key: amount * (crashes + 1) for key, amount in BOTH.items()}


def test_a_crash_at_any_statement_of_paying_is_made_good_by_the_job(till: Till) -> None:
    """The customer has gone away: what is written down is made, what is not never was."""
    written = 0
    for place in range(100):
        before = Payment.objects.count()
        try:
            with crash_at(place):
                till.pay()
        except Crash:
            for payment in Payment.objects.order_by("pk")[before:]:
                written += 1
                assert (payment.state, payment.next_question_at) == ("created", NOW + MINUTE)
                assert till.ask(payment).state == "sent"
        else:
            break
    assert written > 5
    assert Payment.objects.count() == len(till.bank.books)


def test_a_crash_at_any_statement_of_a_refund_gives_back_once(till: Till) -> None:
    payment, given = till.paid(), Decimal(0)
    for place in range(100):
        try:
            with crash_at(place):
                till.refund(payment, "1.00")
        except Crash:
            for made in Refund.objects.filter(state="created"):
                assert refunds.ask_refund(refund_id=made.pk, now=till.now).state == "done"
        else:
            break
    given = till.bank.books[payment.public_id].refunded
    assert given == Refund.objects.count() > 10
    assert sum(ledger().values()) == Decimal(1000) - given
    assert letters("payment_refunded") == Refund.objects.count()


def test_a_crash_at_any_statement_of_a_notice_keeps_nothing_or_all(till: Till) -> None:
    payment = till.pay()
    raw, headers = till.bank.notice(payment.public_id, at=NOW)

    def tell() -> None:
        take_notice(method="card", raw=raw, headers=headers, address="", now=NOW)

    crashes = 0
    for _ in crash_everywhere(tell):
        crashes += 1
        assert (GatewayNotice.objects.count(), jobs()) == (0, 0)
    assert crashes > 3
    assert (GatewayNotice.objects.count(), jobs()) == (1, 1)
