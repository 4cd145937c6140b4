"""`abonent check` asks the database what must always hold of payments, and names the rows that break it."""

from datetime import timedelta

import pytest

from abonent.interfaces.cli.check_payments import findings
from abonent.interfaces.cli.finding import FAIL, OK, WARN
from abonent.payments.invariants import INVARIANTS
from abonent.payments.models import Payment
from tests.payments.conftest import (
    NOW,
    Till,
    alice,
    bank,
    bob,
    clerk,
    dacha,
    home,
    new_account,
    paying,
    supplier,
    till,
)

__all__ = ["alice", "bank", "bob", "clerk", "dacha", "home", "new_account", "paying", "supplier", "till"]

pytestmark = pytest.mark.django_db


def test_all_holds(till: Till) -> None:
    till.paid()
    payments, questions = findings(now=NOW)
    assert (payments.state, payments.text) == (OK, f"all {len(INVARIANTS)} invariants hold")
    assert questions.state == OK


def test_rows_that_break_an_invariant_are_named(till: Till) -> None:
    made = [till.paid() for _ in range(7)]
    Payment.objects.update(receipt_letter=None)
    found = [one for one in findings(now=NOW) if one.state == FAIL]
    assert [one.text.split(":")[0] for one in found] == ["one_receipt_letter"]
    assert "one_receipt_letter: 14 rows: payment " in found[0].text
    assert sum(one.public_id in found[0].text for one in made) == 5
    assert "docs/domain/balances.md" in found[0].remedy


def test_questions_that_nobody_asks_are_counted(till: Till) -> None:
    till.pay()
    late = NOW + timedelta(minutes=17)
    (questions,) = (one for one in findings(now=late) if one.subject == "questions")
    assert (questions.state, questions.text[:2]) == (WARN, "1 ")
