"""A program of its own: reads a PDF, refuses what is no plain document, writes it anew.

Run as `python -I pdf_cleaning.py` by `pdf.py`: the PDF on standard input, the answer on standard output: a
line with `ok` or the code of a problem, then the document. It knows the standard library and pikepdf alone.
What a sender's file can make of memory and time ends with this process: it bounds both before it reads.
"""

import io
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

MEMORY = 512 * 1024 * 1024
SECONDS = 20
PAGES, OBJECTS, DEPTH = 200, 50_000, 200
#: Of one stream and of all, unpacked: a page of a scanner at 600 dots an inch is 100 MB.
STREAM, STREAMS = 128 * 1024 * 1024, 512 * 1024 * 1024
DOTS = 120_000_000
_CHUNK = 1024 * 1024
_HEAD = 1024

#: What makes a document do something, or carry something else.
ACTIVE = frozenset({
    "/JS", "/JavaScript", "/AA", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/RichMedia", "/XFA",
    "/RichMediaContent", "/Collection", "/AF", "/3DD", "/Rendition",
})  # fmt: skip
ACTIVE_SUBTYPES = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/3D", "/Movie", "/Sound"})
#: Actions that only show another place of the same document, or open a page of the web by a click.
HARMLESS_ACTIONS = frozenset({"/GoTo", "/URI", "/Named"})
ADDRESSES = (b"https://", b"http://", b"mailto:", b"tel:")
MARKUP = (b"<html", b"<script", b"<!doctype", b"<svg", b"<?php", b"<body")


class RefusedError(Exception):
    """Its text is the code of the problem."""


def cleaned(file: bytes) -> bytes:
    """The document written anew: its pages, no title, no author, nothing appended. Raises RefusedError."""
    _check_ends(file)
    import pikepdf

    pikepdf.settings.set_qpdf_limits(
        parser_max_nesting=DEPTH,
        parser_max_errors=5,
        doc_max_warnings=50,
        max_stream_filters=4,
        flate_max_memory=STREAM,
        png_max_memory=STREAM,
        tiff_max_memory=STREAM,
        run_length_max_memory=STREAM,
        dct_max_memory=STREAM,
    )
    try:
        with pikepdf.open(io.BytesIO(file), attempt_recovery=False) as document:
            _check(document, pikepdf)
            return _written(document)
    except pikepdf.PasswordError as error:
        raise RefusedError("pdf_locked") from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError) as error:
        raise RefusedError("pdf_damaged") from error


def _check_ends(file: bytes) -> None:
    """A document from its first byte to its last: what stands before or behind is another file."""
    end = file.rstrip(b"\r\n\t \0")
    if not file.startswith(b"%PDF-") or not end.endswith(b"%%EOF") or len(file) - len(end) > _HEAD:
        raise RefusedError("pdf_damaged")
    if zipfile.is_zipfile(io.BytesIO(file)) or _has_markup(file):
        raise RefusedError("pdf_damaged")


def _has_markup(file: bytes) -> bool:
    head = file[:_HEAD].lower()
    return any(mark in head for mark in MARKUP)


def _check(document: Any, pikepdf: Any) -> None:
    left = STREAMS
    for count, one in enumerate(document.objects):
        if count >= OBJECTS:
            raise RefusedError("pdf_too_large")
        for part in _parts(one, pikepdf):
            _check_dictionary(part, pikepdf)
        if isinstance(one, pikepdf.Stream):
            left -= _unpacked(one, pikepdf, left)
    if len(document.pages) > PAGES:
        raise RefusedError("pdf_too_many_pages")
    if not len(document.pages):
        raise RefusedError("pdf_damaged")


def _parts(one: Any, pikepdf: Any, depth: int = 0) -> Iterator[Any]:
    """Every dictionary written directly inside an object; others come by themselves."""
    if depth > DEPTH:
        raise RefusedError("pdf_damaged")
    if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        yield one
        children = [one[key] for key in one.keys()]  # noqa: SIM118 - not a mapping to Python
    elif isinstance(one, pikepdf.Array):
        children = list(one)
    else:
        return
    for child in children:
        if not getattr(child, "is_indirect", False):
            yield from _parts(child, pikepdf, depth + 1)


def _check_dictionary(one: Any, pikepdf: Any) -> None:
    keys = set(one.keys())
    if keys & ACTIVE or _name(one, "/Subtype") in ACTIVE_SUBTYPES or _name(one, "/Type") == "/EmbeddedFile":
        raise RefusedError("pdf_active")
    if isinstance(one, pikepdf.Stream) and "/F" in keys:
        raise RefusedError("pdf_active")  # its content stands in another file
    if _name(one, "/Type") == "/Filespec" or (_is_action(one) and not _is_harmless(one)):
        raise RefusedError("pdf_active")


def _name(one: Any, key: str) -> str:
    value = one.get(key)
    return str(value) if value is not None and str(value).startswith("/") else ""


def _is_action(one: Any) -> bool:
    return _name(one, "/Type") == "/Action" or _name(one, "/S") in ACTIONS


#: Of PDF 2.0, table 201: a dictionary may also do without saying that it is an action.
ACTIONS = frozenset({
    "/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/Launch", "/Thread", "/URI", "/Sound", "/Movie", "/Hide",
    "/Named", "/SubmitForm", "/ResetForm", "/ImportData", "/SetOCGState", "/Rendition", "/Trans",
    "/GoTo3DView", "/JavaScript", "/RichMediaExecute",
})  # fmt: skip


#: Filters that make much of little.
PACKED = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})


def _is_harmless(action: Any) -> bool:
    kind = _name(action, "/S")
    if kind == "/URI":
        return bytes(action.get("/URI", b"")).strip().lower().startswith(ADDRESSES)
    return kind in HARMLESS_ACTIONS


def _unpacked(stream: Any, pikepdf: Any, left: int) -> int:
    """How long a stream is when it is unpacked; counted in pieces, nothing of it is kept."""
    filters = stream.get("/Filter")
    names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters or "")]
    if _name(stream, "/Subtype") == "/Image" and _dots(stream) > DOTS:
        raise RefusedError("pdf_too_large")
    if sum(name in PACKED for name in names) > 1 or len(names) > 3:
        raise RefusedError("pdf_too_large")  # packed twice: no program writes so, bombs do
    if names[0] not in ("/FlateDecode", "/Fl"):
        return len(stream.read_raw_bytes())
    return _inflated(stream.read_raw_bytes(), min(left, STREAM))


def _dots(image: Any) -> int:
    try:
        return int(image.get("/Width", 0)) * int(image.get("/Height", 0))
    except (TypeError, ValueError) as error:
        raise RefusedError("pdf_damaged") from error


def _inflated(packed: bytes, most: int) -> int:
    unpacker, size = zlib.decompressobj(), 0
    try:
        while packed and not unpacker.eof:
            size += len(unpacker.decompress(packed, _CHUNK))
            packed = unpacker.unconsumed_tail
            if size > most:
                raise RefusedError("pdf_too_large")
    except zlib.error as error:
        raise RefusedError("pdf_damaged") from error
    return size


def _written(document: Any) -> bytes:
    for key in ("/Metadata", "/PieceInfo", "/SpiderInfo"):
        if key in document.Root:
            del document.Root[key]
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    out = io.BytesIO()
    document.save(out, encryption=False, fix_metadata_version=False, compress_streams=False,
                  stream_decode_level=_nothing_unpacked())  # fmt: skip
    kept = out.getvalue()
    if zipfile.is_zipfile(io.BytesIO(kept)) or _has_markup(kept):
        raise RefusedError("pdf_active")
    return kept


def _nothing_unpacked() -> Any:
    import pikepdf

    return pikepdf.StreamDecodeLevel.none


def _bound() -> None:
    """For this process alone."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Answer for one document."""
    _bound()
    try:
        answer = b"ok\n" + cleaned(sys.stdin.buffer.read())
    except RefusedError as refused:
        answer = f"{refused}\n".encode()
    except MemoryError:
        answer = b"pdf_too_large\n"
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
