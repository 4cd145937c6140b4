"""What people open in a spreadsheet. Pure.

Excel in Russian and in Kazakh parts columns at `;` and writes decimals with a comma, and takes a file without
a byte order mark for the old single-byte code page: so a file has a mark, semicolons and commas, whatever the
language of the page. Numbers are bare: no group spaces, no currency.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARK = "\ufeff"


def as_text(cell: str) -> str:
    """Somebody's words that a spreadsheet would take for a formula are kept a text. Not for numbers.

    >>> as_text("=1+1"), as_text("ул. Абая, 10")
    ("'=1+1", 'ул. Абая, 10')
    """
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell


def as_cell(value: object) -> str:
    """A value as a spreadsheet reads it back: decimals with a comma as they stand, days as `2026-11-21`.

    >>> as_cell(Decimal("1234.50")), as_cell(date(2026, 11, 21)), as_cell(-5), as_cell(None), as_cell("-5")
    ('1234,50', '2026-11-21', '-5', '', "'-5")
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return str(value) if isinstance(value, int | date) else as_text(str(value))


def csv_file(lines: Iterable[Iterable[object]]) -> bytes:
    """The lines, the head first, as a file; memory grows with it."""
    paper = io.StringIO(newline="")
    writer = csv.writer(paper, delimiter=";", lineterminator="\r\n")
    writer.writerows([as_cell(cell) for cell in line] for line in lines)
    return (_MARK + paper.getvalue()).encode()
