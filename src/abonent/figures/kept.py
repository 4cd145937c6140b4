"""The figures as the page and its files show them: of this moment, or of the one that is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from abonent.base.months import Month
from abonent.base.plain import plain, shape, typed
from abonent.figures.queries import Figures, figures
from abonent.portal import counts
from abonent.users.models import StaffMembership

WHAT = "figures"
_SHAPE = shape(Figures)


@dataclass(frozen=True, slots=True)
class Shown:
    """Figures and the moment they are of."""

    figures: Figures
    counted_at: datetime
    again: bool
    """They are being counted again: whoever looks later sees newer ones."""


def shown_figures(*, organisation_id: int | None, month: Month, now: datetime) -> Shown:
    """Of a town that is counted quickly, those of `now`; of a large one at most an hour old, as a rule ten
    minutes (portal.counts). Two queries where they are kept, sixteen where they are counted."""
    found = counts.counted(WHAT, _key(organisation_id, month), now=now)
    return Shown(typed(Figures, found.value), found.counted_at, found.again)


def count(key: counts.Key, *, now: datetime) -> Any:
    """For portal.counts."""
    month, today = Month.parse(key["month"]), timezone.localdate(now)
    return plain(figures(organisation_id=key["organisation"], month=month, today=today, now=now))


def usual(now: datetime) -> Iterable[counts.Key]:
    """This month's, of all and of every organisation that has somebody who would look. One query."""
    month = Month.of(timezone.localdate(now))
    theirs = StaffMembership.objects.order_by("organisation_id").values_list("organisation_id", flat=True)
    yield _key(None, month)
    for organisation_id in theirs.filter(organisation__isnull=False).distinct():
        yield _key(organisation_id, month)


def _key(organisation_id: int | None, month: Month) -> counts.Key:
    return {"organisation": organisation_id, "month": str(month), "shape": _SHAPE}
