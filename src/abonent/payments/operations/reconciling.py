"""Every day: gateway = portal = billing, and one kopeck of difference is written down with its row.

docs/domain/paying.md, "Reconciliation", has the rules; `payments.reconciliation` reckons by them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from abonent.payments.models import Difference, Payment, ReconciledDay
from abonent.payments.operations.alarms import tell_of_differences
from abonent.payments.operations.statements import Statements, take_statements
from abonent.payments.reconciliation import OWNERS, DayFacts, Found, Totals, differences, totals
from abonent.payments.reconciliation_facts import facts_of
from abonent.portal.current import portal

DAYS = 16
"""Looked at again every day: billing has ten of them to answer, and what is late comes within the others."""
ASKED_AGAIN = 3
"""Of these days the gateways are asked anew: their lists grow for a while."""
OLDEST = timedelta(days=400)
_ALONE = 0x61626F6E_7263


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run found of a day: all that is open now, how many of it is new, and how many were settled."""

    day: date
    totals: tuple[Totals, ...]
    open: tuple[Found, ...]
    new: int
    settled: int
    statements: Statements


def reconcile(*, day: date, now: datetime) -> Reconciled:
    """Compare a day three ways. Safe to repeat: new differences are added, those that are gone are settled,
    and those that stay keep the moment they were found and who took them over.

    The gateways' lists are taken first, each in a transaction of its own; the comparison is one more.
    """
    return _compare(day, take_statements(day=day, now=now), now)


def _compare(day: date, statements: Statements, now: datetime) -> Reconciled:
    with transaction.atomic():
        _alone()
        facts = facts_of(day)
        found = differences(facts, now=now)
        new, settled = _write(day, found, now)
        columns = _keep_totals(facts, now)
    return Reconciled(day, columns, tuple(found), new, settled, statements)


def reconcile_daily(*, now: datetime) -> int:
    """Of every morning: the last days, and the letter about what is open, once a day. Safe to repeat. Returns
    how many letters."""
    reconcile_lately(now=now)
    return tell_of_differences(now=now)


def reconcile_lately(*, now: datetime) -> list[Reconciled]:
    """The last days, and every earlier one that has an open difference. Resumable: each day by itself."""
    today = now.astimezone(ZoneInfo(portal().time_zone)).date()
    lately = {today - timedelta(days=n) for n in range(1, DAYS + 1)}
    open_days = Difference.objects.filter(
        settled_at=None, kind__in=OWNERS, day__gte=today - OLDEST, day__lte=today
    )
    days = lately | set(open_days.values_list("day", flat=True))
    again = {today - timedelta(days=n) for n in range(1, ASKED_AGAIN + 1)}
    return [
        reconcile(day=day, now=now) if day in again else _compare(day, Statements((), {}), now)
        for day in sorted(days)
    ]


def _alone() -> None:
    """Two runs at once would each settle what the other has just found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALONE])


def _write(day: date, found: list[Found], now: datetime) -> tuple[int, int]:
    """How many are new, and how many are settled."""
    kept = {
        (one.kind, one.source, one.reference): one
        for one in Difference.objects.filter(day=day, kind__in=OWNERS, settled_at=None)
    }
    names = {(one.kind, one.source, one.reference): one for one in found}
    new = [one for name, one in names.items() if name not in kept]
    Difference.objects.bulk_create(_made(day, new, now))
    _correct([(kept[name], one) for name, one in names.items() if name in kept])
    gone = [row.pk for name, row in kept.items() if name not in names]
    Difference.objects.filter(pk__in=gone).update(settled_at=now)
    return len(new), len(gone)


def _made(day: date, found: Iterable[Found], now: datetime) -> Iterator[Difference]:
    names = [one.payment for one in found if one.payment]
    payments = dict(Payment.objects.filter(public_id__in=names).values_list("public_id", "pk"))
    for one in found:
        yield Difference(
            day=day,
            kind=one.kind,
            source=one.source,
            reference=one.reference,
            organisation_id=one.organisation,
            payment_id=payments.get(one.payment),
            ours=one.ours,
            theirs=one.theirs,
            owner=one.owner,
            found_at=now,
        )


def _correct(pairs: Iterable[tuple[Difference, Found]]) -> None:
    """The amounts as they are now."""
    changed = [(row, one) for row, one in pairs if (row.ours, row.theirs) != (one.ours, one.theirs)]
    for row, one in changed:
        row.ours, row.theirs = one.ours, one.theirs
    Difference.objects.bulk_update([row for row, _ in changed], ["ours", "theirs"])


def _keep_totals(facts: DayFacts, now: datetime) -> tuple[Totals, ...]:
    columns = totals(facts)
    ReconciledDay.objects.filter(day=facts.day).delete()
    ReconciledDay.objects.bulk_create(
        ReconciledDay(
            day=facts.day,
            source=one.source,
            gateway=one.gateway,
            portal=one.portal,
            told=one.told,
            confirmed=one.confirmed,
            reconciled_at=now,
        )
        for one in columns
    )
    return tuple(columns)
