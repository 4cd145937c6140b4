"""What the tables know of a day, as `reconciliation` takes it. A constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from abonent.ledger.reconciled import BookedHere, booked_here
from abonent.payments.models import BankPayment, Payment, PaymentPart, Refund, Registry, RegistryRow
from abonent.payments.reconciliation import ZERO, Booked, DayFacts, Line, Paid
from abonent.portal.current import portal

_STATES: dict[str, Literal["open", "review", "booked", "failed", "returned"]] = {
    "created": "open",
    "sent": "open",
    "paid": "review",
    "booked": "booked",
    "told": "booked",
    "refunded": "booked",
    "declined": "failed",
    "expired": "failed",
}
_RESOLVED = {RegistryRow.State.BOOKED, RegistryRow.State.SET_ASIDE, RegistryRow.State.REVERSED}


def facts_of(day: date) -> DayFacts:
    """Everything of `day`, a day of the portal's zone."""
    rows = _rows(day)
    paid = [*_online(day, rows), *_called(day, rows)]
    known = {(one.source, one.reference) for one in paid}
    return DayFacts(
        day=day,
        lines=[_line(row, known) for row in rows],
        listed=_listed(day, rows),
        paid=paid,
        booked=_booked(day),
    )


def source_of(registry: str) -> str:
    """`statement:card` and, for a method, `registry:card` -> `online:card`; `registry:kaspi` -> `bank:kaspi`;
    the registry of anybody else stays what it is."""
    kind, _, code = registry.partition(":")
    if kind == "statement" or code in {one.code for one in portal().paying.methods}:
        return f"online:{code}"
    return f"bank:{code}" if code in {one.code for one in portal().paying.banks} else registry


def whole_day(day: date) -> tuple[datetime, datetime]:
    """From its first moment to that of the next day."""
    zone = ZoneInfo(portal().time_zone)
    return tuple(datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))  # type: ignore[return-value]


# Their lists


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a registry; `names` are what it may call a bank's payment by."""

    registry: str
    source: str
    day: date
    operation: str
    reference: str
    amount: Decimal
    state: str
    payment_id: int | None
    method: str
    payment: str
    loaded_at: datetime


def _rows(day: date) -> list[Row]:
    """Rows of the day, the one before and the one after. Where a gateway states its day itself, rows of other
    lists about the same payments are not counted twice."""
    around = [day + timedelta(days=n) for n in (-1, 0, 1)]
    found = RegistryRow.objects.filter(paid_on__in=around).exclude(state=RegistryRow.State.REPEATED)
    rows = [
        _row(values)
        for values in found.order_by("pk").values_list(
            "registry__source",
            "paid_on",
            "operation",
            "reference",
            "amount",
            "state",
            "payment_id",
            "payment__method",
            "payment__public_id",
            "registry__loaded_at",
        )
    ]
    stated = set(
        Registry.objects.filter(day__in=around, source__startswith="statement:").values_list("source", "day")
    )
    return _once(row for row in rows if _counts(row, stated))


def _counts(row: Row, stated: Collection[tuple[str, date | None]]) -> bool:
    own_list = row.source.replace("online:", "statement:")
    return row.registry.startswith("statement:") or (own_list, row.day) not in stated


def _once(rows: Iterable[Row]) -> list[Row]:
    """Two methods at one shop of a gateway have one statement: what it says of a payment is said once."""
    found: dict[tuple[Any, ...], Row] = {}
    for number, row in enumerate(rows):
        name = (row.payment_id, row.operation, row.amount) if row.payment_id else (number,)
        found.setdefault(name, row)
    return list(found.values())


def _row(values: tuple[Any, ...]) -> Row:
    registry, day, operation, reference, amount, state, payment_id, method, payment, loaded_at = values
    source = f"online:{method}" if method else source_of(registry)
    return Row(
        registry,
        source,
        day,
        operation,
        reference,
        amount,
        state,
        payment_id,
        method or "",
        payment or "",
        loaded_at,
    )


def _line(row: Row, known: Collection[tuple[str, str]]) -> Line:
    """A bank's row names its call by operation or by reference."""
    names = (row.payment, row.operation, row.reference)
    payment = next((one for one in names if one and (row.source, one) in known), "")
    waits = row.state == RegistryRow.State.UNMATCHED
    return Line(
        source=row.source,
        operation=row.operation,
        day=row.day,
        amount=row.amount,
        payment=payment,
        resolved=not waits and (not payment or row.state in _RESOLVED),
        waiting_since=row.loaded_at if waits else None,
    )


def _listed(day: date, rows: Iterable[Row]) -> frozenset[str]:
    """A list about the day, also an empty one; or rows of the day in a list that names no day."""
    stated = Registry.objects.filter(day=day).values_list("source", flat=True)
    return frozenset({*(source_of(one) for one in stated), *(row.source for row in rows if row.day == day)})


# Payments here


def _online(day: date, rows: Iterable[Row]) -> list[Paid]:
    first, last = whole_day(day)
    named = {row.payment_id for row in rows if row.payment_id}
    refunds = Refund.objects.filter(state=Refund.State.DONE, done_at__gte=first, done_at__lt=last)
    given_back = set(refunds.values_list("payment_id", flat=True))
    of_the_day = Q(paid_at__gte=first, paid_at__lt=last)
    waiting = Q(created_at__gte=first, created_at__lt=last, state__in=["created", "sent"])
    payments = list(
        Payment.objects.filter(of_the_day | waiting | Q(pk__in=named | given_back)).order_by("pk")
    )
    ids = [one.pk for one in payments]
    organisations, there = _organisations(ids), _refunded_there(ids, day)
    return [
        Paid(
            source=f"online:{one.method}",
            reference=one.public_id,
            state=_state(one),
            amount=one.amount,
            commission=one.commission,
            since=max(one.created_at, one.expires_at),
            taken=one.paid_amount,
            refunded=one.refunded,
            refunded_there=there[one.pk][0],
            refunded_there_before=there[one.pk][1],
            of_the_day=first <= (one.paid_at or one.created_at) < last,
            refunded_on_the_day=one.pk in given_back,
            organisation=organisations.get(one.pk),
        )
        for one in payments
    ]


def _state(payment: Payment) -> Literal["open", "review", "booked", "failed", "returned"]:
    if payment.state == Payment.State.REFUNDED and payment.booked_at is None:
        return "returned"
    return _STATES[payment.state]


def _organisations(payments: Collection[int]) -> dict[int, int]:
    """Of payments that are all one organisation's."""
    found: dict[int, set[int]] = defaultdict(set)
    parts = PaymentPart.objects.filter(payment__in=payments)
    for payment, organisation in parts.values_list("payment_id", "account__organisation_id"):
        found[payment].add(organisation)
    return {payment: ours.pop() for payment, ours in found.items() if len(ours) == 1}


def _refunded_there(payments: Collection[int], day: date) -> Mapping[int, tuple[Decimal, Decimal]]:
    """What their lists have given back of each payment: in all, and before the day. The longest list counts:
    a gateway's statement and an acquirer's file tell of the same refunds."""
    rows = RegistryRow.objects.filter(payment__in=payments, amount__lt=0)
    sums = (
        rows.exclude(state=RegistryRow.State.REPEATED)
        .values_list("payment_id", "registry__source")
        .annotate(Sum("amount"), before=Sum("amount", filter=Q(paid_on__lt=day)))
    )
    found: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for payment, _, whole, before in sums:
        found[payment] = max(found[payment], (-whole, -(before or ZERO)))
    return found


def _called(day: date, rows: Collection[Row]) -> list[Paid]:
    """Payments that banks told of when they called."""
    first, last = whole_day(day)
    names = {
        name for row in rows if row.source.startswith("bank:") for name in (row.operation, row.reference)
    }
    calls = BankPayment.objects.filter(
        Q(paid_at__gte=first, paid_at__lt=last) | Q(txn_id__in=names), result=0
    )
    found: Iterable[Any] = calls.values_list(
        "bank", "txn_id", "amount", "paid_at", "account__organisation_id"
    )
    booked = {
        (row.source, name)
        for row in rows
        if row.state == RegistryRow.State.BOOKED and row.amount > 0
        for name in (row.operation, row.reference)
    }
    return [
        Paid(
            source=f"bank:{bank}",
            reference=txn_id,
            state="booked",
            amount=amount,
            of_the_day=first <= paid_at < last,
            organisation=organisation,
            booked_by_registry_too=(f"bank:{bank}", txn_id) in booked,
        )
        for bank, txn_id, amount, paid_at, organisation in found
    ]


# The ledger


def _booked(day: date) -> list[Booked]:
    entries = booked_here(day)
    sources = _sources(entries)
    return [
        Booked(
            source=sources[one.source, one.external_id],
            reference=one.external_id,
            amount=one.amount,
            booked_at=one.booked_at,
            told_at=one.told_at,
            confirmed_at=one.confirmed_at,
            organisation=one.organisation_id,
        )
        for one in entries
    ]


def _sources(entries: Iterable[BookedHere]) -> dict[tuple[str, str], str]:
    """What each entry's money came through: the ledger names what it is of."""
    named: dict[str, set[str]] = defaultdict(set)
    for one in entries:
        named[one.source].add(one.external_id)
    payments = dict(
        Payment.objects.filter(public_id__in=_wholes(named["online"])).values_list("public_id", "method")
    )
    refunds = dict(
        Refund.objects.filter(public_id__in=_wholes(named["refund"])).values_list(
            "public_id", "payment__method"
        )
    )
    rows = {int(one) for one in named["reversal"]}
    reversed_rows = RegistryRow.objects.filter(pk__in=rows).values_list("pk", "registry__source")
    registries = {str(pk): source_of(source) for pk, source in reversed_rows}
    return {(one.source, one.external_id): _source(one, payments, refunds, registries) for one in entries}


def _wholes(external_ids: Iterable[str]) -> set[str]:
    """`<public id>-<part>` -> the public id, which may hold dashes itself."""
    return {one.rpartition("-")[0] for one in external_ids}


def _source(
    entry: BookedHere, payments: Mapping[str, str], refunds: Mapping[str, str], registries: Mapping[str, str]
) -> str:
    whole = entry.external_id.rpartition("-")[0]
    if entry.source == "online":
        return f"online:{payments.get(whole, '?')}"
    if entry.source == "refund":
        return f"online:{refunds.get(whole, '?')}"
    if entry.source == "reversal":
        return registries.get(entry.external_id, "registry:?")
    return source_of(entry.source) if entry.source.startswith("registry:") else entry.source
