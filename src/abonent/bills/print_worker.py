"""A process that draws files of a bulk print: its own Django, connection and typesetter."""

import os
import threading
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from multiprocessing import parent_process
from pathlib import Path

from abonent.base.errors import DomainError
from abonent.base.files import write_whole
from abonent.base.months import Month
from abonent.bills.print_folder import PrintedFile, pages

PER_FILE = 50
"""Receipts of one file: drawn as one document, which takes 0.2 GB."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file to be: whose receipts, in this order."""

    file: str
    house: str
    month: str
    account_ids: tuple[int, ...]
    back: bool
    today: str
    data_version: int


class DataChanged(DomainError):  # noqa: N818 - named after what is the matter
    """An import came while a month was printed: its files would not be of one piece."""


def begin() -> None:
    """Before the first file of a process. It ends with the process that started it, also a killed one."""
    import django

    django.setup()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def draw(sheet: Sheet, folder: Path) -> PrintedFile:
    """Write the file whole. Ten queries, however many receipts. Raises `DataChanged`, `PaperError`."""
    from abonent.accounts.queries import billed_accounts
    from abonent.bills.paper import render_many
    from abonent.bills.receipts import back, bill_template, receipts
    from abonent.portal.current import bring_up_to_date, portal
    from abonent.portal.queries import data_version

    bring_up_to_date(today=date.fromisoformat(sheet.today))
    if data_version() != sheet.data_version:
        raise DataChanged("billing's data changed while it was printed; print anew into an empty folder")
    month, language = Month.parse(sheet.month), portal().language
    known = billed_accounts(sheet.account_ids)
    found = receipts(
        [known[one] for one in sheet.account_ids],
        month,
        language=language,
        version=sheet.data_version,
        today=date.fromisoformat(sheet.today),
    )
    [pdf] = render_many(
        found.values(),
        template=bill_template(),
        back=back(month, language=language) if sheet.back else None,
        per_document=PER_FILE,
    )
    (folder / sheet.file).unlink(missing_ok=True)  # of an earlier run that could not remember it
    write_whole(folder / sheet.file, [pdf])
    return PrintedFile(sheet.house, sheet.file, len(found), pages(pdf), sha256(pdf).hexdigest())
