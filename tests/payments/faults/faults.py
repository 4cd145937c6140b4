"""What goes wrong in the life of a payment: by name, as docs/domain/paying.md tells of it.

A fault is done before a step; afterwards the life goes on as if nothing had been. `first` and `last`: the
places where it can be. `leaves`: what staff are shown for good.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from abonent.accounts.models import Account
from abonent.payments import connections
from abonent.payments.gateway import BadNotice
from abonent.payments.operations import settling
from abonent.payments.operations.bank_calls import answer_call
from abonent.payments.operations.notices import take_notice
from abonent.payments.operations.paying import PartAsked
from abonent.payments.operations.refunds import NotRefundable
from abonent.payments.registry_file import BadRegistry, RowGiven
from abonent.portal.current import portal
from tests.payments import bank_calls
from tests.payments.conftest import NOW
from tests.payments.fake_gateway import FakeGateway
from tests.payments.faults.bank import ZONE
from tests.payments.faults.life import AMOUNT, COMMISSION, DAY, HOUR, PLACES, Life, live


@dataclass(frozen=True)
class Fault:
    do: Callable[[Life], object]
    first: str = "pay"
    last: str = "end"
    leaves: frozenset[str] = frozenset()

    @property
    def places(self) -> tuple[str, ...]:
        return PLACES[PLACES.index(self.first) : PLACES.index(self.last) + 1]


FAULTS: dict[str, Fault] = {}


def fault(name: str, **facts: Any) -> Callable[[Callable[[Life], object]], Callable[[Life], object]]:
    def keep(do: Callable[[Life], object]) -> Callable[[Life], object]:
        FAULTS[name] = Fault(do, **facts)
        return do

    return keep


# Notices.


@fault("a notice twice", first="customer")
def _(life: Life) -> None:
    life.telling = "twice"
    life.tell()


@fault("notices reordered", first="customer")
def _(life: Life) -> None:
    life.telling = "reordered"
    life.tell()


@fault("notices days late")
def _(life: Life) -> None:
    life.telling = "late"


@fault("notices lost")
def _(life: Life) -> None:
    life.telling = "lost"


@fault("a notice of what is not true", first="customer")
def _(life: Life) -> None:
    """The right signature, and a body that tells of money, of another amount, of a failure."""
    life.hear(f"paid-1.00-{life.number}")
    life.hear(f"canceled-{life.number}")
    life.world.work("payments.ask")


def _refused(life: Life, raw: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(BadNotice):
        take_notice(method="card", raw=raw, headers=headers, address="", now=life.world.now)


@fault("a forged notice", first="customer")
def _(life: Life) -> None:
    _refused(life, *life.bank.notice(life.key, at=life.world.now, forged=True))


@fault("a changed amount in the notice", first="customer")
def _(life: Life) -> None:
    """On the way: the signature is over other bytes."""
    raw, headers = life.bank.notice(life.key, at=life.world.now)
    _refused(life, raw.replace(b"}", b', "amount": "1.00"}'), headers)


@fault("a notice replayed", first="customer")
def _(life: Life) -> None:
    """Taken once, kept by somebody, and sent again: in time it is known, later it is refused."""
    sent_at = life.world.now
    raw, headers = life.bank.notice(life.key, event=f"replayed-{life.number}", at=sent_at)
    life.hear(f"replayed-{life.number}")
    take_notice(method="card", raw=raw, headers=headers, address="", now=sent_at + timedelta(seconds=299))
    life.world.later(timedelta(seconds=301))
    _refused(life, raw, headers)


# Gateways.


def _stumbles(kind: str) -> Callable[[Life], None]:
    def do(life: Life) -> None:
        """Whatever is asked of it next."""
        for call in ("create", "ask", "refund", "ask_refund", "statement"):
            life.bank._faults[call] = [kind]

    return do


# To the portal a time-out, 500 and an answer cut short are the same: test_over_http.py has them all.
fault("no answer of the gateway, nothing done")(_stumbles("timeout"))
fault("no answer of the gateway, all done")(_stumbles("timeout-after"))


@fault("the gateway is away for hours")
def _(life: Life) -> None:
    for call in ("create", "ask", "refund", "ask_refund", "statement"):
        life.bank._faults[call] = ["timeout"] * 5


@fault("the gateway is slow, and things happen meanwhile", first="customer", last="question")
def _(life: Life) -> None:
    """The customer pays when the bank has made up its mind about a question, and the notice comes then."""

    def meanwhile() -> None:
        life.customer()
        life.tell()

    life.bank.answered = meanwhile
    settling.ask(payment_id=life.row.pk, cause="question", now=life.world.now)
    life.bank.answered = None


@fault("our keys are missing for a while", last="question")
def _(life: Life) -> None:
    class Shut(FakeGateway):
        def __getattribute__(self, name: str) -> Any:
            if name in {"create", "ask"}:
                raise connections.GatewayMisconfigured("ABONENT_GATEWAY_CARD_SECRET is not set")
            return super().__getattribute__(name)

    with connections.use("card", Shut()):
        life.pay()
        settling.ask(payment_id=life.row.pk, cause="question", now=life.world.now)


# People.


@fault("two tabs of one form, the second with a changed amount")
def _(life: Life) -> None:
    """What was confirmed first counts."""
    made = life.pay()
    again = life.pay(PartAsked(life.world.till.parts[0].account_id, Decimal("1.00")))
    assert (again.pk, again.amount, again.commission) == (made.pk, AMOUNT, COMMISSION)


@fault("two tabs of two forms")
def _(life: Life) -> None:
    """Both are paid: it is twice the money, and stands in the ledger as two payments."""
    other = life.world.life(f"another tab of {life.name}")
    live(other, to="export")


@fault("a changed amount in the return address", first="customer")
def _(life: Life) -> None:
    """He comes back with an address that says a lot (the page itself: test_return_address.py)."""
    facts = settling.came_back(public_id=life.key, user_id=life.world.till.customer.pk, now=life.world.now)
    assert facts is not None
    assert facts.amount == AMOUNT


@fault("«I have not paid»", first="customer")
def _(life: Life) -> None:
    settling.stop(public_id=life.key, user_id=life.world.till.customer.pk, now=life.world.now)


@fault("failed, then succeeded", first="customer", last="customer")
def _(life: Life) -> None:
    life.mind = "pays_after_a_decline"


@fault("failed, then succeeded, and nobody tells", first="customer", last="customer")
def _(life: Life) -> None:
    life.is_declined()
    life.tell()
    life.world.work("payments.ask")
    life.telling = "lost"


@fault("another amount is taken", first="customer", last="customer", leaves=frozenset({"review"}))
def _(life: Life) -> None:
    life.mind = "pays_less"


@fault("another currency is taken", first="customer", last="customer", leaves=frozenset({"review"}))
def _(life: Life) -> None:
    life.mind = "pays_in_roubles"


@fault("paid when its time was over", first="customer", last="customer")
def _(life: Life) -> None:
    life.mind = "pays_two_days_later"


@fault("never paid", first="customer", last="customer")
def _(life: Life) -> None:
    life.mind = "goes_away"


# Refunds.


@fault("a partial refund", first="letter")
def _(life: Life) -> None:
    life.refund(Decimal("333.33"), key=f"partial-{life.number}")


@fault("a double refund", first="letter")
def _(life: Life) -> None:
    """A double click, and a colleague at the same moment while the first is under way."""
    life.bank.refunds_take_time = True
    for key in ("double", "double", "colleague"):
        life.refund(Decimal("50.00"), key=f"{key}-{life.number}")
    life.bank.refunds_take_time = False
    assert life.row.refunds.filter(amount=50).count() <= 1
    life.bank.finish_refunds()
    life.world.until_quiet(at_most=2 * HOUR)


@fault("an early refund", first="customer", last="question")
def _(life: Life) -> None:
    """Nothing is given back of what is not booked."""
    with pytest.raises(NotRefundable, match="state"):
        life.world.till.refund(life.row, "10.00")


@fault("all is given back", first="letter")
def _(life: Life) -> None:
    life.refund(AMOUNT + COMMISSION, key=f"all-{life.number}")


@fault("a refund at the gateway", first="notice")
def _(life: Life) -> None:
    life.bank.refund_here(life.key, Decimal("12.34"))
    life.tell()


@fault("a refund at the gateway of which nobody tells", first="notice")
def _(life: Life) -> None:
    life.telling = "lost"
    life.bank.refund_here(life.key, Decimal("12.34"))


@fault("a refund at the gateway of all of it", first="notice", last="refund")
def _(life: Life) -> None:
    life.bank.refund_here(life.key, AMOUNT + COMMISSION)
    life.tell()


# Registries.


@fault("the registry comes", first="notice")
def _(life: Life) -> None:
    life.registry()


@fault("the registry comes first", first="pay", last="pay")
def _(life: Life) -> None:
    """The gateway's answer is lost, the customer has paid: its file names what we do not know."""
    life.bank.fault("create", "timeout-after")
    life.pay()
    life.pays()
    row = life.registry_row(AMOUNT, account="700", reference=life.bank.books[life.key].gateway_id)
    life.world.registry(row, bank="acquirer")


@fault("the registry comes twice", first="notice")
def _(life: Life) -> None:
    """The same file, and another one with the same line."""
    row = life.registry_row(AMOUNT + COMMISSION)
    life.world.registry(row, checksum=f"same-{life.number}")
    assert life.world.registry(row, checksum=f"same-{life.number}").again
    life.world.registry(row)


@fault("a registry that is cut short", first="notice")
def _(life: Life) -> None:
    def rows() -> Any:
        yield life.registry_row(AMOUNT + COMMISSION)
        raise BadRegistry("the trailer is missing")

    with pytest.raises(BadRegistry):
        life.world.registry(*rows())


@fault("the bank's list comes", first="notice")
def _(life: Life) -> None:
    life.world.later(DAY)
    life.world.compare((life.world.now - DAY).astimezone(ZONE).date())


# The portal's own.


@fault("the queue is lost")
def _(life: Life) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@fault("a day passes")
def _(life: Life) -> None:
    life.world.until_quiet(at_most=DAY)
    life.world.later(DAY)


@fault("billing is told, and answers, out of turn", first="question")
def _(life: Life) -> None:
    life.world.export()
    life.world.echo()
    life.world.export()


@fault("a bank calls twice, and its registry names it too")
def _(life: Life) -> None:
    """Money of its own, for the same account."""
    number = Account.objects.get(pk=life.world.till.parts[0].account_id).number
    paid = bank_calls.pay(number, "77.00", txn_id=str(life.number), at="20261121120000")
    call = {name: [value] for name, value in paid.items()}
    for _ in range(2):
        assert answer_call(bank=portal().paying.banks[0], query=call, now=life.world.now).result == 0
    facts = {"paid_on": NOW.date(), "amount": Decimal("77.00"), "account": number}
    row = RowGiven(line=1, operation=str(life.number), **facts)
    life.world.registry(row, bank="kaspi")
    life.world.other_money += 77
