"""Blocks of lines -> columns of good values, and the bad rows named.

Nearly every block of an honest file is matched by one pattern, asked of all of it at once; such a block has
no problem (tests hold the pattern against the rules). What it does not match is judged value by value by the
rules of `formats.bundle`: those alone say that a row is bad, and why.
"""

import csv
import re
from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from abonent.base.months import Month
from abonent.exchange.blocks import Block
from abonent.exchange.formats import bundle
from abonent.exchange.formats.bundle import Column, File
from abonent.exchange.problems import Problems

_IN_QUOTES = r'[^"\x00-\x1f\x7f]'
_BARE = r'[^,"\x00-\x1f\x7f]'
_DAYS = (
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[13578]|1[02])-31)"
)
#: Kinds whose patterns do not count characters.
_ANY_LENGTH = ("text", "words")
_PATTERNS = {
    "code": r"[0-9A-Za-zА-Яа-я_.:/-]{{1,{longest}}}",
    "number": r"[0-9A-Za-z][0-9A-Za-z/._-]{{0,{less}}}",
    "email": r"[0-9A-Za-z._+-]{{1,60}}@[0-9A-Za-z-]{{1,60}}\.[0-9A-Za-z.]{{1,60}}",
    "month": r"(?:19|20|21)[0-9]{{2}}-(?:0[1-9]|1[0-2])",
    "date": r"(?:19|20|21)[0-9]{{2}}-" + _DAYS.replace("{", "{{").replace("}", "}}"),
}


def _fast_pattern(column: Column, character: str) -> str:
    """What surely is good in `column`; a text is made of `character`."""
    match column.kind:
        case "text":
            edge = character.replace("[^", "[^ ")
            return rf"{edge}(?:{character}*{edge})?"
        case "choice":
            return "|".join(map(re.escape, column.choices))
        case "decimal":
            return column.spelling.pattern
        case "integer" if column.low == 0 and set(str(column.high)) == {"9"}:
            return rf"[0-9]{{1,{len(str(column.high))}}}"
        case "integer":
            return "|".join(map(str, range(column.low, column.high + 1)))
        case "words":
            return column.spelling.pattern
        case "time_zone":
            return "|".join(map(re.escape, sorted(bundle.time_zones())))
        case kind:
            return _PATTERNS[kind].format(longest=column.longest, less=column.longest - 1)


def line_pattern(columns: Sequence[Column], *, quoted: bool) -> str:
    """What only lines without any problem match from end to end (the future and the length of texts
    aside)."""
    parts = []
    for column in columns:
        bare = f"(?:{_fast_pattern(column, _BARE)})"
        part = rf'(?:{bare}|"(?:{_fast_pattern(column, _IN_QUOTES)})")' if quoted else bare
        parts.append(part if column.required else f"{part}?")
    return ",".join(parts)


class Checker:
    """Checks the blocks of one file. `refused` is told the values of each bad row."""

    def __init__(
        self,
        file: File,
        header: Sequence[str],
        problems: Problems,
        *,
        today: date,
        refused: Callable[[dict[str, str]], None] = lambda values: None,
    ) -> None:
        self.file, self.header, self.problems, self.today = file, list(header), problems, today
        self.refused = refused
        self.columns = [file.column(name) for name in header]
        self._bare = line_pattern(self.columns, quoted=False)
        self._quoted = line_pattern(self.columns, quoted=True)
        latest = {"date": str(today), "month": str(Month.of(today) + 1)}
        odd = [pl.col(c.name) > latest[c.kind] for c in self.columns if c.past]
        odd += [pl.col(c.name).str.len_chars() > c.longest for c in self.columns if c.kind in _ANY_LENGTH]
        self._odd = pl.any_horizontal(odd).fill_null(False) if odd else None
        self.wanted = self.header
        """Of the rows of a block with bad ones: whoever refuses the file anyway needs fewer columns."""
        self._hopeful = True  # where one block had a bad row the next has: it is asked line by line at once

    def check(self, block: Block) -> pl.DataFrame:
        """The good rows of a block: `line`, and a column of texts for each of the file's, null where empty.
        Bad rows are noted among the problems."""
        quoted = '"' in block.text
        pattern = self._quoted if quoted else self._bare
        if self._hopeful and pl.Series([block.text]).str.contains(f"^(?:{pattern}\n)*$").item():
            return self._without_odd(self._parsed(block.data, quoted).with_row_index("line", block.line))
        lines = pl.Series("text", [block.text[:-1]]).str.split("\n").explode()
        good = lines.str.contains(f"^{pattern}$")
        self._hopeful = bool(good.all())
        return self._sifted(block, pl.DataFrame({"text": lines}).with_row_index("line", block.line), good)

    def _sifted(self, block: Block, lines: pl.DataFrame, good: pl.Series) -> pl.DataFrame:
        """The rows of the lines that are `good`, and of those that turn out to be when they are judged."""
        frame = self._good_rows(block, lines, good)
        if self._odd is not None and (odd := frame.select(self._odd).to_series()).any():
            doubtful = lines.filter(~good | lines["line"].is_in(frame.filter(odd)["line"].implode()))
            frame = frame.filter(~odd)
        else:
            doubtful = lines.filter(~good)
        return pl.concat([frame, self._judged(doubtful).select(frame.columns)])

    def _good_rows(self, block: Block, lines: pl.DataFrame, good: pl.Series) -> pl.DataFrame:
        """Without quotation marks every line is a row whatever is in it (an empty one aside), so that the
        block can be parsed as it is."""
        if not good.any():
            return pl.DataFrame(schema=self._schema).select("line", *self.wanted)
        frame = None if '"' in block.text else self._parsed_ragged(block.data)
        if frame is not None and frame.height == block.rows:
            frame = frame.filter(good)
        else:
            text = lines["text"].filter(good).str.join("\n").item()
            frame = self._parsed(f"{text}\n".encode(), quoted=True).select(self.wanted)
        return frame.insert_column(0, lines["line"].filter(good))

    def _parsed(self, data: bytes, quoted: bool) -> pl.DataFrame:
        return pl.read_csv(
            data,
            has_header=False,
            new_columns=self.header,
            schema_overrides=[pl.String] * len(self.header),
            quote_char='"' if quoted else None,
        )

    def _parsed_ragged(self, data: bytes) -> pl.DataFrame:
        """The wanted columns of rows that may be too short or too long, also the first one: a line of names
        before it shows how many values there are."""
        return pl.read_csv(
            ",".join(self.header).encode() + b"\n" + data,
            columns=self.wanted,
            schema_overrides=dict.fromkeys(self.header, pl.String),
            quote_char=None,
            truncate_ragged_lines=True,
        ).select(self.wanted)

    def _without_odd(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Take out rows in the future or too long, which no pattern sees, and name them."""
        if self._odd is None or not (odd := frame.select(self._odd).to_series()).any():
            return frame
        for row in frame.filter(odd).iter_rows():
            self._judge(row[0], ["" if value is None else value for value in row[1:]])
        return frame.filter(~odd)

    @property
    def _schema(self) -> dict[str, type[pl.DataType]]:
        return {"line": pl.UInt32} | dict.fromkeys(self.header, pl.String)

    def _judged(self, doubtful: pl.DataFrame) -> pl.DataFrame:
        """Those of the lines that are good after all."""
        fine = [
            (line, *[value.strip(" ") or None for value in values])
            for line, text in doubtful.iter_rows()
            if (values := self._split(line, text)) is not None and self._judge(line, values)
        ]
        return pl.DataFrame(fine, schema=self._schema, orient="row")

    def _split(self, line: int, text: str) -> list[str] | None:
        """The values of a line; None, and a problem, when they are not as many as the columns."""
        if not text:
            self.problems.add(self.file.name, line, "", "", "is an empty line")
            return None
        try:
            values = next(csv.reader([text], strict=True))
        except csv.Error:
            reason = "has an unpaired quotation mark; a value on several lines is not possible"
            self.problems.add(self.file.name, line, "", text, reason)
            return None
        if len(values) != len(self.header):
            reason = f"has {len(values)} values where the header names {len(self.header)} columns"
            self.problems.add(self.file.name, line, "", text, reason)
            return None
        return values

    def _judge(self, line: int, values: Sequence[str]) -> bool:
        """Whether every value may stand; each that may not is noted."""
        fine = True
        for column, value in zip(self.columns, values, strict=True):
            if reason := bundle.problem(column, value, today=self.today):
                self.problems.add(self.file.name, line, column.name, value, reason)
                fine = False
        if not fine:
            self.refused(dict(zip(self.header, values, strict=True)))
        return fine
