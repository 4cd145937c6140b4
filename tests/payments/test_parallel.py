"""Many at once, with threads of their own connections: what the row's lock and the unique keys decide."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from abonent.payments.invariants import broken
from abonent.payments.models import GatewayNotice, Payment, Refund
from abonent.payments.operations import settling
from abonent.payments.operations.notices import take_notice
from abonent.payments.operations.refunds import NotRefundable
from tests.payments.conftest import NOW, Till, expected, ledger, letters
from tests.payments.test_crashes import jobs
from tests.payments.test_paying import BOTH

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("all_holds")]


@pytest.fixture
def all_holds(transactional_db: None) -> Iterator[None]:
    yield
    assert broken() == {}


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; what each gave, or the refusal it raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        except NotRefundable as error:
            return error.why
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_eight_notices_at_once_and_eight_questions_book_once(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id)
    raw, headers = till.bank.notice(payment.public_id, at=NOW)
    tell = partial(take_notice, method="card", raw=raw, headers=headers, address="", now=NOW)
    at_once([tell] * 8)
    assert (GatewayNotice.objects.count(), jobs()) == (1, 1)

    states = at_once([partial(till.ask, payment, cause="notice")] * 8)
    assert {one.state for one in states} == {"booked"}
    assert (ledger(), expected(), letters()) == (BOTH, {}, 1)
    assert payment.steps.filter(state="booked").count() == 1


def test_eight_different_notices_at_once_are_kept_and_wake_one_question(till: Till) -> None:
    payment = till.pay()
    told = [till.bank.notice(payment.public_id, at=NOW) for _ in range(8)]
    at_once(
        [
            partial(take_notice, method="card", raw=raw, headers=headers, address="", now=NOW)
            for raw, headers in told
        ]
    )
    assert (GatewayNotice.objects.count(), jobs()) == (8, 1)


def test_two_tabs_and_six_clicks_of_one_form_are_one_payment(till: Till) -> None:
    made = at_once([partial(till.pay, form_key="one")] * 8)
    assert len({one.pk for one in made}) == 1
    assert {one.state for one in made} == {"sent"}
    assert (Payment.objects.count(), len(till.bank.orders), expected()) == (1, 1, BOTH)


def test_two_tabs_of_different_forms_are_two_payments_for_the_same_accounts(till: Till) -> None:
    made = at_once([till.pay] * 4)
    for one in made:
        till.bank.pay(one.public_id)
    at_once([partial(till.ask, one) for one in made] * 2)
    assert ledger() == {number: 4 * amount for number, amount in BOTH.items()}
    assert (expected(), letters()) == ({}, 4)


def test_schedule_customer_and_notices_do_not_wait_for_a_question_under_way(till: Till) -> None:
    payment = till.pay()
    asking, go_on = Event(), Event()

    def slow(call: str) -> None:
        asking.set()
        assert go_on.wait(20)

    def asked() -> Payment:
        try:
            return till.ask(payment, cause="notice")
        finally:
            connection.close()

    till.bank.slow = slow
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(asked)
        assert asking.wait(20)
        assert till.ask(payment, wait=False).state == "sent"
        raw, headers = till.bank.notice(payment.public_id, at=NOW)
        take_notice(method="card", raw=raw, headers=headers, address="", now=NOW)
        facts = settling.came_back(
            public_id=payment.public_id, user_id=till.customer.pk, now=NOW + timedelta(minutes=5)
        )
        assert facts is not None
        assert facts.state == "sent"
        till.bank.pay(payment.public_id)
        go_on.set()
        assert first.result().state == "booked"
    assert till.bank.calls == ["create", "ask"]


def test_two_clerks_give_back_the_whole_once(till: Till) -> None:
    payment = till.paid()
    outcome = at_once([partial(till.refund, payment, "1010.00")] * 4)
    refused = [one for one in outcome if isinstance(one, str)]
    assert len(refused) == 3
    assert set(refused) <= {"state", "waits"}
    assert (Refund.objects.count(), sum(ledger().values())) == (1, 0)
