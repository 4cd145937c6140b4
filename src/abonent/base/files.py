"""A file that is there whole or not at all, whatever happens while it is written."""

import errno
import filecmp
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

#: Readable by the folder's group: billing's collector. The process may have a narrower umask.
_MODE = 0o640


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write `path` under a temporary name, bring it to the disk, then give it its name: a file that bears it
    is complete. One with the same bytes is replaced, what killed writers left is swept. The caller is its
    only writer. Raises OSError; FileExistsError when a file of that name holds something else."""
    for left in path.parent.glob(f".{path.name}.*.part"):
        left.unlink(missing_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fchmod(stream.fileno(), _MODE)
            os.fsync(stream.fileno())
        if path.exists() and not filecmp.cmp(part, path, shallow=False):
            raise FileExistsError(errno.EEXIST, "another file has this name: move it aside")
        part.rename(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A name is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
