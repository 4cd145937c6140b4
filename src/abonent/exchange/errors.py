"""Named errors of the exchange."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from abonent.base.errors import DomainError


class BundleError(DomainError):
    """This cannot be read as a bundle at all; the message names the file and the reason."""


class NoRoomError(DomainError):
    """The disk of the database or of the worker is full: nothing was taken."""

    def __init__(self) -> None:
        super().__init__("there is no room left on the server's disk")


class ImportRunningError(DomainError):
    """Another import, or an undo, is at work in this portal."""


class PlanMovedError(DomainError):
    """The bundle or the portal's data are no longer what was planned: nothing was taken."""


_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def room_named() -> Iterator[None]:
    """A full disk, of this machine or of the database's, as NoRoomError."""
    try:
        yield
    except Exception as error:
        if is_full(error) or is_full(error.__cause__):
            raise NoRoomError from error
        raise


def is_full(error: BaseException | None) -> bool:
    """Whether it says that a disk has no room left."""
    return isinstance(error, psycopg.errors.DiskFull) or (isinstance(error, OSError) and error.errno in _FULL)
