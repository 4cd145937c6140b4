"""A file as it came from the bank: as it is, or in a zip. Bounded: whoever sends it may be anybody."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from abonent.exchange.archives import damage_named, zip_members
from abonent.exchange.errors import BundleError
from abonent.payments.registry_file import BadRegistry

#: A registry of a hundred thousand payments has twenty megabytes.
MOST_BYTES = 64 * 1024 * 1024
MOST_MEMBERS = 20


def contents(path: Path, *, most_bytes: int = MOST_BYTES) -> list[tuple[str, bytes]]:
    """(name, content) of a registry, or of each in a zip; of a zip's folders nothing is left in the names.

    Reads at most `most_bytes` of all together. Raises BadRegistry.
    """
    try:
        with path.open("rb") as stream, damage_named(path):
            if not zipfile.is_zipfile(stream):
                stream.seek(0)
                return [(path.name, _bounded(stream, most_bytes, path.name))]
            stream.seek(0)
            return list(_members(stream, path, most_bytes))
    except (BundleError, OSError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise BadRegistry(f"cannot be read: {reason}", file=path.name) from error


def _members(stream: BinaryIO, path: Path, left: int) -> Iterator[tuple[str, bytes]]:
    for name, member in zip_members(stream, path, MOST_MEMBERS):
        data = _bounded(member, left, f"{path.name}/{name}")
        left -= len(data)
        yield f"{path.name}/{_shown(Path(name).name)}", data


def _shown(name: str) -> str:
    """Names are printed: whoever packed the file moves no cursor by them."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _bounded(stream: BinaryIO, most: int, name: str) -> bytes:
    data = stream.read(most + 1)
    if len(data) > most:
        raise BadRegistry(f"is larger than {MOST_BYTES // 1024**2} MB unpacked", file=name)
    return data
