"""docs/domain/balances.md, «What always holds of payments»: the same queries; each finds what breaks it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from abonent.payments.invariants import INVARIANTS, OWN, broken
from tests.payments.conftest import Till

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "balances.md"

NO_TRIGGERS = "ALTER TABLE {0} DISABLE TRIGGER USER; "
ENTRY = (
    "INSERT INTO ledger_payment (account_id, paid_on, amount, bank, source, external_id, by_portal)"
    " SELECT account_id, paid_on, amount, bank, {0}, {1}, true FROM ledger_payment"
    " WHERE source = 'online' LIMIT 1"
)
#: What breaks it, done behind everybody's back to a booked payment, a sent one and a partly refunded one.
PLANTED = {
    "posted_once": "ALTER TABLE ledger_payment DROP CONSTRAINT ledger_payment_posted_once; "
    + ENTRY.format("source", "external_id"),
    "posted_as_fixed": NO_TRIGGERS.format("ledger_payment")
    + "UPDATE ledger_payment SET amount = amount + 0.01 WHERE source = 'online' AND external_id LIKE '%-1'",
    "parts_are_the_payment": NO_TRIGGERS.format("payments_paymentpart")
    + "DELETE FROM payments_paymentpart WHERE position = 2",
    "booked_is_what_was_charged": "UPDATE payments_payment SET paid_amount = paid_amount - 0.01",
    "expected_while_on_its_way": "DELETE FROM ledger_expectedpayment",
    "one_receipt_letter": "UPDATE payments_payment SET receipt_letter = NULL",
    "history_leads_to_the_state": "INSERT INTO payments_paymentstep"
    " (payment_id, at, state, cause, details, by_login)"
    " SELECT id, now(), 'sent', 'staff', '', '' FROM payments_payment WHERE state = 'booked'",
    "next_question_planned": "ALTER TABLE payments_payment DROP CONSTRAINT payments_next_question_planned; "
    "UPDATE payments_payment SET next_question_at = NULL",
    "written_before_the_gateway_knew": "UPDATE payments_payment SET sent_at = created_at - interval '1 s'",
    "notices_once_and_heard": "INSERT INTO payments_gatewaynotice"
    " (method, event_id, gateway_id, body, received_at)"
    " SELECT method, public_id, gateway_id, '', now() FROM payments_payment",
    "told_when_billing_knows_all": "UPDATE payments_payment SET state = 'told' WHERE state = 'booked'",
    "every_entry_has_its_cause": ENTRY.format("'cash'", "'1'"),
    "bank_calls_posted_once": ENTRY.format("'bank:kaspi'", "'1'"),
    "records_are_only_added_to": "ALTER TABLE payments_paymentstep DISABLE TRIGGER append_only",
    "refunds_within_the_payment": "UPDATE payments_payment SET refunded = refunded + 0.01 WHERE refunded > 0",
    "refunds_posted_to_the_kopeck": NO_TRIGGERS.format("ledger_payment")
    + "DELETE FROM ledger_payment WHERE source = 'refund' AND external_id LIKE '%-2'",
    "no_part_gives_back_more_than_it_got": NO_TRIGGERS.format("ledger_payment")
    + "UPDATE ledger_payment SET amount = -amount WHERE source = 'refund' AND external_id LIKE '%-2'",
    "every_refund_entry_has_its_refund": "UPDATE payments_refund SET state = 'failed'",
}


def written() -> dict[str, str]:
    """The queries of the document, by name."""
    section = (
        DOCUMENT.read_text("utf-8").partition("## What always holds of payments")[2].partition("\n## ")[0]
    )
    return dict(
        re.findall(r"^`(\w+)`: [^`]*?(?:`[^`\n]+`[^`]*?)*\n\n```sql\n(.*?)\n```$", section, re.M | re.S)
    )


def test_the_document_has_the_queries_of_the_program_in_their_order() -> None:
    assert list(written()) == list(INVARIANTS)
    assert written() == {name: query.strip() for name, query in INVARIANTS.items()}


@pytest.fixture
def paid(till: Till) -> None:
    till.paid()
    till.pay()
    till.refund(till.paid(), "100.00")
    assert broken() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PLANTED)
def test_each_finds_what_breaks_it(paid: None, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(PLANTED[name])
    assert name in broken()


def test_every_invariant_of_online_payments_is_tried() -> None:
    assert set(PLANTED) == set(OWN)


@pytest.mark.django_db
def test_they_hold_of_nothing_and_of_everything_at_once(till: Till) -> None:
    assert broken() == {}
    booked, declined, review, refunded = (till.pay() for _ in range(4))
    till.bank.pay(booked.public_id)
    till.bank.decline(declined.public_id)
    till.bank.pay(review.public_id, amount=Decimal(1))
    till.bank.pay(refunded.public_id)
    for one in (booked, declined, review, refunded):
        till.ask(one)
    till.refund(refunded, "1010.00")
    assert broken() == {}
