"""Opening a bundle, whoever made it: a folder, a zip or a tar.gz, read without trusting a name or a size in
it.

Archives are unpacked into files without names, which vanish with the process however it ends, and no member's
name ever becomes a path. Nothing is read into memory whole.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from abonent.exchange.archives import damage_named, tar_members, zip_members
from abonent.exchange.errors import BundleError, NoRoomError, is_full
from abonent.exchange.formats.bundle import FILES, File

_BY_FILENAME = {file.filename: file for file in FILES}


@dataclass(frozen=True)
class Limits:
    """How much a bundle may hold."""

    unpacked: int = 32 * 1024**3
    """Bytes of all files together."""
    ratio: int = 200
    """Unpacked bytes for one packed byte; asked beyond `harmless`."""
    harmless: int = 16 * 1024**2
    members: int = 100
    line: int = 64 * 1024
    """Bytes of a line."""
    block: int = 8 * 1024**2
    """Bytes that are read and checked at a time."""


LIMITS = Limits()


@dataclass(frozen=True)
class Source:
    """One file of an opened bundle."""

    file: File
    stream: BinaryIO
    size: int


@dataclass(frozen=True)
class Bundle:
    path: Path
    sources: dict[str, Source]

    @property
    def size(self) -> int:
        return sum(source.size for source in self.sources.values())


@contextmanager
def open_bundle(path: Path, limits: Limits = LIMITS) -> Iterator[Bundle]:
    """The bundle at `path`, its files open. Raises BundleError when it is none, is damaged, holds what no
    bundle holds, or is too large. NoRoomError: it cannot be unpacked here. Nothing is left behind."""
    with ExitStack() as stack:
        try:
            sources = _folder(path, stack) if path.is_dir() else _archive(path, stack, limits)
        except OSError as error:
            if is_full(error):
                raise NoRoomError from error
            raise BundleError(f"{path}: {error.strerror or error}") from error
        if not sources:
            names = ", ".join(_BY_FILENAME)
            raise BundleError(f"{path}: holds none of the files of a bundle ({names})")
        bundle = Bundle(path, {source.file.name: source for source in sources})
        if bundle.size > limits.unpacked:
            raise BundleError(f"{path}: holds more than {limits.unpacked:,} bytes")
        yield bundle


def _file_named(name: str, where: Path) -> File:
    file = _BY_FILENAME.get(name)
    if file is None:
        raise BundleError(f"{where}: {name!r} is not a file of a bundle; those are {', '.join(_BY_FILENAME)}")
    return file


def _folder(path: Path, stack: ExitStack) -> list[Source]:
    names = sorted(entry.name for entry in os.scandir(path))
    if len(names) == 1 and (path / names[0]).is_dir() and not (path / names[0]).is_symlink():
        return _folder(path / names[0], stack)
    return [_opened(path / name, _file_named(name, path), stack) for name in names]


def _opened(path: Path, file: File, stack: ExitStack) -> Source:
    """Opened without following a link, and only if it is a plain file: a pipe would never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise BundleError(f"{path}: is a link; a bundle holds the files themselves") from error
        raise
    stream = stack.enter_context(os.fdopen(descriptor, "rb", buffering=0))
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise BundleError(f"{path}: is not a plain file")
    return Source(file, stream, found.st_size)


def _archive(path: Path, stack: ExitStack, limits: Limits) -> list[Source]:
    packed = stack.enter_context(path.open("rb"))
    start = packed.read(4)
    packed.seek(0)
    if start[:2] == b"PK":
        members = zip_members(packed, path, limits.members)
    elif start[:2] == b"\x1f\x8b":
        members = tar_members(packed, path, limits.members)
    else:
        raise BundleError(f"{path}: is neither a folder nor a .zip nor a .tar.gz")
    budget = _Budget(path, path.stat().st_size, limits)
    sources: dict[str, Source] = {}
    folders: set[str] = set()
    with damage_named(path):
        for name, stream in members:
            folder, filename = _parted(name, path)
            folders.add(folder)
            file = _file_named(filename, path)
            if filename in sources:
                raise BundleError(f"{path}: holds {filename} twice")
            sources[filename] = _unpacked(stream, file, budget, stack)
    if len(folders) > 1:
        raise BundleError(f"{path}: its files lie in different folders")
    return list(sources.values())


def _parted(name: str, path: Path) -> tuple[str, str]:
    """Folder and file name of a member; a bundle has at most one folder, and no way out of it."""
    folder, _, filename = name.rpartition("/")
    odd = not name.isprintable() or "\\" in name or ":" in name or name.startswith("/")
    if odd or "/" in folder or folder == ".." or filename in {"", ".", ".."}:
        raise BundleError(f"{path}: the name {name!r} has no place in a bundle")
    return ("" if folder == "." else folder), filename


class _Budget:
    """What may still be unpacked."""

    def __init__(self, path: Path, packed: int, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self.spent = 0
        self.most = min(limits.unpacked, max(limits.harmless, packed * limits.ratio))

    def spend(self, size: int) -> None:
        self.spent += size
        if self.spent <= self.most:
            return
        if self.most == self.limits.unpacked:
            raise BundleError(f"{self.path}: unpacks to more than {self.most:,} bytes")
        raise BundleError(
            f"{self.path}: unpacks to more than {self.limits.ratio} times its size, as no bundle does"
        )


def _unpacked(stream: BinaryIO, file: File, budget: _Budget, stack: ExitStack) -> Source:
    spool = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    size = 0
    while piece := stream.read(1024**2):
        budget.spend(len(piece))
        size += len(piece)
        spool.write(piece)
    spool.seek(0)
    return Source(file, spool, size)
