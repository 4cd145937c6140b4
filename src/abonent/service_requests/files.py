"""Files that come with requests: what they are is seen from their content, and only what is drawn or written
anew is kept (docs/domain/requests.md, «Files»). Pure but for Pillow and the program that reads PDF."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from abonent.base import pictures
from abonent.base.errors import DomainError
from abonent.service_requests import pdf
from abonent.service_requests.problems import Problem
from abonent.service_requests.typed import SentFile

LONGEST_NAME = 150
#: A page of paper photographed can still be read.
LONGEST_SIDE = 2400
JPEG, PDF = "image/jpeg", "application/pdf"
_ENDING = {JPEG: ".jpg", PDF: ".pdf"}
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_ARCHIVES = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis", b"word/", b"xl/", b"ppt/")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_HEAD = 4096


class BadFile(DomainError):  # noqa: N818 - named after what the form says
    """The file is not taken; `problem` says why and what to do, `name` which."""

    def __init__(self, problem: Problem, name: str = "") -> None:
        super().__init__(problem.code)
        self.problem, self.name = problem, name


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """As it is kept."""

    name: str
    media_type: str
    content: bytes

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def prepare(sent: SentFile, *, megabytes: int) -> PreparedFile:
    """A picture drawn anew, or a PDF written anew. Raises BadFile.

    Nothing of the sender's file is kept as it came: no camera's notes, no author, nothing appended.
    """
    name = clean_name(sent.name)
    try:
        if not sent.content:
            raise BadFile(Problem("file_empty"))
        if len(sent.content) > megabytes * 1024 * 1024:
            raise BadFile(Problem("file_too_heavy", {"megabytes": megabytes}))
        media_type, content = _kept(sent.content, megabytes)
    except BadFile as refused:
        raise BadFile(refused.problem, name) from refused
    return PreparedFile(_with_ending(name, _ENDING[media_type]), media_type, content)


def _kept(file: bytes, megabytes: int) -> tuple[str, bytes]:
    if file.startswith(b"%PDF-"):
        return PDF, _document(file)
    if file.startswith(_PICTURES) or (file[:4] == b"RIFF" and file[8:12] == b"WEBP"):
        return JPEG, _picture(file, megabytes)
    raise BadFile(Problem(refusal_of(file)))


def _picture(file: bytes, megabytes: int) -> bytes:
    try:
        return pictures.prepare(file, megabytes=megabytes, longest_side=LONGEST_SIDE).jpeg
    except pictures.BadPictureError as error:
        facts = {"megapixels": pictures.MEGAPIXELS} if error.reason == "picture_too_large" else {}
        raise BadFile(Problem(error.reason, facts)) from error


def _document(file: bytes) -> bytes:
    try:
        return pdf.cleaned(file)
    except pdf.BadPdfError as error:
        facts = {"most": pdf.PAGES} if error.code == "pdf_too_many_pages" else {}
        raise BadFile(Problem(error.code, facts)) from error


def refusal_of(file: bytes) -> str:
    """The code of the problem of a file that is neither picture nor PDF, as far as its head tells."""
    head = file[:_HEAD]
    if pictures.is_heic(file):
        return "heic"
    if head.startswith(_ZIP):
        return "office_document" if any(mark in head for mark in _OFFICE) else "archive"
    if head.startswith((_OLD_OFFICE, b"{\\rtf")):
        return "office_document"
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return "archive"
    if b"%PDF-" in head[:1024]:
        return "pdf_damaged"
    if head.startswith(_PROGRAMS):
        return "program"
    return _text_refusal(head)


def _text_refusal(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").lower()
    if text.startswith(b"<"):
        return "svg"
    if b"\0" not in head and not any(byte < 9 for byte in head):
        return "plain_text"
    return "unknown_file"


_ENDINGS = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


def clean_name(name: str) -> str:
    """A name that is shown and saved: no folders, no control characters, nothing that turns the reading."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = re.sub(r"\s", " ", name)
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    name = re.sub(r'[<>:"|?*%]', "_", name)
    return " ".join(name.split()).strip(". ")[-4 * LONGEST_NAME :]


def _with_ending(name: str, ending: str) -> str:
    stem = _ENDINGS.sub("", name).rstrip(". ")[: LONGEST_NAME - len(ending)].rstrip(". ")
    return (stem or "file") + ending
