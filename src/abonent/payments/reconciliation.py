"""Do gateway, portal and billing agree about a day? Pure: facts in, differences out (docs/domain/paying.md).

Amounts are `Decimal`, moments aware. A source is what money came through: `online:<method>`, `bank:<bank>`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

Owner = Literal["gateway", "portal", "billing"]

OWNERS: dict[str, Owner] = {
    "missing_here": "portal",
    "missing_there": "gateway",
    "amount": "gateway",
    "refund": "gateway",
    "review": "portal",
    "hanging": "gateway",
    "not_told": "portal",
    "not_confirmed": "billing",
    "unmatched": "portal",
    "twice": "portal",
}
"""The kinds that a run finds and settles, and who has to act."""
CALLED_AGAIN = "bank_call"
"""Found when a bank repeats a payment with other particulars; a person settles it. The bank has to act."""

PATIENCE = timedelta(days=1)
"""What waits for longer than this is a difference: a payment sent, an entry untold, a row unmatched."""
BILLING_ANSWERS_WITHIN = timedelta(days=10)
"""From the file for billing to the bundle that says the payment back."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the gateway's or the bank's own list; a negative amount is a refund."""

    source: str
    operation: str
    day: date
    amount: Decimal
    payment: str = ""
    """The payment or the bank's call that it names, by its reference here."""
    resolved: bool = False
    """It names none, and is booked to an account or set aside by a person."""
    waiting_since: datetime | None = None
    """Of a row that nobody has resolved."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as the portal knows it: online, or by a bank's call."""

    source: str
    reference: str
    state: Literal["open", "review", "booked", "failed", "returned"]
    """`returned`: given back before it was booked."""
    amount: Decimal
    """What goes to the accounts."""
    commission: Decimal = ZERO
    """What the customer was charged besides."""
    since: datetime | None = None
    """Of an open one: until when nothing had to be known of it."""
    taken: Decimal | None = None
    """What the gateway says it took."""
    refunded: Decimal = ZERO
    refunded_there: Decimal = ZERO
    """By all its lines, of whatever day."""
    refunded_there_before: Decimal = ZERO
    """By those of earlier days."""
    of_the_day: bool = True
    """It was paid (an open one: made) on the day; else only a line of the day names it."""
    refunded_on_the_day: bool = False
    organisation: int | None = None
    booked_by_registry_too: bool = False

    @property
    def charged(self) -> Decimal:
        return self.amount + self.commission


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry of the ledger that was made here."""

    source: str
    reference: str
    amount: Decimal
    booked_at: datetime
    told_at: datetime | None = None
    confirmed_at: datetime | None = None
    organisation: int | None = None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """All that is known of a day. `lines` are those of the day before and after as well: clocks differ."""

    day: date
    lines: Sequence[Line] = ()
    listed: frozenset[str] = frozenset()
    """Sources whose own list of the day is here: what is not in it is missing there."""
    paid: Sequence[Paid] = ()
    booked: Sequence[Booked] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A difference: whose it is, and both amounts where there are both."""

    kind: str
    source: str
    reference: str
    ours: Decimal | None = None
    theirs: Decimal | None = None
    organisation: int | None = None
    payment: str = field(default="", compare=False)

    @property
    def owner(self) -> Owner:
        return OWNERS[self.kind]


@dataclass(frozen=True, slots=True)
class Totals:
    """Three columns of a day and source, in what goes to the accounts; `gateway` is None without a list."""

    source: str
    gateway: Decimal | None
    portal: Decimal
    told: Decimal
    confirmed: Decimal


def differences(facts: DayFacts, *, now: datetime) -> list[Found]:
    """Every difference of the day, in the order of the rules; a day that agrees has none."""
    known = {(one.source, one.reference): one for one in facts.paid}
    found = [
        *_lines(facts, known, now),
        *_payments(facts, now),
        *_entries(facts.booked, now),
    ]
    return list(dict.fromkeys(found))


def _lines(facts: DayFacts, known: Mapping[tuple[str, str], Paid], now: datetime) -> Iterator[Found]:
    """What their list has, and what is here of it."""
    for line in facts.lines:
        if line.day != facts.day or line.resolved:
            continue
        paid = known.get((line.source, line.payment)) if line.payment else None
        if paid is None:
            yield from _of_nobody(line, now)
        elif line.amount > 0:
            yield from _of_payment(line, paid)


def _of_nobody(line: Line, now: datetime) -> Iterator[Found]:
    """A gateway has money that is nobody's here at once; a bank's row waits a day for staff."""
    if line.source.startswith("online:"):
        yield Found("missing_here", line.source, line.operation, None, line.amount)
    elif line.waiting_since and now - line.waiting_since > PATIENCE:
        yield Found("unmatched", line.source, line.operation, None, line.amount)


def _of_payment(line: Line, paid: Paid) -> Iterator[Found]:
    """A payment in review is a difference by itself."""
    if paid.state in ("open", "failed"):
        yield _about(paid, "missing_here", None, line.amount)
    elif paid.state == "booked" and line.amount not in (paid.amount, paid.charged):
        yield _about(paid, "amount", paid.charged, line.amount)


def _payments(facts: DayFacts, now: datetime) -> Iterator[Found]:
    """What is here, and what their list has of it."""
    there = {(line.source, line.payment) for line in facts.lines if line.amount > 0}
    refunds_there = {
        (line.source, line.payment)
        for line in facts.lines
        if line.amount < 0 and line.payment and line.day == facts.day
    }
    for paid in facts.paid:
        name = (paid.source, paid.reference)
        if paid.state == "review" and paid.of_the_day:
            yield _about(paid, "review", paid.charged, paid.taken)
        if paid.state == "open" and paid.of_the_day and paid.since and now - paid.since > PATIENCE:
            yield _about(paid, "hanging", paid.charged, None)
        if paid.state == "booked" and paid.of_the_day and paid.source in facts.listed and name not in there:
            yield _about(paid, "missing_there", paid.charged, None)
        if paid.booked_by_registry_too and paid.of_the_day:
            yield _about(paid, "twice", paid.amount, paid.amount * 2)
        looked_at = name in refunds_there or (paid.refunded_on_the_day and paid.source in facts.listed)
        if looked_at and paid.refunded != paid.refunded_there:
            yield _about(paid, "refund", paid.refunded, paid.refunded_there)


def _entries(booked: Iterable[Booked], now: datetime) -> Iterator[Found]:
    """What is booked here, and what billing knows of it."""
    for one in booked:
        if one.told_at is None:
            if now - one.booked_at > PATIENCE:
                yield Found("not_told", one.source, one.reference, one.amount, None, one.organisation)
        elif one.confirmed_at is None and now - one.told_at > BILLING_ANSWERS_WITHIN:
            yield Found("not_confirmed", one.source, one.reference, one.amount, None, one.organisation)


def _about(paid: Paid, kind: str, ours: Decimal | None, theirs: Decimal | None) -> Found:
    payment = paid.reference if paid.source.startswith("online:") else ""
    return Found(kind, paid.source, paid.reference, ours, theirs, paid.organisation, payment)


def totals(facts: DayFacts) -> list[Totals]:
    """The three columns of the day by source. A gateway's charge counts without our commission, so that a day
    that agrees has the same figure three times."""
    known = {(one.source, one.reference): one for one in facts.paid}
    own = [line for line in facts.lines if line.day == facts.day]
    sources = sorted({*facts.listed, *(one.source for one in facts.booked), *(line.source for line in own)})
    return [
        Totals(
            source=source,
            gateway=_theirs(source, own, known) if source in facts.listed else None,
            portal=_sum(one.amount for one in facts.booked if one.source == source),
            told=_sum(one.amount for one in facts.booked if one.source == source and one.told_at),
            confirmed=_sum(one.amount for one in facts.booked if one.source == source and one.confirmed_at),
        )
        for source in sources
    ]


def _theirs(source: str, lines: Iterable[Line], known: Mapping[tuple[str, str], Paid]) -> Decimal:
    own = [line for line in lines if line.source == source]
    back: dict[str, Decimal] = {}
    for line in own:
        if line.amount < 0 and (source, line.payment) in known:
            back[line.payment] = back.get(line.payment, ZERO) - line.amount
    payments = [
        _net(line, known.get((source, line.payment)))
        for line in own
        if line.amount > 0 or line.payment not in back
    ]
    return _sum([*payments, *(-_net_back(known[source, name], amount) for name, amount in back.items())])


def _net(line: Line, paid: Paid | None) -> Decimal:
    return paid.amount if paid is not None and line.amount == paid.charged else line.amount


def _net_back(paid: Paid, amount: Decimal) -> Decimal:
    """Of a refund, what comes back from the accounts: they give theirs before the commission does."""
    before = paid.refunded_there_before
    return min(paid.amount, before + amount) - min(paid.amount, before)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
