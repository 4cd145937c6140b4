"""Mistakes that a program of this kind makes, planted into ours, each with a life that it spoils.

A plant changes the program (or the database) of one test; its story is lived with and without it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection

from abonent.ledger import booking as ledger_booking
from abonent.ledger.booking import Entry
from abonent.payments.gateway import Answer
from abonent.payments.models import Payment
from abonent.payments.operations import booking, notices, settling
from abonent.payments.operations.registries import matching
from tests.payments.faults.faults import FAULTS
from tests.payments.faults.life import AMOUNT, COMMISSION, World, live


@dataclass(frozen=True)
class Plant:
    put: Callable[[World, pytest.MonkeyPatch], None]
    story: Callable[[World], None]
    found: tuple[str, ...]
    """What the reckoning then says, among other things."""


def _no_unique_key(world: World, patch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_payment DROP CONSTRAINT ledger_payment_posted_once")
    harmless = ledger_booking._BOOK.replace("ON CONFLICT (source, external_id) DO NOTHING", "")
    assert harmless != ledger_booking._BOOK
    patch.setattr(ledger_booking, "_BOOK", harmless)


def _refund_and_notices(world: World) -> None:
    life = world.life("refund")
    live(life)
    for _ in range(2):
        life.tell()
        world.work()


def _no_poll(world: World, patch: pytest.MonkeyPatch) -> None:
    world.schedule = False


def _nobody_tells(world: World) -> None:
    """A gateway that has no lists of days either, as some have none."""
    world.bank.lists = False
    life = world.life()
    life.telling = "lost"
    live(life)


def _last_notice_wins(world: World, patch: pytest.MonkeyPatch) -> None:
    settle = settling.settle

    def believe(payment: Payment, answer: Answer | None, **others: Any) -> None:
        last = payment.notices.order_by("-pk").first()
        if answer is not None and last is not None:
            told = json.loads(bytes(last.body))["event"]
            answer = replace(answer, state="canceled" if "canceled" in told else "succeeded")
        settle(payment, answer, **others)

    patch.setattr(settling, "settle", believe)


def _told_of_money_that_never_came(world: World) -> None:
    life = world.life()
    life.mind = "goes_away"
    live(life, to="customer")
    life.hear("paid")
    live(life, since="customer")


def _told_late_of_a_failure(world: World) -> None:
    """The customer's first card failed and the second one paid; the notices come the other way round."""
    world.bank.lists = False
    life = world.life()
    live(life, to="notice")
    life.hear("canceled: the first card")
    live(life, since="question")


def _not_compared(world: World, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settling, "_other_than_fixed", lambda payment, answer: "")


def _posting_what_the_gateway_says(world: World, patch: pytest.MonkeyPatch) -> None:
    _not_compared(world, patch)
    fixed = booking.entries

    def as_told(payment: Payment, *others: Any) -> list[Entry]:
        first, *rest = fixed(payment, *others)
        less = AMOUNT + COMMISSION - world.bank.books[payment.public_id].amount
        return [replace(first, amount=first.amount - less), *rest]

    patch.setattr(booking, "entries", as_told)


def _less_is_taken(world: World) -> None:
    world.differences_left = frozenset({"review"})
    life = world.life()
    life.mind = "pays_less"
    live(life)


def _letter_after_the_commit(world: World, patch: pytest.MonkeyPatch) -> None:
    """Kept in memory, to be written when the transaction has ended; and there the program ends."""
    patch.setattr(booking, "write_receipt", lambda payment, now: None)


def _row_not_matched(world: World, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "_OURS", "SELECT %(source)s, %(may_decide)s")


def _row_not_reversed(world: World, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(booking, "reverse_rows", lambda payment, now: 0)


def _row_with_account(world: World) -> None:
    life = world.life()
    live(life, to="letter")
    world.registry(life.registry_row(AMOUNT, account="700"))
    live(life, since="letter")


def _row_came_first(world: World) -> None:
    life = world.life()
    FAULTS["the registry comes first"].do(life)
    live(life)


def _acknowledged_before_the_commit(world: World, patch: pytest.MonkeyPatch) -> None:
    """Rows are gathered in memory, to be written a hundred at a time, and the program ends before."""
    patch.setattr(notices, "_kept", lambda *facts: True)


def _plain(world: World) -> None:
    live(world.life())


def _two_letters(world: World, patch: pytest.MonkeyPatch) -> None:
    """The letter is written by whoever hears of the payment, not by who books it."""
    settle, write = settling.settle, booking.write_receipt

    def also(payment: Payment, answer: Answer | None, *, now: Any, **others: Any) -> None:
        settle(payment, answer, now=now, **others)
        payment.receipt_letter = None
        write(payment, now=now)

    patch.setattr(settling, "settle", also)


def _told_twice(world: World, patch: pytest.MonkeyPatch) -> None:
    """The file for billing takes all that was booked here, whatever an earlier file has."""
    from abonent.exchange.outgoing import payments as outgoing

    def everything(*, batch: int, **_: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_toldpayment (payment_id, batch, told_at)"
                " SELECT id, %s, %s FROM ledger_payment WHERE by_portal"
                " ON CONFLICT (payment_id) DO UPDATE SET batch = EXCLUDED.batch",
                [batch, world.now],
            )
            return int(cursor.rowcount)

    patch.setattr(outgoing, "take_for_billing", everything)


PLANTS = {
    "no unique key": Plant(
        _no_unique_key,
        _refund_and_notices,
        ("invariant: posted_once", "invariant: refunds_posted_to_the_kopeck", "bank:"),
    ),
    "no poll": Plant(_no_poll, _nobody_tells, ("bank:", "unfinished: a payment is sent")),
    "last notice wins": Plant(_last_notice_wins, _told_of_money_that_never_came, ("bank:", "ledger:")),
    "last notice wins, a failure": Plant(_last_notice_wins, _told_late_of_a_failure, ("bank:",)),
    "trusting the amount": Plant(_not_compared, _less_is_taken, ("bank:", "reconciliation: amount")),
    "posting what the gateway says": Plant(
        _posting_what_the_gateway_says, _less_is_taken, ("invariant: posted_as_fixed", "bank:")
    ),
    "the letter outside the transaction": Plant(
        _letter_after_the_commit, _plain, ("invariant: one_receipt_letter", "letters:")
    ),
    "a letter of each notice": Plant(_two_letters, _refund_and_notices, ("letters:",)),
    "a registry's row not matched": Plant(
        _row_not_matched, _row_with_account, ("invariant: what_a_row_names_is_posted_once", "ledger:")
    ),
    "a registry's row not reversed": Plant(
        _row_not_reversed, _row_came_first, ("invariant: what_a_row_names_is_posted_once", "ledger:")
    ),
    "acknowledged before the commit": Plant(_acknowledged_before_the_commit, _plain, ("acknowledged:",)),
    "told twice": Plant(_told_twice, _refund_and_notices, ("files:", "billing: refuses")),
}
