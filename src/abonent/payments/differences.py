"""Reads of the reconciliation: days in three columns, and what disagrees, with its owner and age."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Min, QuerySet

from abonent.payments.models import Difference, ReconciledDay
from abonent.portal.current import portal


class DayTotals(NamedTuple):
    """A day and a source as last reconciled, in what goes to the accounts."""

    day: date
    source: str
    gateway: Decimal | None
    """None: there is no list of the gateway's or the bank's."""
    portal: Decimal
    billing_told: Decimal
    billing: Decimal
    """What billing has said back."""
    open: int
    """Differences."""
    reconciled_at: datetime | None

    def name(self, language: str) -> str:
        return name_of(self.source, language)


@dataclass(frozen=True, slots=True)
class DifferenceFacts:
    """A difference. `age` is since it was found, until it was settled."""

    id: int
    day: date
    kind: str
    source: str
    reference: str
    organisation_id: int | None
    organisation: str | None
    payment_public_id: str | None
    ours: Decimal | None
    theirs: Decimal | None
    owner: str
    found_at: datetime
    age: timedelta
    taken_by: str
    """Login of the member of staff who looks after it; blank: nobody."""
    note: str
    settled_at: datetime | None

    def name(self, language: str) -> str:
        return name_of(self.source, language)


@dataclass(frozen=True, slots=True)
class OpenCount:
    count: int
    oldest: datetime | None
    """When the oldest of them was found."""


def name_of(source: str, language: str) -> str:
    """What people call it: the method's or the bank's name of the profile, else the code."""
    kind, _, code = source.partition(":")
    paying = portal().paying
    names = (
        {one.code: one.label for one in paying.methods}
        if kind == "online"
        else {one.code: one.name for one in paying.banks}
    )
    texts = {str(key): text for key, text in names.get(code, {}).items()}
    return texts.get(language[:2]) or texts.get(portal().language) or code


def days(*, first: date, last: date) -> list[DayTotals]:
    """Days and their sources, newest day first. Two queries. For the portal's own staff: a gateway's total is
    not one organisation's."""
    rows = list(ReconciledDay.objects.filter(day__range=(first, last)).order_by("-day", "source"))
    waiting = Difference.objects.filter(day__range=(first, last), settled_at=None)
    counts = {
        (day, source): n for day, source, n in waiting.values_list("day", "source").annotate(Count("pk"))
    }
    found = [
        DayTotals(
            row.day,
            row.source,
            row.gateway,
            row.portal,
            row.told,
            row.confirmed,
            counts.pop((row.day, row.source), 0),
            row.reconciled_at,
        )
        for row in rows
    ]
    nothing = Decimal("0.00")
    found += [
        DayTotals(day, source, None, nothing, nothing, nothing, n, None)
        for (day, source), n in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.day.toordinal(), one.source))


def open_differences(
    *,
    now: datetime,
    organisation_id: int | None = None,
    day: date | None = None,
    kind: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[DifferenceFacts]:
    """Those that are open, the oldest first. One query."""
    found = _seen(organisation_id).filter(settled_at=None)
    if day is not None:
        found = found.filter(day=day)
    if kind is not None:
        found = found.filter(kind=kind)
    return [_facts(one, now) for one in found.order_by("found_at", "pk")[offset : offset + limit]]


def difference_facts(
    difference_id: int, *, now: datetime, organisation_id: int | None = None
) -> DifferenceFacts | None:
    """One difference, open or settled; None where the reader does not serve its organisation."""
    found = _seen(organisation_id).filter(pk=difference_id).first()
    return _facts(found, now) if found else None


def open_count(organisation_id: int | None = None) -> OpenCount:
    """How many are open, and since when."""
    found = _seen(organisation_id).filter(settled_at=None)
    counted = found.aggregate(n=Count("pk"), oldest=Min("found_at"))
    return OpenCount(counted["n"], counted["oldest"])


def _seen(organisation_id: int | None) -> QuerySet[Difference]:
    """`organisation_id` is the one whose accounts the reader serves; None sees all."""
    found = Difference.objects.select_related("organisation", "payment", "taken_by")
    return found if organisation_id is None else found.filter(organisation_id=organisation_id)


def _facts(one: Difference, now: datetime) -> DifferenceFacts:
    return DifferenceFacts(
        id=one.pk,
        day=one.day,
        kind=one.kind,
        source=one.source,
        reference=one.reference,
        organisation_id=one.organisation_id,
        organisation=one.organisation.name(None) if one.organisation else None,
        payment_public_id=one.payment.public_id if one.payment else None,
        ours=one.ours,
        theirs=one.theirs,
        owner=one.owner,
        found_at=one.found_at,
        age=(one.settled_at or now) - one.found_at,
        taken_by=one.taken_by.login if one.taken_by else "",
        note=one.note,
        settled_at=one.settled_at,
    )
