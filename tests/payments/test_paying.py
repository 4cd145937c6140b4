"""From the customer's wish to the booked payment: states, the ledger, money on its way, the letter."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from abonent.accounts.models import Account
from abonent.ledger.models import Payment as Entry
from abonent.notices.models import Letter
from abonent.notices.operations import deliver
from abonent.payments import connections, queries
from abonent.payments.models import Payment, PaymentStep
from abonent.payments.operations import paying, settling
from abonent.payments.operations.due_questions import queue_due
from abonent.payments.operations.paying import NotPayable, PartAsked
from abonent.portal.models import Service
from abonent.users.models import User
from tests.payments.conftest import MINUTE, NOW, Till, expected, ledger, letters
from tests.payments.fake_gateway import FakeGateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]

BOTH = {"000700": Decimal("700.00"), "000701": Decimal("300.00")}


def steps(payment: Payment) -> list[tuple[str, str]]:
    return list(PaymentStep.objects.filter(payment=payment).order_by("pk").values_list("state", "cause"))


def test_a_payment_from_the_form_to_the_ledger(till: Till) -> None:
    payment = till.pay()
    assert (payment.state, payment.amount, payment.commission) == ("sent", Decimal(1000), Decimal(10))
    assert payment.confirmation_url == f"https://bank.example/pay/{payment.gateway_id}"
    assert (ledger(), expected()) == ({}, BOTH)

    order = till.bank.orders[0]
    assert (order.key, order.number, order.amount) == (payment.public_id, payment.pk, Decimal("1010.00"))
    assert order.return_url.endswith(f"/pay/{payment.public_id}/")
    assert order.notice_url.endswith("/api/gateways/card/notice/")
    assert order.description == "Коммунальные услуги, лицевой счёт 000700, 000701"

    till.bank.pay(payment.public_id, at=NOW + 2 * MINUTE)
    till.later(3 * MINUTE)
    booked = till.ask(payment)
    assert (booked.state, booked.paid_at, booked.booked_at) == ("booked", NOW + 2 * MINUTE, till.now)
    assert booked.next_question_at is None
    assert (ledger(), expected(), letters()) == (BOTH, {}, 1)
    assert steps(payment) == [("created", "customer"), ("sent", "customer"), ("booked", "question")]


def test_asking_again_books_nothing_again(till: Till) -> None:
    payment = till.paid()
    for _ in range(3):
        till.ask(payment, cause="notice")
    assert (ledger(), letters()) == (BOTH, 1)
    assert len(steps(payment)) == 3


def test_one_form_is_one_payment(till: Till, home: Account) -> None:
    first = till.pay(form_key="one")
    again = till.pay(PartAsked(home.pk, Decimal("5.00")), form_key="one")
    assert again.pk == first.pk
    assert (Payment.objects.count(), len(till.bank.orders), expected()) == (1, 1, BOTH)
    assert queries.payment_of_form(till.customer.pk, "one") == first.public_id
    assert queries.payment_of_form(till.clerk.pk, "one") is None


def test_a_form_of_another_person_is_another_payment(till: Till, bob: User, home: Account) -> None:
    till.pay(form_key="one")
    till.pay(PartAsked(home.pk, Decimal("5.00")), form_key="one", user=bob)
    assert Payment.objects.count() == 2


def test_money_comes_on_the_day_of_the_portal(till: Till) -> None:
    """23:30 UTC is the next day in Almaty."""
    payment = till.pay()
    till.bank.pay(payment.public_id, at=NOW.replace(hour=23, minute=30))
    till.later(timedelta(days=1))
    till.ask(payment)
    assert {one.paid_on.isoformat() for one in Entry.objects.all()} == {"2026-11-22"}
    assert {one.bank for one in Entry.objects.all()} == {"card банкі"}


@pytest.mark.parametrize("why", ["timeout", "500", "timeout-after", "cut"])
def test_a_gateway_that_does_not_answer_leaves_it_created_and_the_job_goes_on(till: Till, why: str) -> None:
    till.bank.fault("create", why)
    payment = till.pay()
    assert (payment.state, payment.next_question_at) == ("created", NOW + MINUTE)
    assert expected() == {}

    till.later(MINUTE)
    assert queue_due(now=till.now) == 1
    sent = till.ask(payment)
    assert (sent.state, expected()) == ("sent", BOTH)
    assert sent.confirmation_url
    assert len(till.bank.books) == 1


def test_a_payment_whose_call_was_never_made_is_made_by_the_job_with_its_own_key(till: Till) -> None:
    """The program ended between the two transactions."""
    till.bank.fault("create", "timeout")
    payment = till.pay()
    till.bank.calls.clear()
    till.later(MINUTE)
    till.ask(payment)
    assert till.bank.calls == ["ask", "create"]
    assert till.bank.orders[0].key == payment.public_id


def test_a_payment_never_made_is_not_made_after_its_time(till: Till) -> None:
    till.bank.fault("create", "timeout")
    payment = till.pay()
    till.later(61 * MINUTE)
    assert till.ask(payment).state == "expired"
    assert (till.bank.books, expected()) == ({}, {})


def test_a_gateway_that_refuses_declines_it(till: Till) -> None:
    till.bank.fault("create", "refused")
    payment = till.pay()
    assert (payment.state, payment.reason, payment.next_question_at) == ("declined", "not today", None)
    assert (ledger(), expected()) == ({}, {})


def test_declined_and_then_paid_after_all(till: Till) -> None:
    """failed > succeeded: the late truth."""
    payment = till.pay()
    till.bank.decline(payment.public_id)
    declined = till.ask(payment)
    assert (declined.state, declined.reason, expected()) == ("declined", "insufficient_funds", {})
    till.bank.pay(payment.public_id)
    assert till.ask(payment, cause="notice").state == "booked"
    assert (ledger(), letters()) == (BOTH, 1)


def test_a_booked_payment_is_not_unbooked_by_a_late_cancellation(till: Till) -> None:
    payment = till.paid()
    till.bank.decline(payment.public_id)
    assert till.ask(payment).state == "booked"
    assert ledger() == BOTH
    assert steps(payment)[-1] == ("booked", "question")


@pytest.mark.parametrize(
    ("facts", "why"), [({"amount": Decimal("10.00")}, "amount"), ({"currency": "USD"}, "currency")]
)
def test_another_amount_or_currency_goes_to_review_and_never_to_the_ledger(
    till: Till, facts: dict[str, Decimal], why: str
) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id, **facts)  # type: ignore[arg-type]
    found = till.ask(payment)
    assert (found.state, found.reason, found.next_question_at) == ("paid", why, None)
    assert (ledger(), expected(), letters()) == ({}, BOTH, 0)
    till.ask(payment, cause="staff")
    assert ledger() == {}


def test_a_review_is_booked_when_the_gateway_itself_says_the_amount_fixed(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id, amount=Decimal("10.00"))
    till.ask(payment)
    till.bank.pay(payment.public_id)
    assert till.ask(payment, cause="staff").state == "booked"
    assert (ledger(), expected(), letters()) == (BOTH, {}, 1)


def test_a_payment_that_hangs_is_given_up_after_a_day_and_believed_later(till: Till) -> None:
    payment = till.pay()
    till.later(60 * MINUTE + timedelta(hours=23))
    assert till.ask(payment).state == "sent"
    till.later(timedelta(hours=1))
    expired = till.ask(payment)
    assert (expired.state, expired.reason, expected()) == ("expired", "expired", {})
    assert expired.next_question_at == till.now + timedelta(days=1)
    till.later(timedelta(days=1))
    till.bank.pay(payment.public_id)
    assert till.ask(payment).state == "booked"
    assert ledger() == BOTH


def test_nobody_asks_for_ever(till: Till) -> None:
    payment = till.pay()
    till.later(timedelta(days=2))
    till.ask(payment)
    for _ in range(10):
        till.later(timedelta(days=1))
        found = till.ask(payment)
    assert (found.state, found.next_question_at) == ("expired", None)


def test_the_gateways_own_expiry_is_expired(till: Till) -> None:
    payment = till.pay()
    till.bank.decline(payment.public_id, "expired_on_confirmation")
    assert till.ask(payment).state == "expired"


def test_a_gateway_that_forgot_is_asked_until_the_time_is_over(till: Till) -> None:
    payment = till.pay()
    till.bank.forget(payment.public_id)
    assert till.ask(payment).state == "sent"
    till.later(60 * MINUTE)
    assert till.ask(payment).state == "expired"


def test_silence_changes_nothing_but_the_time_of_the_next_question(till: Till) -> None:
    payment = till.pay()
    times = [MINUTE]
    for kind in ("timeout", "500", "cut", "timeout-after", "500-after"):
        till.later(times[-1])
        till.bank.fault("ask", kind)
        asked = till.ask(payment)
        assert asked.next_question_at is not None
        times.append(asked.next_question_at - till.now)
    assert times == [minutes * MINUTE for minutes in (1, 3, 10, 30, 60, 60)]
    assert (asked.state, expected()) == ("sent", BOTH)


def test_an_answer_about_another_payment_is_none(till: Till) -> None:
    mine, other = till.pay(), till.pay()
    till.bank.pay(other.public_id)
    till.bank.books[mine.public_id] = till.bank.books[other.public_id]
    assert till.ask(mine).state == "sent"
    assert ledger() == {}


def test_a_customer_who_looks_again_and_again_does_not_push_the_schedule_away(till: Till) -> None:
    payment = till.pay()
    for second in range(3, 60, 3):
        seen = NOW + timedelta(seconds=second)
        settling.came_back(public_id=payment.public_id, user_id=till.customer.pk, now=seen)
    assert till.bank.calls.count("ask") == 19
    found = Payment.objects.get()
    assert (found.questions, found.next_question_at) == (0, NOW + MINUTE)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"method": "cash"}, "method"),
        ({"email": "nobody"}, "email"),
        ({"email": f"{'x' * 60}@{'y.' * 100}example.kz"}, "email"),
        ({"email": "", "method": "fiscal"}, "email"),
        ({"form_key": ""}, "form"),
        ({"form_key": "x" * 41}, "form"),
    ],
)
def test_what_may_not_be_asked(till: Till, change: dict[str, str], why: str) -> None:
    with pytest.raises(NotPayable) as error:
        till.pay(**change)
    assert error.value.reason == why
    assert (Payment.objects.count(), till.bank.calls) == (0, [])


@pytest.mark.parametrize(
    ("amounts", "why"),
    [
        (["0.00"], "amount"),
        (["-5.00"], "amount"),
        (["10.005"], "amount"),
        (["NaN"], "amount"),
        (["Infinity"], "amount"),
        (["1E+40"], "amount"),
        (["9.99"], "least"),
        (["100000.01"], "most"),
        (["5.00", "4.99"], "least"),
        (["1.00"] * 51, "parts"),
    ],
)
def test_amounts_stay_within_the_bounds_of_the_method(
    till: Till, home: Account, amounts: list[str], why: str
) -> None:
    with pytest.raises(NotPayable) as error:
        till.pay(*[PartAsked(home.pk, Decimal(one)) for one in amounts], method="free")
    assert error.value.reason == why
    assert Payment.objects.count() == 0


def test_a_slow_gateway_keeps_a_customer_waiting_for_five_seconds_only(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that waits serves everybody; the job has more patience."""
    given: list[float] = []

    def gateway(code: str, *, read_seconds: float = 15) -> FakeGateway:
        given.append(read_seconds)
        return till.bank

    monkeypatch.setattr(connections, "gateway", gateway)
    till.bank.fault("create", "timeout")
    payment = till.pay()
    assert (payment.state, given) == ("created", [5])
    assert till.ask(payment).state == "sent"
    assert given == [5, 15, 15]


def test_a_person_makes_so_many_payments_in_an_hour(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "MOST_AN_HOUR", 2)
    first, _ = till.pay(form_key="one"), till.pay()
    with pytest.raises(NotPayable) as error:
        till.pay()
    assert error.value.reason == "often"
    assert till.pay(form_key="one").pk == first.pk
    till.later(60 * MINUTE)
    assert till.pay().state == "sent"


def test_no_parts_is_no_payment(till: Till) -> None:
    till.parts = []
    with pytest.raises(NotPayable) as error:
        till.pay()
    assert error.value.reason == "parts"


def test_only_ones_own_open_accounts_are_paid(
    till: Till, bob: User, new_account: Callable[..., Account], dacha: Account
) -> None:
    with pytest.raises(NotPayable) as error:
        till.pay(user=bob)  # the dacha is not his
    assert error.value.reason == "account"
    closed = new_account("000702", till.customer, closed_on=NOW.date())
    with pytest.raises(NotPayable) as error:
        till.pay(PartAsked(closed.pk, Decimal("10.00")))
    assert error.value.reason == "closed"
    with pytest.raises(NotPayable) as error:
        till.pay(PartAsked(dacha.pk, Decimal("10.00"), service_id=987654))
    assert error.value.reason == "service"


def test_money_for_a_service_is_booked_for_it(till: Till, home: Account, power: Service) -> None:
    till.paid(PartAsked(home.pk, Decimal("1.00"), power.pk), PartAsked(home.pk, Decimal("2.00")))
    assert sorted(Entry.objects.values_list("amount", "service_id")) == [
        (Decimal("1.00"), power.pk),
        (Decimal("2.00"), None),
    ]


def test_the_receipt_letter_says_what_was_paid(till: Till, home: Account, power: Service) -> None:
    payment = till.paid(PartAsked(home.pk, Decimal("1234.50"), power.pk))
    letter = Letter.objects.get()
    assert letter.pk == payment.receipt_letter
    assert (letter.kind, letter.to, letter.language) == ("payment_receipt", "alice@example.kz", "ru")
    assert letter.subject == f"Платёж № {payment.pk} зачислен"
    for text in (
        "21.11.2026 14:00",
        "Лицевой счёт 000700, Электроэнергия: 1\u00a0234,50",
        "Комиссия: 12,35",
        "Всего оплачено: 1\u00a0246,85",
        "Банк card",
        f"/pay/{payment.public_id}/",
    ):
        assert text in letter.text


def test_the_receipt_goes_along_on_paper(till: Till) -> None:
    payment = till.paid()
    letter = Letter.objects.get()
    assert letter.attachment == {"maker": "payments.receipt", "arguments": {"payment": payment.public_id}}
    assert deliver(letter_id=letter.pk, now=NOW)
    (sent,) = mail.outbox
    ((name, content, media_type),) = sent.attachments
    assert (name, media_type) == (f"payment-{payment.pk}.pdf", "application/pdf")
    assert content.startswith(b"%PDF")


def test_the_letter_in_kazakh(till: Till) -> None:
    payment = till.paid(language="kk")
    letter = Letter.objects.get()
    assert letter.pk == payment.receipt_letter
    assert letter.subject == f"№ {payment.pk} төлем есепке алынды"
    assert "Барлығы төленді: 1\u00a0010,00" in letter.text


def test_without_a_mailbox_there_is_no_letter(till: Till) -> None:
    assert till.paid(email="").receipt_letter is None
    assert letters() == 0


def test_fiscal_data_add_up_to_what_is_charged(till: Till, home: Account, power: Service) -> None:
    parts = [PartAsked(home.pk, Decimal("100.00"), power.pk), PartAsked(home.pk, Decimal("0.05"))]
    till.pay(*parts, method="fiscal")
    fiscal = till.bank.orders[0].fiscal
    assert fiscal is not None
    assert [(item.text, item.amount) for item in fiscal.items] == [
        ("Электроэнергия, лицевой счёт 000700", Decimal("100.00")),
        ("Коммунальные услуги, лицевой счёт 000700", Decimal("0.05")),
        ("Комиссия", Decimal("1.00")),
    ]
    assert sum(item.amount for item in fiscal.items) == till.bank.orders[0].amount
    assert till.pay().pk
    assert till.bank.orders[1].fiscal is None


def test_a_payment_of_many_parts_costs_no_more_queries_than_one_of_few(till: Till, home: Account) -> None:
    costs = []
    for many in (2, 40):
        with CaptureQueriesContext(connection) as queries:
            till.paid(*[PartAsked(home.pk, Decimal("100.00"))] * many)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_what_a_customer_sees(till: Till, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    payment = till.pay()
    with django_assert_num_queries(3):
        facts = queries.payment_facts(payment.public_id, till.customer.pk)
    assert facts is not None
    assert (facts.state, facts.waiting, facts.charged) == ("sent", True, Decimal("1010.00"))
    assert facts.confirmation_url == payment.confirmation_url
    assert [(part.account_number, part.amount) for part in facts.parts] == [
        ("000700", Decimal("700.00")),
        ("000701", Decimal("300.00")),
    ]
    assert [step.state for step in facts.steps] == ["created", "sent"]
    assert queries.payment_facts(payment.public_id, till.clerk.pk) is None
    assert queries.payment_facts("nothing", till.customer.pk) is None


def test_where_it_was_paid_is_offered_only_while_it_can_be(till: Till) -> None:
    payment = till.paid()
    facts = queries.payment_facts(payment.public_id, till.customer.pk)
    assert facts is not None
    assert (facts.confirmation_url, facts.waiting) == (None, False)


def test_what_is_on_its_way_to_an_account(
    till: Till, home: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sent = till.pay(PartAsked(home.pk, Decimal("1.00")), PartAsked(home.pk, Decimal("2.00")))
    till.paid()
    till.bank.fault("create", "timeout")
    created = till.pay()
    with django_assert_num_queries(1):
        found = queries.on_their_way(home.pk)
    assert [(one.public_id, one.state, one.amount) for one in found] == [
        (created.public_id, "created", Decimal("700.00")),
        (sent.public_id, "sent", Decimal("3.00")),
    ]


def test_coming_back_asks_and_believes_the_gateway_alone(till: Till) -> None:
    payment = till.pay()
    facts = settling.came_back(public_id=payment.public_id, user_id=till.customer.pk, now=NOW)
    assert facts is not None
    assert (facts.state, facts.returned_at) == ("sent", NOW)
    till.bank.pay(payment.public_id)
    again = settling.came_back(public_id=payment.public_id, user_id=till.customer.pk, now=NOW)
    assert again is not None
    assert again.state == "sent"  # asked a moment ago
    later = NOW + timedelta(seconds=3)
    paid = settling.came_back(public_id=payment.public_id, user_id=till.customer.pk, now=later)
    assert paid is not None
    assert paid.state == "booked"
    assert till.bank.calls.count("ask") == 2


def test_strangers_do_not_come_back(till: Till) -> None:
    payment = till.pay()
    assert settling.came_back(public_id=payment.public_id, user_id=till.clerk.pk, now=NOW) is None
    assert settling.stop(public_id=payment.public_id, user_id=till.clerk.pk, now=NOW) is None
    assert till.bank.calls == ["create"]


def test_i_have_not_paid_is_asked_and_counts_only_after_the_time(till: Till) -> None:
    payment, who = till.pay(), till.customer.pk
    facts = settling.stop(public_id=payment.public_id, user_id=who, now=NOW)
    assert facts is not None
    assert facts.state == "sent"
    over = payment.expires_at
    facts = settling.stop(public_id=payment.public_id, user_id=who, now=over)
    assert facts is not None
    assert (facts.state, facts.reason, expected()) == ("expired", "stopped", {})
    till.bank.pay(payment.public_id)
    till.now = over + timedelta(days=1)
    assert till.ask(payment).state == "booked"


def test_i_have_not_paid_pressed_again_and_again_asks_once_in_three_seconds(till: Till) -> None:
    payment, who = till.pay(), till.customer.pk
    for seconds in (0, 1, 2, 4):
        moment = NOW + timedelta(seconds=seconds)
        settling.stop(public_id=payment.public_id, user_id=who, now=moment)
    assert till.bank.calls.count("ask") == 2


def test_i_have_not_paid_of_a_payment_that_is_paid_books_it(till: Till) -> None:
    payment = till.pay()
    till.bank.pay(payment.public_id)
    over = payment.expires_at
    facts = settling.stop(public_id=payment.public_id, user_id=till.customer.pk, now=over)
    assert facts is not None
    assert (facts.state, ledger()) == ("booked", BOTH)
