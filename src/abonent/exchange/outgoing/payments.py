"""Payments booked here go to billing, each entry in exactly one file (`batches`); with the same commit
payments all of whose entries are told become `told`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from django.utils import timezone

from abonent.exchange.formats.payments_file import PaymentRow, pieces
from abonent.exchange.models import PaymentBatch
from abonent.exchange.outgoing import batches
from abonent.exchange.outgoing.batches import Kind, Listener, WrittenFile
from abonent.exchange.outgoing.drawing import FORMATS, Format
from abonent.ledger.telling import entries_of_batch, take_for_billing, waiting_for_billing
from abonent.payments.operations.telling import mark_told

_NUMBERING = 0x61626F6E_7078


@dataclass(frozen=True)
class ExportedPayments:
    files: tuple[WrittenFile, ...]
    waiting: int
    """Entries that stay: booked before `since`, or at this moment."""


def export_payments(
    *,
    directory: Path,
    formats: Sequence[Format] = FORMATS,
    since: date | None = None,
    now: datetime,
    listener: Listener | None = None,
) -> ExportedPayments:
    """Write the ledger's entries that were booked here and that billing does not know of (with `since`: none
    booked before that day) into a new file in `directory`, each exactly once.

    First writes what an earlier run has prepared and not written, in its own folder. Safe to repeat
    (nothing new: no file), to kill at any moment, and to run twice at once. Streams. Raises ExportError,
    after having written what can be written.
    """
    kind = _kind(since=_start_of(since), now=now)
    files = batches.export(kind, directory=directory, formats=formats, now=now, listener=listener)
    return ExportedPayments(files, waiting_for_billing().entries)


def write_payments_again(
    *, number: int, directory: Path | None = None, formats: Sequence[Format] = (), now: datetime
) -> WrittenFile:
    """Write a file anew, see `batches.write_again`. Raises NoSuchBatch, ExportError."""
    kind = _kind(since=None, now=now)
    return batches.write_again(kind, number=number, directory=directory, formats=formats, now=now)


def unwritten_payment_batches(*, older_than: datetime) -> int:
    """Files prepared before that moment and not written yet: something keeps them from it."""
    return batches.unwritten(PaymentBatch, older_than=older_than)


def _kind(*, since: datetime | None, now: datetime) -> Kind:
    def take(number: int) -> int:
        taken = take_for_billing(batch=number, since=since, now=now)
        mark_told(now=now)
        return taken

    return Kind(
        what="payments",
        batches=PaymentBatch,
        numbering=_NUMBERING,
        take=take,
        pieces=lambda format_, number: pieces(format_, _rows(number)),
    )


def _start_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def _rows(number: int) -> Iterator[PaymentRow]:
    return (PaymentRow(*entry) for entry in entries_of_batch(number))
