"""The typesetter: template and data in, PDF out. One typst compiler for each process, kept warm.

Templates see only the folder of templates and their data: no other file, no network, no system font. The
PDF is tagged (PDF/UA-1: title, language, table heads), and the same input gives the same bytes.
"""

import atexit
import json
import shutil
import tempfile
import threading
from collections.abc import Mapping
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "templates"
#: A PDF is dated by what it says, never by when it was drawn.
_TIMESTAMP = 0
#: Compilations after which typst evicts what none of them used.
_REMEMBERED = 11
_FACES = ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf")
_lock = threading.Lock()


class PaperError(Exception):
    """A template cannot be used: it is missing, or typst refuses it. The message names file and reason."""


def font_files() -> tuple[str, ...]:
    """Regular and semibold of Source Sans Pro: it has Kazakh letters, ₸, ₽ and figures of one width."""
    package = find_spec("font_source_sans_pro")
    if package is None or not package.submodule_search_locations:
        raise PaperError("the package font-source-sans-pro is not installed")
    folder = Path(package.submodule_search_locations[0]) / "files"
    return tuple(str(folder / face) for face in _FACES)


@cache
def _font_folder() -> str:
    """Exactly the faces the papers use: typst would pick among every file of the font's package."""
    folder = Path(tempfile.mkdtemp(prefix="abonent-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for face in font_files():
        (folder / Path(face).name).symlink_to(face)
    return str(folder)


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_font_folder()])
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)


def template_source(template: str | Path) -> bytes:
    """The text of a template: one of ours by its bare name, or an organisation's own `.typ` by its path."""
    path = Path(template)
    if path.suffix != ".typ":
        path = TEMPLATES / f"{path.name}.typ"
    try:
        return path.read_bytes()
    except OSError as error:
        raise PaperError(f"bill template {template}: cannot be read: {error.strerror}") from error


def _compile(source: bytes, inputs: dict[str, str]) -> bytes:
    """PDF/UA-1. It forbids a character no font has (an emoji in a name): then tagged, without the claim."""
    draw = partial(_compiler().compile, input=source, format="pdf", sys_inputs=inputs, timestamp=_TIMESTAMP)
    try:
        pdf = draw(pdf_standards="ua-1")
    except typst.TypstError:
        pdf = draw(pdf_standards=[])
    assert isinstance(pdf, bytes)  # noqa: S101 - typst gives a list for images only
    return pdf


def typeset(template: str | Path, content: Mapping[str, Any]) -> bytes:
    """One PDF. `PaperError` when the template is missing or wrong; safe to call from several threads."""
    source = template_source(template)
    inputs = {"data": json.dumps(content, ensure_ascii=False, separators=(",", ":"))}
    try:
        with _lock:
            return _compile(source, inputs)
    except typst.TypstError as error:
        raise PaperError(f"bill template {template}: {error.diagnostic or error.message}") from error


def forget() -> None:
    """Let typst drop what it remembers of finished documents: it keeps the last ten compilations.

    After a document of dozens of receipts this is the difference between 0.1 and 0.6 GB.
    """
    with _lock:
        for _ in range(_REMEMBERED):
            _compiler().compile(input=b"", format="pdf", sys_inputs=None)
