"""Readings that customers of the document's example submitted, and what stands in files for billing."""

import csv
import json
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from abonent.metering.models import Meter, Submission, SubmittedReading
from tests.exchange.conftest import NOW

#: A day before the example's: in every profile's terms its readings are past their cut-off.
YESTERDAY = NOW - timedelta(days=1)


def received(
    serial: str = "00781235", *, at: datetime = YESTERDAY, state: str = "received", **values: str
) -> list[int]:
    """A submission of one meter, scale by scale; its readings' numbers."""
    meter = Meter.objects.get(serial=serial)
    count = Submission.objects.count()
    submission = Submission.objects.create(
        account_id=meter.account_id, way="cabinet", key=f"key-{count}", submitted_at=at
    )
    return [
        SubmittedReading.objects.create(
            submission=submission,
            meter=meter,
            scale=scale,
            period=date(2026, 11, 1),
            taken_on=date(2026, 11, 20),
            value=Decimal(value),
            previous=Decimal("40512"),
            state=state,
        ).pk
        for scale, value in (values or {"total": "40630.5"}).items()
    ]


def states() -> dict[int, str]:
    return dict(SubmittedReading.objects.order_by("pk").values_list("pk", "state"))


def numbers_in(folder: Path, format_: str = "csv") -> Counter[int]:
    """How often each reading stands in the folder's files of a format, under their final names."""
    found: Counter[int] = Counter()
    for path in folder.glob(f"readings-*.{format_}"):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream) if format_ == "csv" else map(json.loads, stream)
            found.update(int(row["reading"]) for row in rows)
    return found
