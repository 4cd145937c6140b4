"""Numbered files for billing: each row in exactly one of them, whatever is killed on the way.

A file is made in two transactions. The first takes the rows and writes down which file takes them: from its
commit on no other file takes them. The second holds the file's row, writes the file whole under its name, and
notes that. A run that is killed before the first commit has taken nothing; after it, the next run finds the
file `prepared` and writes it, in the same folder, with the same bytes, before it takes anything new. Files
of one number are always the same file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from abonent.base.errors import DomainError
from abonent.base.files import write_whole
from abonent.exchange.models import PaymentBatch, ReadingBatch
from abonent.exchange.outgoing.drawing import FORMATS, Format, filename

#: Told what is done, for tests that kill the process there.
Listener = Callable[[str], None]
Batch = ReadingBatch | PaymentBatch


class ExportError(DomainError):
    """A file cannot be written; the message names it and the reason. Nothing is lost: its rows stay with
    it, and the next run writes it."""


class NoSuchBatch(DomainError):  # noqa: N818 - named after what it says
    """No file has this number."""


@dataclass(frozen=True)
class WrittenFile:
    """A file for billing, in each of its formats."""

    number: int
    rows: int
    paths: tuple[Path, ...]
    resumed: bool = False
    """Prepared by a run before this one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What goes out: `what` begins the files' names, `numbering` is the lock of who numbers them."""

    what: str
    batches: type[ReadingBatch] | type[PaymentBatch]
    numbering: int
    take: Callable[[int], int]
    """Gives rows to the file of this number, in the caller's transaction; how many."""
    pieces: Callable[[Format, int], Iterator[bytes]]
    """The bytes of the file of this number."""


def export(
    kind: Kind, *, directory: Path, formats: Sequence[Format], now: datetime, listener: Listener | None
) -> tuple[WrittenFile, ...]:
    """Write what an earlier run has prepared and not written, in its own folder, then a new file of what
    can be taken, in `directory`. Safe to repeat (nothing new: no file), to kill at any moment, and to run
    twice at once. Streams. Raises ExportError, after having written what can be written."""
    tell = listener or (lambda step: None)
    check_folder(directory)
    files: list[WrittenFile] = []
    failed: list[ExportError] = []
    for number in _prepared(kind):
        _try_to_write(kind, number, files, failed, now=now, tell=tell, resumed=True)
    taken = _prepare(kind, directory, formats, now=now, tell=tell)
    if taken:
        tell("prepared")
        _try_to_write(kind, taken, files, failed, now=now, tell=tell)
    if failed:
        raise ExportError("; ".join(str(error) for error in failed))
    return tuple(files)


def write_again(
    kind: Kind, *, number: int, directory: Path | None, formats: Sequence[Format], now: datetime
) -> WrittenFile:
    """Write a file anew: the same rows, the same bytes, in its own folder or another, in its own formats or
    others. One that was prepared only is written by this. Safe to repeat. Raises NoSuchBatch, ExportError."""
    if directory:
        check_folder(directory)
    found = _write(
        kind, number, directory=directory, formats=formats, again=True, now=now, tell=lambda step: None
    )
    if found is None:
        raise NoSuchBatch(f"no file of {kind.what} has the number {number}")
    return found


def unwritten(batches: type[ReadingBatch] | type[PaymentBatch], *, older_than: datetime) -> int:
    """Files prepared before that moment and not written yet: something keeps them from it."""
    return batches._default_manager.filter(state="prepared", prepared_at__lt=older_than).count()


def check_folder(directory: Path) -> None:
    """Before anything is taken: a folder that is not there would leave a file prepared for it."""
    if not directory.is_dir():
        raise ExportError(f"{directory}: is not a folder")


def _prepared(kind: Kind) -> list[int]:
    found = kind.batches._default_manager.filter(state="prepared").order_by("number")
    return list(found.values_list("number", flat=True))


def _prepare(
    kind: Kind, directory: Path, formats: Sequence[Format], *, now: datetime, tell: Listener
) -> int | None:
    """Take the rows and write down which file has them: one transaction. None when there are none."""
    with transaction.atomic():
        number = _next_number(kind)
        rows = kind.take(number)
        if not rows:
            return None
        kind.batches._default_manager.create(
            number=number,
            directory=str(directory.resolve()),
            formats=" ".join(one for one in FORMATS if one in formats),
            rows=rows,
            prepared_at=now,
        )
        tell("taken")
    return number


def _next_number(kind: Kind) -> int:
    """One more than the last; whoever else asks waits until this transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [kind.numbering])
    last = kind.batches._default_manager.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _try_to_write(
    kind: Kind,
    number: int,
    files: list[WrittenFile],
    failed: list[ExportError],
    *,
    now: datetime,
    tell: Listener,
    resumed: bool = False,
) -> None:
    try:
        written = _write(kind, number, now=now, tell=tell)
    except ExportError as error:
        failed.append(error)
    else:
        if written:
            files.append(replace(written, resumed=resumed))


def _write(
    kind: Kind,
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
        batch = _held(kind, number, again=again)
        if batch is None:
            return None
        folder = directory or Path(batch.directory)
        chosen = [one for one in FORMATS if one in (formats or batch.formats.split())]
        paths = tuple(_write_one(kind, folder, number, one, tell) for one in chosen)
        if batch.state == "prepared":
            batch.state, batch.written_at, batch.directory = "written", now, str(folder.resolve())
            batch.save(update_fields=["state", "written_at", "directory"])
        tell("noted")
    tell("written")
    return WrittenFile(number, batch.rows, paths)


def _held(kind: Kind, number: int, *, again: bool) -> Batch | None:
    wanted = kind.batches._default_manager.filter(number=number)
    if not again:
        wanted = wanted.filter(state="prepared")
    return wanted.select_for_update(skip_locked=not again).first()


def _write_one(kind: Kind, folder: Path, number: int, format_: Format, tell: Listener) -> Path:
    path = folder / filename(kind.what, number, format_)
    try:
        write_whole(path, _telling(kind.pieces(format_, number), f"writing {format_}", tell))
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    tell(f"named {format_}")
    return path


def _telling(pieces: Iterator[bytes], step: str, tell: Listener) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        tell(step)
