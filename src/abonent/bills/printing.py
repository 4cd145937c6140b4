"""Printing a month for a print shop: files by house, in the order of flats; stopped anywhere, it goes on.

What is to be printed is read as a stream, a house at a time; files are drawn by processes of their own.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.utils import timezone

from abonent.accounts.queries import accounts_by_house
from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.bills import print_worker
from abonent.bills.print_folder import PrintedFile, PrintFolder
from abonent.bills.print_order import file_stem, flat_order
from abonent.bills.print_worker import PER_FILE, Sheet
from abonent.ledger.bill_lines import charged_among, count_charged
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.portal.queries import data_version

#: Files that are drawn or wait to be: what a process has ready while another is slow.
_AHEAD = 2


class NothingToPrint(DomainError):  # noqa: N818 - named after what is the matter
    """No account of the organisation was charged in that month."""


@dataclass(frozen=True, slots=True)
class PrintProgress:
    """How far a print is. `kept`: receipts of files that were there already."""

    total: int
    receipts: int
    files: int
    kept: int
    house: str


def print_month(
    *,
    month: Month,
    organisation: Organisation,
    folder: Path,
    processes: int = 1,
    back: bool = False,
    now: datetime,
    progress: Callable[[PrintProgress], None] | None = None,
) -> PrintProgress:
    """Write the receipts of `month` of an organisation's accounts as PDFs by house, and `index.csv`.

    Reads only. Memory does not grow with the number of receipts. Safe to repeat and to kill: a file bears its
    name when it is whole; those that are there, as the folder remembers them, are kept. Raises
    `NothingToPrint`, and `FolderTaken` where the folder holds another print, other data, or a print that is
    under way; `DataChanged` where an import comes between; `PaperError` of the template.
    """
    total = count_charged(month, organisation_id=organisation.pk)
    if not total:
        raise NothingToPrint(f"nothing was charged in {month} to accounts of {organisation.code}")
    version = data_version()
    job = {
        "portal": portal().code,
        "organisation": organisation.code,
        "month": str(month),
        "back": back,
        "data_version": version,
    }
    with PrintFolder(folder, job) as place:
        of_all = {"back": back, "today": timezone.localdate(now).isoformat(), "data_version": version}
        wanted = _sheets(month, organisation.pk, of_all)
        done = PrintProgress(total, 0, 0, 0, "")
        for file, kept in _drawn(wanted, place, processes):
            done = PrintProgress(
                total,
                done.receipts + file.receipts,
                done.files + 1,
                done.kept + kept * file.receipts,
                file.house,
            )
            if progress:
                progress(done)
        place.finish()
    return done


def _sheets(month: Month, organisation_id: int, of_all: Mapping[str, Any]) -> Iterator[Sheet]:
    """The files to be, in order: a house, or a part of a long one."""
    rows = accounts_by_house(organisation_id)
    for number, (house, group) in enumerate(groupby(rows, key=lambda row: row.house), start=1):
        flats = sorted(group, key=lambda row: (flat_order(row.flat), row.number))
        charged = charged_among([row.id for row in flats], month)
        ids = [row.id for row in flats if row.id in charged]
        parts = [ids[at : at + PER_FILE] for at in range(0, len(ids), PER_FILE)]
        for part, some in enumerate(parts, start=1):
            stem = file_stem(number, house, part if len(parts) > 1 else None)
            yield Sheet(f"{stem}.pdf", house, str(month), tuple(some), **of_all)


def _drawn(wanted: Iterable[Sheet], place: PrintFolder, processes: int) -> Iterator[tuple[PrintedFile, bool]]:
    """Each file in order, and whether it was there already; those that were not are drawn."""
    waiting: deque[tuple[PrintedFile | Future[PrintedFile], bool]] = deque()
    with _pool(processes) as pool:
        ahead = processes * _AHEAD if pool else 0
        for sheet in wanted:
            there = place.kept(sheet.file)
            if there is None and pool:
                waiting.append((pool.submit(print_worker.draw, sheet, place.path), False))
            else:
                waiting.append((there or print_worker.draw(sheet, place.path), there is not None))
            while len(waiting) > ahead:
                yield _finished(*waiting.popleft(), place)
        while waiting:
            yield _finished(*waiting.popleft(), place)


def _finished(
    one: "PrintedFile | Future[PrintedFile]", kept: bool, place: PrintFolder
) -> tuple[PrintedFile, bool]:
    file = one.result() if isinstance(one, Future) else one
    place.remember(file)
    return file, kept


def _pool(processes: int) -> Any:
    """Processes that know Django anew: none of them shares a connection, or typst's memory, with this one."""
    if processes < 2:
        return nullcontext()
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=print_worker.begin)
