"""Files: what they are is seen from their content, and nothing of the sender's file is kept as it came."""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pikepdf import Dictionary, Encryption, Name, ObjectStreamMode, StreamDecodeLevel
from PIL import Image

from abonent.service_requests import pdf as reader
from abonent.service_requests.files import LONGEST_NAME, BadFile, clean_name, prepare
from abonent.service_requests.problems import PROBLEMS
from abonent.service_requests.typed import SentFile
from tests.service_requests import documents
from tests.service_requests.conftest import jpeg
from tests.service_requests.documents import SECRET, clicked, contents, opening, pdf

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PLAIN = Name.FlateDecode
Content = bytes | Callable[[], bytes]


def made(content: Content) -> bytes:
    """What takes long to make is made when its turn comes, not in every process that collects tests."""
    return content if isinstance(content, bytes) else content()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def word() -> bytes:
    return zipped(**{"[Content_Types].xml": b"<Types/>", "word__document.xml": b"<w/>"})


def refused(content: bytes, name: str = "file.pdf", megabytes: int = 12) -> str:
    with pytest.raises(BadFile) as told:
        prepare(SentFile(name, content), megabytes=megabytes)
    problem = told.value.problem
    assert problem.code in PROBLEMS
    assert "%(" not in problem.message
    return problem.code


def kept(content: bytes, name: str = "file.pdf") -> bytes:
    file = prepare(SentFile(name, content), megabytes=12)
    assert file.media_type == "application/pdf"
    return file.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(out, kind, exif=exif)
    file = prepare(SentFile(f"Справка.{kind.lower()}", out.getvalue() + zipped(a=b"b")), megabytes=12)
    assert (file.name, file.media_type) == ("Справка.jpg", "image/jpeg")
    assert SECRET.encode() not in file.content
    assert not zipfile.is_zipfile(io.BytesIO(file.content))
    assert Image.open(io.BytesIO(file.content)).size == (80, 60)


def test_a_page_of_paper_stays_readable_and_no_larger() -> None:
    file = prepare(SentFile("a.jpg", jpeg((4000, 3000))), megabytes=12)
    assert Image.open(io.BytesIO(file.content)).size == (2400, 1800)


def test_a_pdf_is_written_anew_without_its_author() -> None:
    content = kept(pdf(pages=3))
    assert SECRET.encode() not in content
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages) == 3
        assert not document.docinfo
    assert len(pypdfium2.PdfDocument(content)) == 3


GOOD = {
    "a place of its own": pdf(documents.to_the_second_page),
    "a page of the web": pdf(clicked(Dictionary(S=Name.URI, URI="https://example.kz"))),
    "old": pdf(min_version="1.3", object_stream_mode=ObjectStreamMode.disable),
    "objects in streams": pdf(object_stream_mode=ObjectStreamMode.generate),
    "linearized": pdf(linearize=True),
    "an owner's password only": pdf(encryption=Encryption(owner="secret", user="")),
    "two hundred pages": pdf(pages=200),
    "a line behind the end": pdf() + b"\r\n\r\n",
    "much in little": pdf(
        contents(documents.bomb(20_000_000), PLAIN), stream_decode_level=StreamDecodeLevel.none
    ),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_what_is_taken(content: bytes) -> None:
    assert len(pypdfium2.PdfDocument(kept(content))) >= 1


RAW = {"stream_decode_level": StreamDecodeLevel.none, "compress_streams": False}
BAD = {
    "a script at the start": (pdf(opening(Dictionary(S=Name.JavaScript, JS="app.alert(1)"))), "pdf_active"),
    "a script by name": (pdf(documents.named_script), "pdf_active"),
    "a script of a page": (pdf(documents.when_the_page_opens), "pdf_active"),
    "a program": (pdf(opening(Dictionary(S=Name.Launch, F="cmd.exe"))), "pdf_active"),
    "a program by click": (pdf(clicked(Dictionary(S=Name.Launch, F="cmd.exe"))), "pdf_active"),
    "sends a form": (pdf(clicked(Dictionary(S=Name.SubmitForm, F="http://x"))), "pdf_active"),
    "a script as an address": (pdf(clicked(Dictionary(S=Name.URI, URI="javascript:alert(1)"))), "pdf_active"),
    "a file of the machine": (pdf(clicked(Dictionary(S=Name.URI, URI="file:///etc/passwd"))), "pdf_active"),
    "another document": (pdf(clicked(Dictionary(S=Name.GoToR, F="other.pdf"))), "pdf_active"),
    "a film": (pdf(clicked(Dictionary(), Name.RichMedia)), "pdf_active"),
    "an attachment": (pdf(documents.attached), "pdf_active"),
    "a form of XFA": (pdf(documents.form_of_xfa), "pdf_active"),
    "content elsewhere": (pdf(documents.content_elsewhere, **RAW), "pdf_active"),
    "a password": (pdf(encryption=Encryption(owner="b", user="a")), "pdf_locked"),
    "a page too many": (pdf(pages=201), "pdf_too_many_pages"),
    "a bomb": (pdf(contents(documents.bomb(140_000_000), PLAIN), **RAW), "pdf_too_large"),
    "a bomb of a table": (documents.table_of_a_bomb(300_000_000), "pdf_damaged"),
    "packed twice": (
        pdf(contents(zlib.compress(documents.bomb(1_000_000)), PLAIN, PLAIN), **RAW),
        "pdf_too_large",
    ),
    "a crowd of objects": (
        lambda: pdf(documents.crowd, object_stream_mode=ObjectStreamMode.generate),
        "pdf_too_large",
    ),
    "a picture of gigapixels": (pdf(documents.huge_picture, **RAW), "pdf_too_large"),
    "begins as a GIF": (b"GIF89a" + pdf(), "pdf_damaged"),
    "begins with HTML": (b"<html><script>alert(1)</script>" + pdf(), "pdf_damaged"),
    "HTML in its head": (pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n<html><script>", 1), "pdf_damaged"),
    "ends as a zip": (pdf() + zipped(a=b"b"), "pdf_damaged"),
    "a zip that begins as a PDF": (b"%PDF-1.4\n" + zipped(a=b"b") + b"%%EOF", "pdf_damaged"),
    "cut off": (pdf()[:-200], "pdf_damaged"),
    "cut off, with an end": (pdf()[:-200] + b"%%EOF", "pdf_damaged"),
    "words only": (b"%PDF-1.4\nI am a document\n%%EOF", "pdf_damaged"),
    "nested": (
        pdf(object_stream_mode=ObjectStreamMode.disable).replace(
            b"/Type /Catalog", b"/Type /Catalog /X " + b"[" * 9000 + b"]" * 9000
        ),
        "pdf_damaged",
    ),
}


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=BAD)
def test_what_is_refused_of_pdf(content: Content, code: str) -> None:
    assert refused(made(content)) == code


OTHERS = {
    "a drawing with a script": (SVG, "svg"),
    "a drawing behind a mark and blanks": (b"\xef\xbb\xbf \n" + SVG, "svg"),
    "a page of the web": (b"<!DOCTYPE html><script>alert(1)</script>", "svg"),
    "a zip": (zipped(a=b"b"), "archive"),
    "a zip bomb": (lambda: zipped(a=bytes(50_000_000)), "archive"),
    "gzip": (gzip.compress(b"x"), "archive"),
    "rar": (b"Rar!\x1a\x07\x01\x00", "archive"),
    "tar": (b"a.txt".ljust(257, b"\0") + b"ustar\x0000", "archive"),
    "Word": (word(), "office_document"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "office_document"),
    "rich text": (b"{\\rtf1 hello}", "office_document"),
    "a program of Windows": (b"MZ\x90\x00" + bytes(60), "program"),
    "a program of Linux": (b"\x7fELF\x02" + bytes(60), "program"),
    "a program in words": (b"#!/bin/sh\nrm -rf /", "program"),
    "a text": ("Прошу пересчитать".encode(), "plain_text"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(40), "heic"),
    "GIF": (b"GIF89a\x01\x00\x01\x00\x00", "unknown_file"),
    "noise": (bytes(range(256)), "unknown_file"),
    "a picture cut off": (jpeg((900, 900))[:300], "not_a_picture"),
    "empty": (b"", "file_empty"),
}


@pytest.mark.parametrize(("content", "code"), OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("name", ["photo.jpg", "file.pdf"])
def test_what_else_is_refused_whatever_it_is_called(content: Content, code: str, name: str) -> None:
    assert refused(made(content), name) == code


def test_the_size_is_bounded_before_anything_is_read() -> None:
    assert refused(jpeg() + bytes(1024 * 1024), megabytes=1) == "file_too_heavy"
    assert refused(pdf() + bytes(1024 * 1024), megabytes=1) == "file_too_heavy"


def test_a_program_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass\n")
    monkeypatch.setattr(reader, "PROGRAM", endless)
    monkeypatch.setattr(reader, "SECONDS", 0.2)
    assert refused(pdf()) == "pdf_too_large"


@pytest.mark.parametrize(
    "program",
    ["import os; os.abort()", "import sys; sys.exit(3)", "raise MemoryError", "bytearray(1 << 44)"],
)
def test_a_program_that_falls_refuses_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    falling = tmp_path / "falling.py"
    falling.write_text(f"{program}\n")
    monkeypatch.setattr(reader, "PROGRAM", falling)
    assert refused(pdf()) == "pdf_too_large"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Справка.pdf", "Справка.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\scan.PDF", "scan.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("virus.pdf.exe", "virus.pdf.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("\u200b\x00", "file.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ('<a href="x">.pdf', "_a href=_x__.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("я" * 300 + ".pdf", "я" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(name: str, cleaned: str) -> None:
    file = prepare(SentFile(name, pdf()), megabytes=12)
    assert file.name == cleaned
    assert len(file.name) <= LONGEST_NAME


@given(some.text(max_size=400))
def test_a_cleaned_name_harms_nobody(name: str) -> None:
    cleaned = clean_name(name)
    assert not re.search(r'[/\\<>:"|?*%\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]', cleaned)
    assert cleaned == cleaned.strip(". ")
