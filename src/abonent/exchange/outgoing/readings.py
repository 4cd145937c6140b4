"""Readings go back to billing: each in exactly one file, whatever is killed on the way.

A file is made in two transactions. The first takes the readings and writes down which file takes them: from
its commit on they are `sent`, nobody corrects them, and no other file takes them. The second holds the file's
row, writes the file whole under its name, and notes that. A run that is killed before the first commit has
taken nothing; after it, the next run finds the file `prepared` and writes it, in the same folder, with the
same bytes, before it takes anything new. Files of one number are always the same file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from abonent.base.errors import DomainError
from abonent.base.files import write_whole
from abonent.exchange.formats.readings_file import FORMATS, Format, ReadingRow, filename, pieces
from abonent.exchange.models import ReadingBatch
from abonent.metering.operations.billing import take_for_billing
from abonent.metering.sent_readings import SentReading, readings_of_batch, waiting_for_billing

_NUMBERING = 0x61626F6E_6578  # one who numbers files at a time, of one database

#: Told what is done, for tests that kill the process there.
Listener = Callable[[str], None]


class ExportError(DomainError):
    """A file cannot be written; the message names it and the reason. Nothing is lost: its readings stay with
    it, and the next run writes it."""


class NoSuchBatch(DomainError):  # noqa: N818 - named after what it says
    """No file of readings has this number."""


@dataclass(frozen=True)
class WrittenFile:
    """A file of readings, in each of its formats."""

    number: int
    rows: int
    paths: tuple[Path, ...]
    resumed: bool = False
    """Prepared by a run before this one."""


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
    tell = listener or (lambda step: None)
    _check_folder(directory)
    files: list[WrittenFile] = []
    failed: list[ExportError] = []
    for number in _prepared():
        _try_to_write(number, files, failed, now=now, tell=tell, resumed=True)
    taken = _prepare(directory, formats, everything=everything, since=_start_of(since), now=now, tell=tell)
    if taken:
        tell("prepared")
        _try_to_write(taken, files, failed, now=now, tell=tell)
    if failed:
        raise ExportError("; ".join(str(error) for error in failed))
    return Exported(tuple(files), waiting_for_billing())


def write_again(
    *, number: int, directory: Path | None = None, formats: Sequence[Format] = (), now: datetime
) -> WrittenFile:
    """Write a file anew: the same rows, the same bytes, in its own folder or another, in its own formats or
    others. One that was prepared only is written by this. Safe to repeat. Raises NoSuchBatch, ExportError."""
    if directory:
        _check_folder(directory)
    found = _write(number, directory=directory, formats=formats, again=True, now=now, tell=lambda step: None)
    if found is None:
        raise NoSuchBatch(f"no file of readings has the number {number}")
    return found


def unwritten_batches(*, older_than: datetime) -> int:
    """Files prepared before that moment and not written yet: something keeps them from it."""
    return ReadingBatch.objects.filter(state="prepared", prepared_at__lt=older_than).count()


def _check_folder(directory: Path) -> None:
    """Before anything is taken: a folder that is not there would leave a file prepared for it."""
    if not directory.is_dir():
        raise ExportError(f"{directory}: is not a folder")


def _start_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def _prepared() -> list[int]:
    found = ReadingBatch.objects.filter(state=ReadingBatch.State.PREPARED).order_by("number")
    return list(found.values_list("number", flat=True))


def _prepare(
    directory: Path,
    formats: Sequence[Format],
    *,
    everything: bool,
    since: datetime | None,
    now: datetime,
    tell: Listener,
) -> int | None:
    """Take the readings and write down which file has them: one transaction. None when there are none."""
    with transaction.atomic():
        number = _next_number()
        rows = take_for_billing(batch=number, everything=everything, since=since, now=now)
        if not rows:
            return None
        ReadingBatch.objects.create(
            number=number,
            directory=str(directory.resolve()),
            formats=" ".join(one for one in FORMATS if one in formats),
            rows=rows,
            prepared_at=now,
        )
        tell("taken")
    return number


def _next_number() -> int:
    """One more than the last; whoever else asks waits until this transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING])
        cursor.execute("SELECT coalesce(max(number), 0) + 1 FROM exchange_readingbatch")
        return int(cursor.fetchone()[0])


def _try_to_write(
    number: int,
    files: list[WrittenFile],
    failed: list[ExportError],
    *,
    now: datetime,
    tell: Listener,
    resumed: bool = False,
) -> None:
    try:
        written = _write(number, now=now, tell=tell)
    except ExportError as error:
        failed.append(error)
    else:
        if written:
            files.append(replace(written, resumed=resumed))


def _write(
    number: int,
    *,
    directory: Path | None = None,
    formats: Sequence[Format] = (),
    again: bool = False,
    now: datetime,
    tell: Listener,
) -> WrittenFile | None:
    """Write the file, and note that it is: one transaction, which holds its row. None when there is nothing
    to do: another run holds it, or has written it."""
    with transaction.atomic():
        wanted = ReadingBatch.objects.filter(number=number)
        if not again:
            wanted = wanted.filter(state=ReadingBatch.State.PREPARED)
        batch = wanted.select_for_update(skip_locked=not again).first()
        if batch is None:
            return None
        folder = directory or Path(batch.directory)
        chosen = [one for one in FORMATS if one in (formats or batch.formats.split())]
        paths = tuple(_write_one(folder / filename(number, one), batch, one, tell) for one in chosen)
        if batch.state == ReadingBatch.State.PREPARED:
            batch.state, batch.written_at, batch.directory = "written", now, str(folder.resolve())
            batch.save(update_fields=["state", "written_at", "directory"])
        tell("noted")
    tell("written")
    return WrittenFile(number, batch.rows, paths)


def _write_one(path: Path, batch: ReadingBatch, format_: Format, tell: Listener) -> Path:
    try:
        write_whole(path, _telling(pieces(format_, _rows(batch.number)), f"writing {format_}", tell))
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    tell(f"named {format_}")
    return path


def _telling(pieces: Iterator[bytes], step: str, tell: Listener) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        tell(step)


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
    )
