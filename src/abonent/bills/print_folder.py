"""The folder of a bulk print: what it is a print of, which files are whole, and its index."""

import csv
import fcntl
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from hashlib import file_digest
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from abonent.base.errors import DomainError
from abonent.base.files import write_whole
from abonent.base.spreadsheets import as_text

INDEX = "index.csv"
_JOB, _DONE = "print.json", "print.done"
_PAGE = re.compile(rb"/Type\s*/Page\b")


class FolderTaken(DomainError):  # noqa: N818 - named after what is the matter
    """The folder holds another print, or one that is under way."""


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A row of the index. `pages`: sides of paper, blank ones included; `sha256`: of the file."""

    house: str
    file: str
    receipts: int
    pages: int
    sha256: str


def pages(pdf: bytes) -> int:
    """How many pages a PDF of the typesetter has: its page objects stand outside of compressed streams."""
    return len(_PAGE.findall(pdf))


class PrintFolder:
    """Held by one print at a time (a lock that ends with its process); remembers each file that is whole."""

    def __init__(self, path: Path, job: dict[str, Any]) -> None:
        self.path = path
        self._job = job
        self._files: list[PrintedFile] = []
        self._known: dict[str, PrintedFile] = {}
        self._done: IO[str]

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        self._done = (self.path / _DONE).open("a+", encoding="utf-8", newline="")
        try:
            fcntl.flock(self._done, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check_job()
        except BlockingIOError as error:
            self._done.close()
            raise FolderTaken(f"{self.path}: another print is writing here") from error
        except BaseException:
            self._done.close()
            raise
        self._known = {file.file: file for file in self._remembered()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.close()

    def kept(self, name: str) -> PrintedFile | None:
        """The file, if it was written whole and is still as it was."""
        known = self._known.get(name)
        if known is None:
            return None
        try:
            with (self.path / name).open("rb") as stream:
                same = file_digest(stream, "sha256").hexdigest() == known.sha256
        except FileNotFoundError:
            return None
        return known if same else None

    def remember(self, file: PrintedFile) -> None:
        """Called when the file is whole, in the index's order."""
        self._files.append(file)
        if self._known.get(file.file) != file:
            self._done.write(json.dumps(asdict(file), ensure_ascii=False) + "\n")
            self._done.flush()

    def finish(self) -> None:
        """Write the index, whole."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, [field.name for field in fields(PrintedFile)])
        writer.writeheader()
        writer.writerows(asdict(file) | {"house": as_text(file.house)} for file in self._files)
        (self.path / INDEX).unlink(missing_ok=True)
        write_whole(self.path / INDEX, [text.getvalue().encode("utf-8")])

    def _check_job(self) -> None:
        """Raises `FolderTaken`: of another month, organisation or data, or of files that are none of ours."""
        job = self.path / _JOB
        if not job.exists():
            if any(self.path.glob("*.pdf")):
                raise FolderTaken(f"{self.path}: there are PDFs here already; name an empty folder")
            write_whole(job, [json.dumps(self._job, ensure_ascii=False).encode()])
            return
        held = json.loads(job.read_text("utf-8"))
        if held != self._job:
            other = ", ".join(
                f"{key} {held.get(key)}" for key in self._job if held.get(key) != self._job[key]
            )
            raise FolderTaken(f"{self.path}: holds another print ({other}); name an empty folder")

    def _remembered(self) -> Iterable[PrintedFile]:
        """Of earlier runs; a line that was cut short is of a file that is drawn again."""
        self._done.seek(0)
        for line in self._done:
            try:
                yield PrintedFile(**json.loads(line))
            except (ValueError, TypeError):
                continue
