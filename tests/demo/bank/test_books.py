"""Orders, what becomes of them, and refunds: once each, to the kopeck, also after a restart."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from abonent.demo.bank.bank import CHOICES, Bank, Refused
from abonent.demo.bank.books import Books
from abonent.demo.bank.money import hundredths, plain, written
from tests.demo.bank.world import SHOP, order
from tests.payments.bank import SandboxBank


def test_an_order_is_taken_once_for_each_key_of_a_shop(bank: SandboxBank) -> None:
    first = bank.bank.create(SHOP, order())
    assert bank.bank.create(SHOP, order(description="said in other words"))["id"] == first["id"]
    assert bank.bank.create("another-shop", order())["id"] != first["id"]
    assert len(bank.payments()) == 2
    with pytest.raises(Refused, match="another order has this key"):
        bank.bank.create(SHOP, order(amount="2994.42"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0.00"},
        {"amount": "12.5"},
        {"amount": 12.50},
        {"amount": "-1.00"},
        {"currency": "USD"},
        {"key": ""},
        {"return_url": "javascript:alert(1)"},
        {"notice_url": None},
        {"expires_at": "2026-11-21T12:00:00"},
        {"description": "x" * 301},
    ],
    ids=str,
)
def test_what_is_no_order_is_refused_and_leaves_nothing(bank: SandboxBank, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        bank.bank.create(SHOP, order(**wrong))
    assert bank.payments() == []


@pytest.mark.parametrize(
    ("choice", "state", "charged"),
    [
        ("pay", "succeeded", 299441),
        ("pay_told_twice", "succeeded", 299441),
        ("pay_untold", "succeeded", 299441),
        ("pay_less", "succeeded", 299341),
        ("decline", "canceled", None),
        ("pay_late", "pending", None),
    ],
)
def test_each_button_does_what_it_says(
    bank: SandboxBank, choice: str, state: str, charged: int | None
) -> None:
    bank.bank.create(SHOP, order())
    row = bank.choose("alice-1", choice)
    assert (row["state"], row["charged"]) == (state, charged)
    assert row["amount"] == 299441


def test_every_choice_is_tried_above() -> None:
    assert set(CHOICES) == {"pay", "pay_told_twice", "pay_untold", "pay_less", "decline", "pay_late"}


@pytest.mark.parametrize("first", list(CHOICES))
def test_what_is_decided_stays_decided(bank: SandboxBank, first: str) -> None:
    """A double click, two tabs, the way back in the browser."""
    bank.bank.create(SHOP, order())
    decided = tuple(bank.choose("alice-1", first))
    for second in CHOICES:
        assert tuple(bank.choose("alice-1", second)) == decided


def test_delayed_money_comes_when_its_time_is_there_even_after_the_order_ran_out(bank: SandboxBank) -> None:
    bank.bank.create(SHOP, order(expires_at=(datetime.now(UTC) + timedelta(seconds=10)).isoformat()))
    bank.pay_late("alice-1")
    bank.advance(20)
    assert bank.find("alice-1")["state"] == "pending"
    bank.advance(11)
    assert (bank.find("alice-1")["state"], bank.find("alice-1")["charged"]) == ("succeeded", 299441)


def test_an_order_runs_out_and_cannot_be_paid_then(bank: SandboxBank) -> None:
    bank.bank.create(SHOP, order())
    bank.pushed = timedelta(hours=1)
    assert bank.pay("alice-1")["state"] == "pending", "not swept yet, and not payable"
    bank.advance()
    row = bank.find("alice-1")
    assert (row["state"], row["reason"]) == ("canceled", "expired")


def test_a_late_truth_turns_a_cancelled_payment(bank: SandboxBank) -> None:
    bank.bank.create(SHOP, order())
    bank.decline("alice-1")
    row = bank.pay_after_all("alice-1")
    assert (row["state"], row["charged"], row["reason"]) == ("succeeded", 299441, "")
    with pytest.raises(Refused):
        bank.pay_after_all("alice-1")


def test_refunds_are_made_once_for_each_key_and_never_more_than_was_taken(bank: SandboxBank) -> None:
    bank.bank.create(SHOP, order())
    id_ = bank.pay("alice-1")["id"]
    one = bank.bank.refund(id_, 100000, key="r1")
    assert bank.bank.refund(id_, 100000, key="r1")["id"] == one["id"]
    with pytest.raises(Refused, match="another refund has this key"):
        bank.bank.refund(id_, 99999, key="r1")
    with pytest.raises(Refused, match="more than is left"):
        bank.bank.refund(id_, 199442, key="r2")
    bank.refund_here("alice-1", Decimal("1994.41"))
    assert bank.bank.refunded(id_) == 299441
    with pytest.raises(Refused):
        bank.refund_here("alice-1", Decimal("0.01"))


def test_nothing_is_given_back_of_what_was_not_taken(bank: SandboxBank) -> None:
    id_ = bank.bank.create(SHOP, order())["id"]
    for _ in ("pending", "canceled"):
        with pytest.raises(Refused):
            bank.bank.refund(id_, 1, key="r")
        bank.decline("alice-1")


def test_a_refund_that_takes_its_time_holds_its_money(bank: SandboxBank) -> None:
    bank.bank.create(SHOP, order())
    id_ = bank.pay("alice-1")["id"]
    bank.bank.refunds_wait = True
    refund = bank.bank.refund(id_, 299441, key="r1")
    assert (refund["state"], bank.bank.refunded(id_, done=True)) == ("pending", 0)
    with pytest.raises(Refused):
        bank.bank.refund(id_, 1, key="r2")
    bank.advance(30)
    assert bank.bank.refunded(id_, done=True) == 299441


def test_the_statement_is_of_a_day_of_the_shop_s_zone(tmp_path: Path) -> None:
    """Midnight of Almaty is 19:00 of the day before."""
    clock = [datetime(2026, 11, 20, 18, 59, 59, tzinfo=UTC)]
    bank = Bank(Books(), clock=lambda: clock[0])
    ends = datetime(2026, 12, 1, tzinfo=UTC).isoformat()
    for key, at in (("a", clock[0]), ("b", clock[0] + timedelta(seconds=1))):
        clock[0] = at
        bank.choose(bank.create(SHOP, order(key, expires_at=ends))["id"], "pay")
    bank.create("other", order(expires_at=ends))
    refunded = bank.by_key(SHOP, "a")
    assert refunded
    bank.refund(refunded["id"], 1, key="r")
    almaty = ZoneInfo("Asia/Almaty")
    assert [row["key"] for row in bank.statement(SHOP, date(2026, 11, 20), almaty)] == ["a"]
    found = bank.statement(SHOP, date(2026, 11, 21), almaty)
    assert {(row["kind"], row["key"], row["amount"]) for row in found} == {
        ("payment", "b", 299441),
        ("refund", "r", 1),
    }
    assert bank.statement(SHOP, date(2026, 11, 22), almaty) == []


def test_the_books_outlast_the_process(tmp_path: Path) -> None:
    path = tmp_path / "bank" / "books.sqlite3"
    books = Books(path)
    Bank(books, clock=lambda: datetime.now(UTC)).create(SHOP, order())
    again = Bank(Books(path), clock=lambda: datetime.now(UTC))  # the first one never closed: as if killed
    row = again.by_key(SHOP, "alice-1")
    assert row
    assert row["amount"] == 299441
    books.close()


def _take_and_fail(bank: SandboxBank) -> None:
    with bank.bank.books.writing():
        bank.bank.take(bank.find("alice-1"), 5)
        raise KeyError


def test_what_fails_half_way_leaves_nothing(bank: SandboxBank) -> None:
    books = bank.bank.books
    bank.bank.create(SHOP, order())
    with pytest.raises(KeyError):
        _take_and_fail(bank)
    assert bank.find("alice-1")["state"] == "pending"
    assert bank.notices("alice-1") == []
    with pytest.raises(sqlite3.IntegrityError), books.writing():
        books.update("payment", bank.find("alice-1")["id"], state="succeeded")


@pytest.mark.parametrize("amount", [1, 99, 100, 123456789])
def test_amounts_survive_the_way(amount: int) -> None:
    assert hundredths(plain(amount)) == amount


def test_amounts_are_written_as_people_do() -> None:
    assert written(123456789, "KZT").replace("\u00a0", " ") == "1 234 567,89 ₸"
    assert written(5, "RUB").replace("\u00a0", " ") == "0,05 ₽"
