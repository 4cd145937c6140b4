"""Money given back: by staff, by the gateway itself, early, in parts, twice; exact to the kopeck."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from abonent.accounts.models import Account
from abonent.ledger.models import Payment as Entry
from abonent.notices.models import Letter
from abonent.payments.models import Payment, Refund
from abonent.payments.operations import refunds
from abonent.payments.operations.due_questions import queue_due
from abonent.payments.operations.paying import PartAsked
from abonent.payments.operations.refunds import NotRefundable
from abonent.users.models import AuditEvent
from tests.payments.conftest import MINUTE, Till, expected, ledger, letters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]


def left(home: str, dacha: str) -> dict[str, Decimal]:
    return {"000700": Decimal(home), "000701": Decimal(dacha)}


def now(payment: Payment) -> Payment:
    return Payment.objects.get(pk=payment.pk)


def test_the_whole_is_given_back(till: Till) -> None:
    payment = till.paid()
    done = till.refund(payment, "1010.00")
    assert (done.state, done.done_at) == ("done", till.now)
    assert (now(payment).state, now(payment).refunded) == ("refunded", Decimal("1010.00"))
    assert ledger() == left("0.00", "0.00")
    entries = Entry.objects.filter(source="refund").order_by("external_id")
    assert [(one.external_id, one.amount) for one in entries] == [
        (f"{done.public_id}-1", Decimal("-700.00")),
        (f"{done.public_id}-2", Decimal("-300.00")),
    ]
    assert (letters("payment_refunded"), letters()) == (1, 1)
    assert "1\u00a0010,00" in Letter.objects.get(kind="payment_refunded").text
    event = AuditEvent.objects.get(action="payment_refund_asked")
    assert (event.actor, event.details["amount"]) == (till.clerk, "1010.00")


def test_accounts_get_theirs_back_before_the_commission_does(till: Till) -> None:
    payment = till.paid()
    till.refund(payment, "1000.00")
    assert (ledger(), now(payment).state) == (left("0.00", "0.00"), "booked")
    till.refund(payment, "10.00")
    assert (ledger(), now(payment).state) == (left("0.00", "0.00"), "refunded")
    assert Entry.objects.filter(source="refund").count() == 2


def test_parts_share_in_proportion_exactly(till: Till) -> None:
    payment = till.paid()
    till.refund(payment, "0.01")
    assert ledger() == left("699.99", "300.00")
    till.refund(payment, "0.01")
    assert ledger() == left("699.98", "300.00")
    till.refund(payment, "99.99")
    assert sum(ledger().values()) == Decimal("899.99")
    till.refund(payment, "909.99")
    assert ledger() == left("0.00", "0.00")
    assert now(payment).state == "refunded"


@pytest.mark.parametrize("amount", ["1010.01", "5000"])
def test_never_more_than_was_paid(till: Till, amount: str) -> None:
    payment = till.paid()
    with pytest.raises(NotRefundable) as error:
        till.refund(payment, amount)
    assert error.value.why == "more"
    till.refund(payment, "500.00")
    with pytest.raises(NotRefundable):
        till.refund(payment, "510.01")
    assert till.bank.books[payment.public_id].refunded == Decimal("500.00")


def test_the_database_itself_holds_it(till: Till) -> None:
    payment = till.paid()
    till.refund(payment, "1000.00")
    with pytest.raises(DatabaseError), transaction.atomic():
        Refund.objects.create(
            payment=payment, amount=Decimal("10.01"), created_at=till.now, next_question_at=till.now
        )


@pytest.mark.parametrize(
    ("amount", "reason", "why"),
    [("0", "x", "amount"), ("-1", "x", "amount"), ("1.005", "x", "amount"), ("5", " ", "reason")],
)
def test_what_is_no_refund(till: Till, amount: str, reason: str, why: str) -> None:
    payment = till.paid()
    with pytest.raises(NotRefundable) as error:
        till.refund(payment, amount, reason=reason)
    assert error.value.why == why


def test_what_the_gateway_has_not_got_is_not_given_back(till: Till) -> None:
    payment = till.pay()
    with pytest.raises(NotRefundable) as error:
        till.refund(payment, "10.00")
    assert error.value.why == "state"


def test_a_double_click_is_one_refund(till: Till) -> None:
    payment = till.paid()
    first = till.refund(payment, "100.00", key="form-1")
    again = till.refund(payment, "100.00", key="form-1")
    assert first.pk == again.pk
    assert till.bank.calls.count("refund") == 1
    with pytest.raises(NotRefundable) as error:
        till.refund(payment, "101.00", key="form-1")
    assert error.value.why == "key"


@pytest.mark.parametrize("kind", ["timeout", "500", "timeout-after", "cut", "500-after"])
def test_a_lost_answer_is_asked_for_and_nothing_is_given_twice(till: Till, kind: str) -> None:
    payment = till.paid()
    till.bank.fault("refund", kind)
    made = till.refund(payment, "100.00")
    assert (made.state, sum(ledger().values())) == ("created", Decimal("1000.00"))
    assert made.next_question_at == till.now + MINUTE
    with pytest.raises(NotRefundable) as error:
        till.refund(payment, "1.00")
    assert error.value.why == "waits"
    till.later(MINUTE)
    assert queue_due(now=till.now) == 1
    done = refunds.ask_refund(refund_id=made.pk, now=till.now)
    assert (done.state, till.bank.books[payment.public_id].refunded) == ("done", Decimal("100.00"))
    again = ["refund"] if kind in {"timeout", "500"} else []  # it is made again only where it is not known
    assert till.bank.calls[-1 - len(again) :] == ["ask_refund", *again]
    assert sum(ledger().values()) == Decimal("900.00")
    assert refunds.ask_refund(refund_id=made.pk, now=till.now).state == "done"
    assert sum(ledger().values()) == Decimal("900.00")


def test_a_refund_that_takes_time(till: Till) -> None:
    till.bank.refunds_take_time = True
    payment = till.paid()
    made = till.refund(payment, "100.00")
    assert (made.state, sum(ledger().values())) == ("sent", Decimal("1000.00"))
    till.ask(payment)  # the payment's own sum says nothing yet
    assert Refund.objects.count() == 1
    till.bank.finish_refunds()
    till.ask(payment)  # and now it does: that is ours, not another
    assert Refund.objects.count() == 1
    assert refunds.ask_refund(refund_id=made.pk, now=till.now).state == "done"
    till.ask(payment)
    assert (Refund.objects.count(), sum(ledger().values())) == (1, Decimal("900.00"))


def test_a_refund_that_the_gateway_refuses_gives_nothing_back(till: Till) -> None:
    payment = till.paid()
    till.bank.fault("refund", "refused")
    made = till.refund(payment, "100.00")
    assert (made.state, made.reason) == ("failed", "paid by mistake · not today")
    assert now(payment).next_question_at == till.now
    till.ask(payment)
    assert (sum(ledger().values()), now(payment).next_question_at) == (Decimal("1000.00"), None)
    assert till.refund(payment, "1010.00").state == "done"


def test_a_refund_cancelled_later_gives_nothing_back(till: Till) -> None:
    till.bank.refunds_take_time = True
    payment = till.paid()
    made = till.refund(payment, "100.00")
    till.bank.finish_refunds("canceled")
    assert refunds.ask_refund(refund_id=made.pk, now=till.now).state == "failed"
    assert sum(ledger().values()) == Decimal("1000.00")


def test_given_back_at_the_gateway_itself(till: Till) -> None:
    payment = till.paid()
    till.refund(payment, "10.00")
    till.bank.refund_here(payment.public_id, Decimal("100.00"))
    till.ask(payment, cause="notice")
    till.ask(payment, cause="notice")
    there = Refund.objects.get(asked_by=None)
    assert (there.amount, there.state) == (Decimal("100.00"), "done")
    assert (sum(ledger().values()), now(payment).refunded) == (Decimal("890.00"), Decimal("110.00"))
    assert letters("payment_refunded") == 2


def test_an_early_refund_is_booked_and_taken_back(till: Till) -> None:
    """The gateway gave it back before we heard that it had been paid."""
    payment = till.pay()
    till.bank.pay(payment.public_id)
    till.bank.refund_here(payment.public_id, Decimal("1010.00"))
    assert till.ask(payment).state == "refunded"
    assert (ledger(), expected()) == (left("0.00", "0.00"), {})
    assert Entry.objects.count() == 4
    assert (letters(), letters("payment_refunded")) == (1, 1)


def test_an_early_refund_of_a_part(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id)
    till.bank.refund_here(payment.public_id, Decimal("10.00"))
    assert till.ask(payment).state == "booked"
    assert ledger() == left("693.00", "297.00")


def test_a_payment_in_review_is_given_back_without_a_word_to_the_ledger(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id, amount=Decimal("10.00"))
    till.ask(payment)
    with pytest.raises(NotRefundable) as error:
        till.refund(payment, "10.01")
    assert error.value.why == "more"
    till.refund(payment, "10.00")
    assert (now(payment).state, ledger(), expected()) == ("refunded", {}, {})


def test_too_much_taken_is_given_back_at_the_gateway(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id, amount=Decimal("2000.00"))
    till.ask(payment)
    till.bank.refund_here(payment.public_id, Decimal("1999.99"))
    assert till.ask(payment).state == "paid"
    till.bank.refund_here(payment.public_id, Decimal("0.01"))
    assert till.ask(payment).state == "refunded"
    assert (ledger(), expected()) == ({}, {})


def test_another_currency_is_given_back_at_the_gateway(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id, currency="USD")
    till.ask(payment)
    with pytest.raises(NotRefundable) as error:
        till.refund(payment, "10.00")
    assert error.value.why == "currency"
    till.bank.refund_here(payment.public_id, Decimal("1010.00"))
    assert till.ask(payment).state == "refunded"


def test_what_was_given_back_in_review_comes_off_when_it_is_booked_after_all(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id, amount=Decimal("500.00"))
    till.ask(payment)
    till.refund(payment, "100.00")
    assert ledger() == {}
    till.bank.pay(payment.public_id)  # the gateway corrects itself: all of it had been paid
    assert till.ask(payment, cause="staff").state == "booked"
    assert sum(ledger().values()) == Decimal("900.00")


def test_refunds_tell_the_gateway_what_came_before_and_what_the_receipt_says(
    till: Till, home: Account
) -> None:
    payment = till.paid(
        PartAsked(home.pk, Decimal("700.00")), PartAsked(home.pk, Decimal("300.00")), method="fiscal"
    )
    till.refund(payment, "10.00")
    till.refund(payment, "1000.00")
    first, second = (order for order, _ in till.bank.refunds.values())
    assert (first.before, second.before) == (Decimal(0), Decimal("10.00"))
    assert first.fiscal is not None
    assert second.fiscal is not None
    assert [item.amount for item in first.fiscal.items] == [Decimal("7.00"), Decimal("3.00")]
    assert [item.amount for item in second.fiscal.items] == [
        Decimal("693.00"),
        Decimal("297.00"),
        Decimal("10.00"),
    ]


def test_a_clock_that_goes_back_changes_no_share(till: Till) -> None:
    payment = till.paid()
    till.refund(payment, "333.33")
    till.later(timedelta(hours=-1))
    till.refund(payment, "333.33")
    till.refund(payment, "343.34")
    assert ledger() == left("0.00", "0.00")
