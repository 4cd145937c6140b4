"""How many an audience is, for pages: of this moment, or for a whole town of the one that is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from abonent.announcements.audience import Audience, Reach, reach
from abonent.announcements.models import Announcement
from abonent.base.plain import plain, shape, typed
from abonent.portal import counts

WHAT = "announcements.reach"
_SHAPE = shape(Reach)
#: A house and a street are a few hundred accounts, and counted as they are.
_LARGE = (
    Announcement.Audience.ALL,
    Announcement.Audience.ORGANISATION,
    Announcement.Audience.SERVICE,
)


@dataclass(frozen=True, slots=True)
class ShownReach:
    """A reach and the moment it is of."""

    reach: Reach
    counted_at: datetime


def shown_reach(audience: Audience, *, kind: str, now: datetime) -> ShownReach:
    """Of `now` where it is counted quickly, else at most an hour old, as a rule ten minutes (portal.counts).
    Eleven queries at most, two where it is kept."""
    if audience.kind not in _LARGE:
        return ShownReach(reach(audience, kind=kind, today=timezone.localdate(now)), now)
    found = counts.counted(WHAT, _key(audience, kind), now=now)
    return ShownReach(typed(Reach, found.value), found.counted_at)


def count(key: counts.Key, *, now: datetime) -> Any:
    """For portal.counts."""
    audience = Audience(key["audience"], key["organisation"], key["service"])
    return plain(reach(audience, kind=key["kind"], today=timezone.localdate(now)))


def usual(now: datetime) -> Iterable[counts.Key]:
    """A notice to everybody. No query."""
    yield _key(Audience(Announcement.Audience.ALL), Announcement.Kind.NOTICE)


def _key(audience: Audience, kind: str) -> counts.Key:
    return {
        "audience": str(audience.kind),
        "organisation": audience.organisation_id,
        "service": audience.service_id,
        "kind": str(kind),
        "shape": _SHAPE,
    }
