"""Reads of what went to billing: the rows of one file, and what waits."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Q

from abonent.base.numbering import number_of
from abonent.metering.models import SubmittedReading
from abonent.metering.review import RISKY


class SentReading(NamedTuple):
    """One row of a file for billing."""

    account: str
    serial: str
    scale: str
    taken_on: date
    value: Decimal
    reading: int
    """The number under which billing answers."""
    submission_id: int
    received_at: datetime
    rolled_over: bool
    unusual: bool
    previous: Decimal | None
    risk: int | None
    reviewed_at: datetime | None

    @property
    def unseen(self) -> bool:
        """Risky, and nobody of the office has looked at it (docs/domain/reading_review.md)."""
        return self.reviewed_at is None and (self.risk or 0) >= RISKY

    @property
    def submission(self) -> str:
        """The number that the customer was told."""
        return number_of(self.submission_id)


_FIELDS = (
    "submission__account__number",
    "meter__serial",
    "scale",
    "taken_on",
    "value",
    "id",
    "submission_id",
    "submission__submitted_at",
    "rolled_over",
    "unusual",
    "previous",
    "risk",
    "reviewed_at",
)
#: Rows fetched at a time: memory does not grow with the file.
_AT_ONCE = 2000


def readings_of_batch(batch: int) -> Iterator[SentReading]:
    """The readings of a file by their numbers, streamed from the server. In a transaction."""
    rows = SubmittedReading.objects.filter(batch=batch).order_by("id").values_list(*_FIELDS)
    return map(SentReading._make, rows.iterator(chunk_size=_AT_ONCE))


def waiting_for_billing() -> int:
    """How many readings were received and not yet taken for billing."""
    return SubmittedReading.objects.filter(state=SubmittedReading.State.RECEIVED).count()


def answered_of_batches(batches: Collection[int]) -> dict[int, tuple[int, int]]:
    """How many readings of these files billing has accepted (or used already), and rejected. One query."""
    state = SubmittedReading.State
    taken = Count("pk", filter=Q(state__in=[state.ACCEPTED, state.USED]))
    rejected = Count("pk", filter=Q(state=state.REJECTED))
    sent = SubmittedReading.objects.filter(batch__in=batches).order_by().values("batch")
    found = sent.annotate(taken=taken, rejected=rejected).values_list("batch", "taken", "rejected")
    return {batch: (many, refused) for batch, many, refused in found if batch is not None}
