"""The members of a zip or a tar.gz as names and streams; an odd kind of member is a BundleError."""

import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self, cast

from abonent.exchange.errors import BundleError

_ENCRYPTED = 0x1
_LONGEST_HEADER = 64 * 1024
_DAMAGED = (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, tarfile.TarError)
#: Members of a tar that tell about the next one; tarfile reads them into memory whole.
_EXTENDED = {
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """What the unpackers say about a bad archive, as a BundleError."""
    try:
        yield
    except _DAMAGED as error:
        raise BundleError(f"{path}: is damaged or not whole: {error}") from error
    except NotImplementedError as error:
        raise BundleError(f"{path}: cannot be unpacked: {error}") from error


def zip_members(packed: BinaryIO, path: Path, most: int) -> Iterator[tuple[str, BinaryIO]]:
    """Each plain file, in turn; its stream is good until the next is asked for."""
    with zipfile.ZipFile(packed) as archive:
        members = archive.infolist()
        if len(members) > most:
            raise BundleError(f"{path}: holds {len(members)} files; a bundle has eight")
        for member in members:
            if not _is_zip_folder(member, path):
                with archive.open(member) as stream:
                    yield member.filename, cast(BinaryIO, stream)


def _is_zip_folder(member: zipfile.ZipInfo, path: Path) -> bool:
    if member.flag_bits & _ENCRYPTED:
        raise BundleError(f"{path}: {member.filename!r} is locked with a password")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise BundleError(f"{path}: {member.filename!r} is a link or a device, not a file")
    return member.is_dir()


class _Member(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.type in _EXTENDED and found.size > _LONGEST_HEADER:
            raise tarfile.HeaderError(f"a header of {found.size} bytes")
        return found


def tar_members(packed: BinaryIO, path: Path, most: int) -> Iterator[tuple[str, BinaryIO]]:
    """Each plain file, in turn; its stream is good until the next is asked for."""
    with (
        gzip.GzipFile(fileobj=packed, mode="rb") as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_Member) as archive,
    ):
        for count, member in enumerate(archive):
            if count >= most:
                raise BundleError(f"{path}: holds more than {most} files; a bundle has eight")
            if not _is_tar_folder(member, path):
                yield member.name, cast(BinaryIO, archive.extractfile(member))
        _read_to_end(unpacked, path)


def _is_tar_folder(member: tarfile.TarInfo, path: Path) -> bool:
    if member.isdir():
        return True
    if not member.isreg() or member.issparse():
        raise BundleError(f"{path}: {member.name!r} is a link or a device, not a file")
    return False


def _read_to_end(unpacked: gzip.GzipFile, path: Path) -> None:
    """The checksum stands at the very end; padding before it is short."""
    if len(unpacked.read(1024**2)) == 1024**2:
        raise BundleError(f"{path}: goes on after the end of its files")
