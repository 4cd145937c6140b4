"""A bank tells of a payment: booked 0 or 1 times, and answered the same for ever."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection

from abonent.accounts.models import Account
from abonent.ledger import booking
from abonent.ledger.booking import Entry
from abonent.payments.bank_protocols import Answer
from abonent.payments.models import BankCallCount, BankPayment, Difference, Registry, RegistryRow
from abonent.payments.operations import bank_call_counts, bank_calls
from abonent.payments.operations.registries import take_registry
from abonent.payments.personal import forget_bank_calls
from abonent.payments.registry_file import RowGiven
from abonent.portal.models import Organisation
from tests import billed
from tests.payments.bank_calls import bank, check, let_call, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invariants_hold")]
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KASPI = bank()
SBER = bank("sber", "osmp")


@pytest.fixture
def account(db: None, settings: Any) -> Account:
    let_call(settings, KASPI, SBER)
    organisation = Organisation.objects.create(code="ours", name_ru="Наш")
    return Account.objects.create(
        number="000700", key="700", organisation=organisation, payer="Ким Алиса", address="Абая 1"
    )


def call(parts: dict[str, str], *, by: Any = KASPI, now: datetime = NOW) -> Answer:
    return bank_calls.answer_call(bank=by, query={name: [value] for name, value in parts.items()}, now=now)


def said(parts: dict[str, str], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call(parts, **more).body)
    return found


def entries() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, external_id, amount, paid_on, by_portal FROM ledger_payment ORDER BY id"
        )
        return list(cursor.fetchall())


def test_a_payment_is_booked_by_its_own_day(account: Account) -> None:
    """18:44 of the 20th in Almaty; a call just after midnight there is of the day before in London."""
    answer = said(pay("700"))
    assert answer | {"prv_txn_id": ""} == {
        "txn_id": "1",
        "prv_txn_id": "",
        "result": 0,
        "sum": "4137.00",
        "comment": "OK",
    }
    said(pay("000-700", "200", txn_id="2", at="20261121000100"))
    assert entries() == [
        ("bank:kaspi", "1", Decimal("4137.00"), date(2026, 11, 20), True),
        ("bank:kaspi", "2", Decimal("200.00"), date(2026, 11, 21), True),
    ]
    kept = BankPayment.objects.get(txn_id="1")
    assert (str(kept.pk), kept.account_id, kept.result) == (answer["prv_txn_id"], account.pk, 0)
    account.refresh_from_db()
    assert account.money_version == 2


def test_the_sum_is_never_refused_for_the_debt(account: Account) -> None:
    """Nothing was ever charged: whatever is paid is taken."""
    assert said(pay("700", "9999999.99"))["result"] == 0


def test_a_repeated_call_gets_the_first_answer_and_books_nothing(account: Account) -> None:
    first = call(pay("700"))
    later = NOW.replace(hour=23)
    assert [call(pay("700"), now=later) for _ in range(3)] == [first] * 3
    assert len(entries()) == 1
    assert Difference.objects.count() == 0


@pytest.mark.parametrize("other", [{"account": "900"}, {"sum": "4137.01"}, {"sum": "x"}])
def test_the_same_id_with_other_particulars_gets_the_first_answer_and_is_an_alarm(
    account: Account, other: dict[str, str]
) -> None:
    first = call(pay("700"))
    for _ in range(2):
        assert call(pay("700") | other) == first
    assert len(entries()) == 1
    found = Difference.objects.get()
    assert (found.kind, found.source, found.reference, found.owner) == (
        "bank_call",
        "bank:kaspi",
        "1",
        "gateway",
    )
    assert found.ours == Decimal("4137.00")


def test_two_banks_may_have_the_same_id(account: Account) -> None:
    call(pay("700"))
    sber = {"action": "payment", "account": "700", "amount": "10", "pay_id": "1"}
    answer = call(sber | {"pay_date": "20.11.2026_10:00:00"}, by=SBER)
    assert b"<CODE>0</CODE>" in answer.body
    assert [row[:3] for row in entries()] == [
        ("bank:kaspi", "1", Decimal("4137.00")),
        ("bank:sber", "1", Decimal("10.00")),
    ]


def test_an_unknown_account_is_refused_for_ever(account: Account) -> None:
    """The bank has given the money back: the same id books nothing later."""
    answer = call(pay("900"))
    assert json.loads(answer.body)["result"] == 1
    Account.objects.filter(pk=account.pk).update(key="900", number="900")
    assert call(pay("900")) == answer
    assert entries() == []


def test_a_refusal_about_a_payment_is_kept_too(account: Account) -> None:
    answer = call(pay("700", "0.00"))
    assert json.loads(answer.body)["result"] == 5
    assert call(pay("700", "0.00")) == answer
    assert call(pay("700", "10.00")) == answer
    assert entries() == []
    assert Difference.objects.get().theirs == Decimal("10.00")


def test_a_request_without_an_id_leaves_nothing(account: Account) -> None:
    for parts in (pay("700") | {"txn_id": ""}, {"command": "refund", "txn_id": "5"}, {}):
        assert said(parts)["result"] == 5
    assert BankPayment.objects.count() == 0


@pytest.mark.parametrize(("closed_on", "result"), [("2026-11-20", 1), ("2026-11-21", 0)])
def test_a_closed_account_is_paid_no_more_from_that_day(
    account: Account, closed_on: str, result: int
) -> None:
    """The day of the payment counts, not that of the call: what was paid before is booked."""
    Account.objects.filter(pk=account.pk).update(closed_on=closed_on)
    assert said(pay("700"))["result"] == result
    assert said(check("700", "2"))["result"] == 1


def test_what_the_banks_registry_booked_first_is_taken_back(account: Account) -> None:
    row = booked_from_a_registry(account, "1")
    assert said(pay("700", "50.00"))["result"] == 0
    assert [one[:3] for one in entries()] == [
        ("registry:kaspi", "1", Decimal("50.00")),
        ("bank:kaspi", "1", Decimal("50.00")),
        ("reversal", str(row.pk), Decimal("-50.00")),
    ]
    row.refresh_from_db()
    assert row.state == "reversed"


def booked_from_a_registry(account: Account, operation: str) -> RegistryRow:
    day, amount = date(2026, 11, 20), Decimal("50.00")
    registry = Registry.objects.create(
        source="registry:kaspi", format="x", name="x", checksum="x", rows=1, total=amount, loaded_at=NOW
    )
    row = RegistryRow.objects.create(
        registry=registry,
        line=1,
        operation=operation,
        account=account,
        paid_on=day,
        amount=amount,
        state="booked",
    )
    booking.book([Entry("registry:kaspi", operation, account.pk, amount, day)], now=NOW)
    return row


# What the bank shows


def test_a_bank_is_told_what_the_customer_sees_and_a_masked_name(
    db: None, tmp_path: Path, settings: Any
) -> None:
    """79.57 by the bill, 50 of it on its way and 9.57 paid through this bank a minute ago."""
    let_call(settings, KASPI)
    billed.load(tmp_path, billed.files())
    home = Account.objects.get(key="300")
    assert said(check("000300"))["sum"] == "10.00"
    on_its_way = [Entry("online", "x-0", home.pk, Decimal("4.00"), NOW.date())]
    booking.expect(on_its_way, now=NOW)
    assert said(check("000300"))["sum"] == "6.00"
    said(pay("300", "1.50", txn_id="5"))
    found = said(check("000300"))
    assert found["sum"] == "4.50"
    assert found["fields"] == {"field1": {"@name": "Абонент", "#text": "К***м В."}}
    assert said(check("200"))["sum"] == "0.00"  # overpaid
    assert said(check("500"))["sum"] == "0.00"  # never charged
    booking.expect_no_more(on_its_way)
    assert said(check("000300"))["sum"] == "8.50"
    assert BankPayment.objects.count() == 1


def test_an_unknown_account_says_nothing_but_that(account: Account) -> None:
    assert said(check("900", "17")) == {"txn_id": "17", "result": 1, "comment": "account not found"}


def test_a_bank_whose_every_other_question_is_about_nobody_is_stopped_for_the_hour(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_call_counts, "UNKNOWN_AN_HOUR", 3)
    results = [said(check(number))["result"] for number in ("700", "901", "902", "903", "700", "700")]
    assert results == [0, 1, 1, 1, 5, 5]
    assert said(pay("700"))["result"] == 0  # the money is taken: never stopped
    assert said(check("700"), now=NOW.replace(hour=10))["result"] == 0
    counted = BankCallCount.objects.get(hour=NOW)
    assert (counted.bank, counted.checks, counted.unknown) == ("kaspi", 6, 3)


def test_mistyped_numbers_among_many_stop_nobody(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_call_counts, "UNKNOWN_AN_HOUR", 2)
    asked = ["700", "700", "700", "901", "700", "902", "700", "700"]
    assert [said(check(one))["result"] for one in asked] == [0, 0, 0, 1, 0, 1, 0, 0]


def test_a_bank_that_asks_about_everybody_is_stopped(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_call_counts, "CHECKS_AN_HOUR", 2)
    assert [said(check("700"))["result"] for _ in range(4)] == [0, 0, 5, 5]


# Many at once, and what breaks


@pytest.mark.django_db(transaction=True)
def test_eight_calls_at_once_book_once_and_are_answered_alike(account: Account) -> None:
    answers = at_once([lambda: call(pay("700"))] * 8)
    assert len(answers) == 1
    assert sum(answers.values()) == 8
    assert next(iter(answers)).result == 0
    assert len(entries()) == 1
    assert BankPayment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_with_other_sums_at_once_book_one_of_them(account: Account) -> None:
    calls = [lambda amount=amount: call(pay("700", f"{amount}.00")) for amount in range(1, 9)]
    answers = at_once(calls)
    assert len(answers) == 1
    [(_, _, amount, _, _)] = entries()
    assert json.loads(next(iter(answers)).body)["sum"] == str(amount)
    assert Difference.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_registry_taken_at_the_same_moment_counts_once(account: Account) -> None:
    """Whoever comes first: matched, or reversed; never both, never neither."""

    def take(operation: str) -> Answer:
        row = RowGiven(
            line=1, operation=operation, account="700", paid_on=NOW.date(), amount=Decimal("50.00")
        )
        source = {"source": "registry:kaspi", "format": "x", "name": operation, "checksum": operation}
        take_registry(**source, rows=[row], loaded_by="", now=NOW)
        return Answer(0, b"", "")

    for number in range(6):
        operation = f"op{number}"
        at_once([partial(take, operation), partial(call, pay("700", "50.00", txn_id=operation))])
    assert sum(row[2] for row in entries()) == Decimal("300.00")
    assert set(RegistryRow.objects.values_list("state", flat=True)) <= {"matched", "reversed"}


def at_once(calls: list[Callable[[], Answer]]) -> Counter[Answer]:
    start = Barrier(len(calls))

    def run(one: Callable[[], Answer]) -> Answer:
        start.wait()
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_after_a_crash_between_commit_and_answer_the_same_is_answered(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit reached the server and its answer did not reach us: the bank is told that it is in progress,
    and gets the truth when it asks again."""
    commit = connection._commit  # type: ignore[attr-defined]

    def cut() -> None:
        commit()
        raise OperationalError("connection lost")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "_commit", cut)
        assert said(pay("700"))["result"] == 4
    connection.close()
    assert len(entries()) == 1
    assert said(pay("700"))["result"] == 0
    assert len(entries()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["INSERT INTO payments_bankpayment", "INSERT INTO ledger_payment", "UPDATE"]
)
def test_a_fault_before_the_commit_leaves_nothing_and_the_bank_comes_again(
    account: Account, statement: str
) -> None:
    def break_it(execute: Any, sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if sql.strip().startswith(statement):
            raise OperationalError("the server went away")
        return answer

    with connection.execute_wrapper(break_it):
        assert said(pay("700"))["result"] == 4
        sber = {"action": "payment", "account": "700", "amount": "10", "pay_id": "1"}
        answer = call(sber | {"pay_date": "20.11.2026_10:00:00"}, by=SBER)
        assert b"<CODE>1</CODE>" in answer.body
    assert (entries(), BankPayment.objects.count()) == ([], 0)
    account.refresh_from_db()
    assert account.money_version == 0
    assert said(pay("700"))["result"] == 0


def test_old_counts_are_forgotten(account: Account) -> None:
    said(check("700"))
    assert forget_bank_calls(before=NOW - timedelta(hours=1), limit=10) == 0
    assert forget_bank_calls(before=NOW + timedelta(hours=1), limit=10) == 1
