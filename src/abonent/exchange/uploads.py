"""Bundles that come through the browser: kept in parts of a megabyte, so that nobody holds one whole and
the worker may be another machine; whole or not there."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from abonent.base.errors import DomainError
from abonent.exchange.errors import room_named
from abonent.exchange.models import Run, RunProgress, RunReport, Upload, UploadPart

PART = 1024 * 1024
#: Uploads that are kept at once may come to so many times the largest one.
KEPT_TIMES = 10
#: An upload that never became whole.
_UNFINISHED = timedelta(days=1)


_WRITE = "INSERT INTO exchange_uploadpart (upload_id, number, data) VALUES (%s, %s, %b)"


class UploadTooLargeError(DomainError):
    """More bytes than a bundle may have (`settings.LARGEST_UPLOAD`)."""


class UploadsFullError(DomainError):
    """So much waits already that nothing more is kept: take or discard some first."""


class EmptyUploadError(DomainError):
    """No file was chosen, or an empty one."""


def largest_upload() -> int:
    """Bytes."""
    return int(settings.LARGEST_UPLOAD)


class Receiver:
    """Takes a bundle piece by piece. Each part is written for itself: an upload that breaks off leaves
    parts of no whole upload, which are forgotten. `upload` is None until the first byte."""

    def __init__(self, *, now: datetime) -> None:
        self.upload: Upload | None = None
        self._now = now
        self._rest = bytearray()
        self._parts = 0

    def begin(self, name: str) -> None:
        """A file of this name begins. Raises UploadsFullError."""
        kept = Upload.objects.aggregate(bytes=Sum("size"))["bytes"] or 0
        if kept > (KEPT_TIMES - 1) * settings.LARGEST_UPLOAD:
            raise UploadsFullError("too many bundles wait")
        self.upload = Upload.objects.create(name=plain_name(name), begun_at=self._now)

    def take(self, data: bytes) -> None:
        """The next bytes. Raises UploadTooLargeError, NoRoomError."""
        assert self.upload is not None  # noqa: S101 - for the type checker: begun
        self.upload.size += len(data)
        if self.upload.size > settings.LARGEST_UPLOAD:
            raise UploadTooLargeError(f"more than {settings.LARGEST_UPLOAD:,} bytes")
        self._rest += data
        while len(self._rest) >= PART:
            self._write(bytes(self._rest[:PART]))
            del self._rest[:PART]

    def end(self) -> Upload:
        """All came. Raises EmptyUploadError, NoRoomError."""
        if self.upload is None or not self.upload.size:
            raise EmptyUploadError("nothing came")
        if self._rest:
            self._write(bytes(self._rest))
            self._rest.clear()
        Upload.objects.filter(pk=self.upload.pk).update(size=self.upload.size)
        return self.upload

    def give_up(self) -> None:
        """Forget what came so far."""
        if self.upload is not None:
            forget(self.upload)
            self.upload = None

    def _write(self, data: bytes) -> None:
        assert self.upload is not None  # noqa: S101 - for the type checker: begun
        with room_named(), _bare() as cursor:
            cursor.execute(_WRITE, [self.upload.pk, self._parts, data])
        self._parts += 1


def _bare() -> psycopg.Cursor[tuple[bytes]]:
    """A cursor on the same connection that sends and takes bytes as they are: Django's would write each
    megabyte as two of hexadecimal digits."""
    connection.ensure_connection()
    raw: Any = connection.connection
    return psycopg.Cursor(raw)


def plain_name(name: str) -> str:
    """The last part of a file's name, without what is no letter, digit or one of `._-` and space."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w. -]", "_", last).strip(" .")[-100:] or "bundle.zip"


@contextmanager
def unpacked(upload: Upload) -> Iterator[Path]:
    """The uploaded bundle as a file, for as long as it is needed; read a part at a time."""
    with tempfile.TemporaryDirectory(prefix="abonent-") as folder:
        path = Path(folder) / upload.name
        parts = UploadPart.objects.filter(upload=upload).order_by("number")
        with path.open("wb") as file, _bare() as cursor:
            for pk in list(parts.values_list("pk", flat=True)):
                cursor.execute("SELECT data FROM exchange_uploadpart WHERE id = %s", [pk], binary=True)
                for (data,) in cursor:
                    file.write(data)
        if path.stat().st_size != upload.size:
            raise EmptyUploadError("parts of the bundle are missing: send it again")
        yield path


@transaction.atomic
def forget(upload: Upload) -> None:
    """Delete it with its parts. Safe to repeat."""
    UploadPart.objects.filter(upload=upload).delete()
    Run.objects.filter(upload=upload).update(upload=None)
    Upload.objects.filter(pk=upload.pk).delete()


def forget_old(*, now: datetime) -> int:
    """Forget uploads that never became whole, and after `settings.UPLOADS_KEPT` days all of them, with the
    lists of problems, which hold what bundles said of people. Safe to repeat. Returns the uploads."""
    old = now - timedelta(days=settings.UPLOADS_KEPT)
    done = 0
    for upload in Upload.objects.filter(begun_at__lt=now - _UNFINISHED):
        if not upload.whole or upload.begun_at < old:
            forget(upload)
            done += 1
    waiting = [Run.State.UPLOADED, Run.State.PLANNED, Run.State.APPROVED]
    Run.objects.filter(state__in=waiting, upload=None, uploaded_at__lt=old).update(state=Run.State.DISCARDED)
    RunReport.objects.filter(run__started_at__lt=old).delete()
    RunProgress.objects.filter(told_at__lt=old).delete()
    return done
