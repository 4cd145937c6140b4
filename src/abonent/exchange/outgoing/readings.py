"""Readings go back to billing, each in exactly one file (`batches`): once taken for a file they are `sent`,
and nobody corrects them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from django.utils import timezone

from abonent.exchange.formats.readings_file import ReadingRow, pieces
from abonent.exchange.models import ReadingBatch
from abonent.exchange.outgoing import batches
from abonent.exchange.outgoing.batches import ExportError, Kind, Listener, NoSuchBatch, WrittenFile
from abonent.exchange.outgoing.drawing import FORMATS, Format
from abonent.metering.operations.billing import take_for_billing
from abonent.metering.sent_readings import SentReading, readings_of_batch, waiting_for_billing

__all__ = [
    "ExportError",
    "Exported",
    "NoSuchBatch",
    "WrittenFile",
    "export_readings",
    "unwritten_batches",
    "write_again",
]
_NUMBERING = 0x61626F6E_6578


@dataclass(frozen=True)
class Exported:
    files: tuple[WrittenFile, ...]
    waiting: int
    """Readings that stay: not due yet, or being corrected at this moment."""


def export_readings(
    *,
    directory: Path,
    formats: Sequence[Format] = FORMATS,
    everything: bool = False,
    since: date | None = None,
    now: datetime,
    listener: Listener | None = None,
) -> Exported:
    """Write the readings that have passed their cut-off (with `everything`: all that were received; with
    `since`: none received before that day) into a new file in `directory`, each exactly once.

    First writes what an earlier run has prepared and not written, in its own folder. Safe to repeat (nothing
    new: no file), to kill at any moment, and to run twice at once. Streams: memory does not grow with the
    rows. Raises ExportError, after having written what can be written.
    """
    kind = _kind(everything=everything, since=_start_of(since), now=now)
    files = batches.export(kind, directory=directory, formats=formats, now=now, listener=listener)
    return Exported(files, waiting_for_billing())


def write_again(
    *, number: int, directory: Path | None = None, formats: Sequence[Format] = (), now: datetime
) -> WrittenFile:
    """Write a file anew, see `batches.write_again`. Raises NoSuchBatch, ExportError."""
    kind = _kind(everything=False, since=None, now=now)
    return batches.write_again(kind, number=number, directory=directory, formats=formats, now=now)


def unwritten_batches(*, older_than: datetime) -> int:
    """Files prepared before that moment and not written yet: something keeps them from it."""
    return batches.unwritten(ReadingBatch, older_than=older_than)


def _kind(*, everything: bool, since: datetime | None, now: datetime) -> Kind:
    return Kind(
        what="readings",
        batches=ReadingBatch,
        numbering=_NUMBERING,
        take=lambda number: take_for_billing(batch=number, everything=everything, since=since, now=now),
        pieces=lambda format_, number: pieces(format_, _rows(number)),
    )


def _start_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def _rows(number: int) -> Iterator[ReadingRow]:
    return map(_row, readings_of_batch(number))


def _row(sent: SentReading) -> ReadingRow:
    return ReadingRow(
        account=sent.account,
        serial=sent.serial,
        scale=sent.scale,
        taken_on=sent.taken_on,
        value=sent.value,
        reading=sent.reading,
        submission=sent.submission,
        received_at=sent.received_at,
        rolled_over=sent.rolled_over,
        unusual=sent.unusual,
        previous=sent.previous,
        unseen=sent.unseen,
    )
