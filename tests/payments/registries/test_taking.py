"""A registry comes in: each row in one state, everything whole or absent, nothing booked twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from abonent.accounts.models import Account, LastPayment
from abonent.ledger import booking
from abonent.ledger.booking import Entry
from abonent.payments.models import BankPayment, Payment, Registry, RegistryRow
from abonent.payments.operations.registries import RegistryReport
from abonent.payments.registry_file import BadRegistry, RowGiven
from tests.payments.conftest import NOW, Till, expected, ledger, letters
from tests.payments.registries.conftest import DAY, numbered, row, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registries_hold")]
Take = Callable[..., RegistryReport]


def counts(report: RegistryReport) -> dict[str, tuple[int, str]]:
    return {state: (one.rows, str(one.total)) for state, one in report.states.items()}


def test_known_accounts_are_booked_and_the_rest_waits(take: Take, home: Account, dacha: Account) -> None:
    report = take(
        row("1", "100.00", "700"), row("2", "50.10", "00-0701"), row("3", "7.00", "999"), row("4", "1.00")
    )
    assert counts(report) == {"booked": (2, "150.10"), "unmatched": (2, "8.00")}
    assert (report.rows, report.total) == (4, Decimal("158.10"))
    assert [one.account for one in report.unmatched] == ["999", ""]
    assert ledger() == {"000700": Decimal("100.00"), "000701": Decimal("50.10")}
    home.refresh_from_db()
    assert home.money_version == 1
    assert not LastPayment.objects.exists(), "what we book proves nobody's account"


def test_the_same_file_again_does_nothing(take: Take, home: Account) -> None:
    first = take(row("1", "100.00", "700"), row("2", "7.00", "999"), checksum="one")
    again = take(row("1", "100.00", "700"), row("2", "7.00", "999"), checksum="one", bank="another")
    assert again == replace(first, again=True)
    assert Registry.objects.count() == 1


def test_an_operation_is_booked_once_whatever_file_it_comes_in(take: Take, home: Account) -> None:
    take(row("1", "100.00", "700"), row("2", "7.00", "999"))
    report = take(
        row("1", "100.00", "700"), row("2", "7.00", "999"), row("3", "5.00", "700"), row("3", "5.00", "700")
    )
    assert counts(report) == {"booked": (1, "5.00"), "repeated": (3, "112.00")}
    take(row("1", "100.00", "700"), bank="gorod")
    assert ledger() == {"000700": Decimal("205.00")}, "another bank's numbers are its own"


def test_an_operation_that_comes_otherwise_waits_for_staff(take: Take, home: Account) -> None:
    take(row("1", "100.00", "700"))
    report = take(row("1", "90.00", "700"))
    assert [one.note for one in report.unmatched] == ["differs"]
    assert ledger() == {"000700": Decimal("100.00")}


def test_what_raises_at_the_end_leaves_nothing(take: Take, home: Account) -> None:
    def cut() -> Iterator[RowGiven]:
        yield from numbered(row("1", "100.00", "700"))
        raise BadRegistry("is not whole")

    with pytest.raises(BadRegistry):
        take(rows=cut())
    with pytest.raises(BadRegistry, match=r"add up to 100\.00, not to 100\.01"):
        take(row("1", "100.00", "700"), total=Decimal("100.01"))
    assert not Registry.objects.exists()
    assert ledger() == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"operation": ""}, "line 1: operation '' is empty"),
        ({"operation": "9" * 61}, "is longer than 60 characters"),
        ({"amount": Decimal(0)}, "no amount that can be booked"),
        ({"amount": Decimal("0.001")}, "no amount that can be booked"),
        ({"amount": Decimal("1000000000000")}, "no amount that can be booked"),
        ({"paid_on": date(2026, 11, 23)}, "is no day of a payment"),
        ({"paid_on": date(1989, 12, 31)}, "is no day of a payment"),
    ],
)
def test_what_cannot_be_booked_is_refused(take: Take, changes: Any, said: str) -> None:
    with pytest.raises(BadRegistry, match=said):
        take(replace(row("1", "1.00", "700"), **changes))


def test_an_empty_day_is_taken(take: Take) -> None:
    assert (take().rows, take().total) == (0, Decimal(0))
    assert Registry.objects.count() == 2


def test_a_dry_run_says_and_does_nothing(take: Take, till: Till, home: Account) -> None:
    payment = till.pay()
    rows = row("1", "100.00", "700"), row("2", "1000.00", reference=payment.public_id)
    assert counts(take(*rows, dry_run=True)) == {"booked": (1, "100.00"), "matched": (1, "1000.00")}
    assert not Registry.objects.exists()
    assert ledger() == {}
    assert Payment.objects.get().state == "sent"


@pytest.mark.parametrize("name", ["public_id", "gateway_id"])
def test_a_row_that_names_our_payment_is_not_posted_again(take: Take, till: Till, name: str) -> None:
    payment = till.paid()
    report = take(row("A", "1010.00", "700", reference=getattr(payment, name)))
    assert counts(report) == {"matched": (1, "1010.00")}
    assert report.other_amounts == ()
    assert RegistryRow.objects.get().payment == payment
    assert ledger() == {"000700": Decimal("700.00"), "000701": Decimal("300.00")}


def test_the_bank_of_a_method_calls_operations_by_the_gateways_id(take: Take, till: Till) -> None:
    payment = till.paid()
    assert "matched" in take(row(payment.gateway_id, "1010.00"), bank="card").states
    assert "unmatched" in take(row(payment.gateway_id, "1010.00"), bank="sberbank").states
    other = take(row("B", "1010.00", reference=payment.gateway_id), bank="free")
    assert "unmatched" in other.states, "a payment of another method"


@pytest.mark.parametrize("state", ["created", "sent", "declined", "expired"])
def test_the_registry_decides_what_is_not_final(take: Take, till: Till, state: str) -> None:
    if state == "created":
        till.bank.fault("create", "timeout")
    payment = till.pay()
    if state == "declined":
        till.bank.decline(payment.public_id)
        till.ask(payment)
    if state == "expired":
        till.later(timedelta(days=3))
        till.ask(payment)
    payment.refresh_from_db()
    assert payment.state == state
    take(row("A", "1010.00", reference=payment.public_id), now=till.now)
    payment.refresh_from_db()
    assert (payment.state, timezone.localtime(payment.paid_at).date()) == ("booked", DAY)
    assert ledger() == {"000700": Decimal("700.00"), "000701": Decimal("300.00")}
    assert expected() == {}
    assert letters() == 1
    assert payment.steps.last().cause == "registry"


def test_another_amount_decides_nothing_and_the_gateway_is_asked(take: Take, till: Till) -> None:
    payment = till.pay()
    report = take(row("A", "999.99", reference=payment.public_id))
    assert [one.amount for one in report.other_amounts] == [Decimal("999.99")]
    payment.refresh_from_db()
    assert (payment.state, payment.next_question_at) == ("sent", NOW)
    assert ledger() == {}


def test_more_money_for_the_same_payment_waits_for_staff(take: Take, till: Till) -> None:
    payment = till.paid()
    rows = row("A", "1010.00", reference=payment.public_id), row("B", "1010.00", reference=payment.public_id)
    report = take(*rows)
    assert states() == {"A": "matched", "B": "unmatched"}
    assert [one.note for one in report.unmatched] == ["again"]
    take(row("C", "1010.00", reference=payment.public_id))
    assert states()["C"] == "unmatched"
    take(row("A", "1010.00", reference=payment.public_id), bank="gorod")
    assert RegistryRow.objects.last().state == "matched", "another list may tell of it, too"


def called(txn_id: str, account: Account, amount: str = "100.00") -> None:
    BankPayment.objects.create(
        bank="kaspi",
        txn_id=txn_id,
        account=account,
        account_text=account.number,
        amount=Decimal(amount),
        paid_at=NOW,
        result=0,
        answer={},
        received_at=NOW,
    )
    entry = Entry("bank:kaspi", txn_id, account.pk, Decimal(amount), DAY)
    booking.book([entry], now=NOW)


def test_a_row_of_a_banks_call_is_not_posted_again(take: Take, home: Account) -> None:
    called("77", home)
    called("78", home)
    rows = row("77", "100.00", "700"), row("X", "90.00", "700", reference="78")
    report = take(*rows, bank="kaspi")
    assert states() == {"77": "matched", "X": "matched"}
    assert [one.operation for one in report.other_amounts] == ["X"]
    take(row("77", "100.00", "700"))
    assert ledger() == {"000700": Decimal("300.00")}, "another bank's operation of that number is booked"


def test_refunds_are_negative_and_never_more_than_was_paid(take: Take, home: Account) -> None:
    called("77", home)
    take(row("1", "100.00", "700"), bank="kaspi")
    report = take(
        row("2", "50.00", "700"),
        row("r1", "-60.00", parent="1"),
        row("r2", "-40.00", parent="1"),
        row("r3", "-0.01", parent="1"),
        row("r4", "-50.00", parent="2"),
        row("r5", "-10.00", parent="77"),
        row("r6", "-10.00", "700", parent="nobody knows"),
        bank="kaspi",
    )
    booked = {"2", "r1", "r2", "r4", "r5"}
    assert {name for name, state in states().items() if state == "booked"} == booked | {"1"}
    assert [(one.operation, one.note) for one in report.unmatched] == [("r3", "refund"), ("r6", "refund")]
    assert ledger() == {"000700": Decimal("90.00")}
    take(row("r7", "-1.00", parent="2"), bank="kaspi")
    assert states()["r7"] == "unmatched"


def test_a_refund_of_our_payment_is_asked_of_the_gateway(take: Take, till: Till) -> None:
    payment = till.paid()
    take(row("r1", "-10.00", parent=payment.gateway_id), bank="card")
    payment.refresh_from_db()
    assert states() == {"r1": "matched"}
    assert payment.next_question_at == NOW
    till.bank.refund_here(payment.public_id, Decimal("10.00"))
    till.ask(payment)
    assert sum(ledger().values()) == Decimal("990.00")
