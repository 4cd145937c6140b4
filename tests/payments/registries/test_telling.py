"""An online payment is told to billing when all of its entries are, and not before."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from abonent.exchange.outgoing.payments import export_payments
from abonent.ledger import telling
from abonent.payments.models import Payment
from abonent.payments.operations.telling import mark_told
from tests.payments.conftest import NOW, Till, ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registries_hold")]


def states() -> list[str]:
    return list(Payment.objects.order_by("pk").values_list("state", flat=True))


def test_a_payment_whose_entries_all_stand_in_files_is_told(till: Till) -> None:
    paid = till.paid()
    till.pay()
    assert mark_told(now=NOW) == 0
    assert telling.take_for_billing(batch=1, now=NOW) == 2
    later = till.paid()
    assert mark_told(now=NOW) == 1
    assert states() == ["told", "sent", "booked"]
    step = paid.steps.last()
    assert (step.state, step.cause, step.at) == ("told", "billing", NOW)
    assert mark_told(now=NOW) == 0, "safe to repeat"
    assert telling.take_for_billing(batch=2, now=NOW) == 2
    assert mark_told(now=NOW) == 1
    assert [one.batch for one in telling.ToldPayment.objects.order_by("pk")] == [1, 1, 2, 2]
    assert [one.external_id for one in telling.entries_of_batch(2)] == [
        f"{later.public_id}-{part.position}" for part in later.parts.order_by("position")
    ]


def test_half_a_payment_is_not_told(till: Till) -> None:
    payment = till.paid()
    first, second = (f"{payment.public_id}-{part.position}" for part in payment.parts.order_by("position"))
    telling.take_for_billing(batch=1, now=NOW)
    telling.ToldPayment.objects.get(payment__external_id=second).delete()
    assert telling.told_entries("online", [first, second]) == {first}
    assert mark_told(now=NOW) == 0
    assert states() == ["booked"]
    telling.take_for_billing(batch=2, now=NOW)
    assert mark_told(now=NOW) == 1


def test_what_the_export_writes_is_what_was_paid(till: Till, tmp_path: Path) -> None:
    till.paid()
    refunded = till.paid()
    till.refund(refunded, "110.00")
    (file,) = export_payments(directory=tmp_path, formats=["csv"], now=NOW).files
    rows = list(csv.DictReader(file.paths[0].open(encoding="utf-8")))
    sums = {
        number: sum(Decimal(row["amount"]) for row in rows if row["account"] == number) for number in ledger()
    }
    assert sums == ledger()
    assert {row["source"] for row in rows} == {"online", "refund"}
    assert states() == ["told", "told"]


def test_more_payments_than_are_marked_at_once(till: Till, monkeypatch: Any) -> None:
    monkeypatch.setattr("abonent.payments.operations.telling._AT_ONCE", 2)
    for _ in range(5):
        till.paid()
    telling.take_for_billing(batch=1, now=NOW)
    assert mark_told(now=NOW) == 5
    assert states() == ["told"] * 5
