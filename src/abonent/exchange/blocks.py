"""A file in blocks of whole lines: encoding, line ends and the header are checked on the way."""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from abonent.exchange.formats.bundle import File
from abonent.exchange.problems import Problems
from abonent.exchange.reading import Limits, Source

_BOMS = {
    codecs.BOM_UTF8: "begins with a byte order mark (BOM): save it as UTF-8 without one",
    codecs.BOM_UTF16_LE: "is in UTF-16: save it as UTF-8",
    codecs.BOM_UTF16_BE: "is in UTF-16: save it as UTF-8",
}


@dataclass(frozen=True)
class Block:
    """Whole lines, the last one ended too; `line` is the first one's number."""

    data: bytes
    text: str
    line: int
    rows: int


class UnreadableFile(Exception):  # noqa: N818 - told as a Problem
    """The rest of the file cannot be read: `line` and the reason."""

    def __init__(self, line: int, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.line, self.reason, self.column = line, reason, column


class Blocks:
    """The blocks of one source after its header. Iterate once; then `digest` is that of the whole file."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._sha = hashlib.sha256()
        self._rest = b""
        self.hashing = True
        """Whoever does not need the digest any more spares the time."""
        first = self._more()
        for mark, reason in _BOMS.items():
            if first.startswith(mark):
                raise UnreadableFile(1, reason)
        self._rest = first
        self.header = self._header()

    @property
    def digest(self) -> str:
        return self._sha.hexdigest()

    def _more(self) -> bytes:
        data = self._source.stream.read(self._limits.block) or b""
        if self.hashing:
            self._sha.update(data)
        return data

    def _header(self) -> list[str]:
        end = self._rest.find(b"\n")
        if end < 0:
            end = len(self._rest)
        if end > self._limits.line:
            raise UnreadableFile(1, f"is longer than {self._limits.line} bytes")
        line, self._rest = self._rest[:end], self._rest[end + 1 :]
        if not line.strip():
            raise UnreadableFile(1, "is empty: the first line must name the columns")
        return next(csv.reader([_decoded(line, 1)]))

    def __iter__(self) -> Iterator[Block]:
        line = 2
        while data := self._next(line):
            rows = data.count(b"\n")
            yield Block(data, _decoded(data, line), line, rows)
            line += rows

    def _next(self, line: int) -> bytes:
        """The next whole lines; what follows the last line's end waits for the block after."""
        data = self._rest or self._more()
        if not data:
            return b""
        while (end := data.rfind(b"\n")) < 0:
            if len(data) > self._limits.line:
                raise UnreadableFile(line, f"is longer than {self._limits.line} bytes")
            more = self._more()
            if not more:
                self._rest = b""
                return data + b"\n"
            data += more
        self._rest = data[end + 1 :]
        if len(self._rest) > self._limits.line:
            raise UnreadableFile(line + data.count(b"\n"), f"is longer than {self._limits.line} bytes")
        if self._rest:
            self._rest += self._more()
        return data[: end + 1]


def _decoded(data: bytes, line: int) -> str:
    """CR and wrong encoding concern the whole file: their first place says it all."""
    if (place := data.find(b"\r")) >= 0:
        raise UnreadableFile(
            line + data.count(b"\n", 0, place),
            "ends with CR (as Windows writes): lines must end with LF alone",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start)
        byte = f"byte 0x{data[error.start]:02X}"
        raise UnreadableFile(line + at, f"is not UTF-8 ({byte}): save the file as UTF-8") from None


def check_header(file: File, header: list[str], problems: Problems) -> bool:
    """Note every column that is missing, unknown or named twice. True when there was none."""
    known = {column.name for column in file.columns}
    before = problems.errors
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            problems.add(file.name, 1, name, name, "stands twice among the columns")
        if name not in known:
            problems.add(file.name, 1, name, name, _unknown_column(name, known))
    for name in file.required:
        if name not in header:
            problems.add(file.name, 1, name, "", "is required, but the file has no such column")
    return problems.errors == before


def _unknown_column(name: str, known: set[str]) -> str:
    if ";" in name or "\t" in name:
        return "is not a column: values are parted by commas"
    if name.strip().lower() in known:
        return f"is not a column: write {name.strip().lower()}"
    return f"is not a column of this file; those are {', '.join(sorted(known))}"
