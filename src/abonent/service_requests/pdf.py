"""A customer's PDF, read and written anew by a program of its own (pdf_cleaning.py), bounded in memory and
time."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from abonent.service_requests.pdf_cleaning import PAGES

PROGRAM = Path(__file__).with_name("pdf_cleaning.py")
#: Longer than its own bound of CPU time: a machine may be busy.
SECONDS = 40
#: Of one process of the portal at once; another document waits so many seconds for its turn.
AT_ONCE, WAITING = 2, 5

__all__ = ["AT_ONCE", "PAGES", "PROGRAM", "WAITING", "BadPdfError", "cleaned"]
_turns = BoundedSemaphore(AT_ONCE)


class BadPdfError(ValueError):
    """`code` is that of a problem (problems.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def cleaned(file: bytes) -> bytes:
    """The document without its author, without anything appended, and only if it does nothing by itself.

    Raises BadPdfError; a document that needs more than 512 MB or 20 seconds of a processor is one too, and
    one for which there is no turn (`pdf_busy`).
    """
    command = [sys.executable, "-I", str(PROGRAM)]
    try:
        with _turn():
            done = subprocess.run(command, input=file, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise BadPdfError("pdf_too_large") from error
    code, _, document = done.stdout.partition(b"\n")
    if done.returncode < 0 or not code:
        raise BadPdfError("pdf_too_large")
    if code != b"ok":
        raise BadPdfError(code.decode("ascii"))
    return document


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAITING):
        raise BadPdfError("pdf_busy")
    try:
        yield
    finally:
        _turns.release()
