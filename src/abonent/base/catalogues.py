"""The translations' binary form: `django.po`, which people write, into `django.mo`, which gettext reads."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from abonent.base.errors import DomainError

if TYPE_CHECKING:
    from babel.messages import Catalog

PACKAGE = Path(__file__).resolve().parents[1]


class CatalogueError(DomainError):
    """A catalogue cannot be read; the message names file and line."""


def sources(root: Path = PACKAGE) -> Iterator[Path]:
    """Every `django.po` below `root`."""
    return root.rglob("locale/*/LC_MESSAGES/django.po")


def stale(root: Path = PACKAGE) -> list[Path]:
    """The `django.po` files whose binary form is missing or older than they are."""
    return [source for source in sorted(sources(root)) if _is_stale(source)]


def compile_stale(root: Path = PACKAGE) -> list[Path]:
    """Compile what is stale; returns the compiled `django.po` files. Fuzzy translations, which are guesses,
    are left out. Safe to repeat, also by several processes at once: each file is replaced whole. Raises
    CatalogueError."""
    compiled = stale(root)
    for source in compiled:
        _compile(source)
    return compiled


def read(source: Path) -> "Catalog":
    """The catalogue in a `django.po`. Raises CatalogueError."""
    from babel.messages import pofile

    try:
        with source.open("rb") as text:
            return pofile.read_po(text, locale=source.parents[1].name, abort_invalid=True)
    except pofile.PoFileError as error:
        raise CatalogueError(f"{source}: {error}") from error


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> None:
    from babel.messages import mofile

    catalogue = read(source)
    with tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as half:
        mofile.write_mo(half, catalogue, use_fuzzy=False)
    Path(half.name).chmod(0o644)
    Path(half.name).replace(source.with_suffix(".mo"))
