"""The body of a data table, joined in Python: a page has hundreds of cells, and a macro a cell is slow."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import get_language
from markupsafe import Markup, escape

from abonent.interfaces.ui import formatting
from abonent.portal.current import portal

Kind = Literal["text", "money", "amount", "date", "month", "quantity", "number", "html"]
_TO_THE_RIGHT = ("money", "amount", "quantity", "number")
_ALIGNED = {"right": "num", "center": "mid"}
_ABSENT = "—"
_EMPTY = '<td class="none"></td>'
_NESTED_ABSENT = '<td class="num none">—</td>'


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    align: str
    kind: Kind
    head: bool
    strong: bool


def column(
    label: str, align: str | None = None, kind: Kind = "text", head: bool = False, strong: bool = False
) -> Column:
    """A column of `data_table`. `kind` formats its values; numbers go to the right, unless `align` is given.

    `head=True` marks the cell that names the row: a row heading, and the card's title on a phone.
    `strong=True` is the figure people look for (the closing balance).
    """
    return Column(label, align or ("right" if kind in _TO_THE_RIGHT else "left"), kind, head, strong)


def _text(value: Any) -> str:
    return str(escape(value))


def _formatter(kind: Kind) -> Callable[[Any], str]:
    """Money, dates and quantities hold no character to escape; texts are escaped unless `Markup`."""
    if kind == "money":
        symbol = portal().currency_symbol
        return lambda value: formatting.money(value, symbol)
    if kind == "month":
        language = (get_language() or portal().language)[:2]
        return lambda value: formatting.month(value, language)
    simple: dict[str, Callable[[Any], str]] = {
        "amount": formatting.amount,
        "date": formatting.date,
        "quantity": formatting.quantity,
        "number": formatting.number,
    }
    return simple.get(kind, _text)


def _cells(columns: Sequence[Column]) -> list[tuple[str, Callable[[Any], str], str]]:
    """The opening tag, the formatter and the closing tag of each column's cell."""
    made = []
    for one in columns:
        name, scope = ("th", ' scope="row"') if one.head else ("td", "")
        classes = " ".join(filter(None, (_ALIGNED.get(one.align), "key" if one.strong else None)))
        shown = f' class="{classes}"' if classes else ""
        label = "" if one.head else f' data-label="{escape(one.label)}"' if one.label else ""
        made.append((f"<{name}{scope}{shown}{label}>", _formatter(one.kind), f"</{name}>"))
    return made


def body(
    columns: Sequence[Column], rows: Iterable[Sequence[Any]], nested: Sequence[int] | None = None
) -> Markup:
    """The rows of a table, `<tr>…</tr>` each; `nested` gives each row's level (0, 1, 2).

    Markup stands in a cell as it is, whatever the column's kind: a linked amount.

    An absent value is a dash; in a nested row it is left out where rows are cards, and so is an empty
    text: an action that this row does not have.
    """
    cells = _cells(columns)
    parts: list[str] = []
    for index, row in enumerate(rows):
        level = nested[index] if nested else 0
        parts.append(f'<tr class="level-{level}">' if level else "<tr>")
        for (opening, shown, closing), value in zip(cells, row, strict=True):
            if type(value) is Markup:
                parts.append(opening + str(value) + closing if value.strip() else _EMPTY)
            elif value is not None:
                parts.append(opening + shown(value) + closing if value != "" else _EMPTY)
            else:
                parts.append(_NESTED_ABSENT if level and closing == "</td>" else opening + _ABSENT + closing)
        parts.append("</tr>\n")
    return Markup("".join(parts))  # noqa: S704 - every value went through its formatter or escape()


def totals(columns: Sequence[Column], row: Sequence[Any]) -> Markup:
    """The totals row; a text in a column of numbers stays a text, an empty cell (None) stays empty."""
    parts = []
    for (opening, shown, closing), value in zip(_cells(columns), row, strict=True):
        if value is None:
            parts.append(f'<td class="none">{closing}' if closing == "</td>" else opening + closing)
        else:
            parts.append(opening + (str(escape(value)) if isinstance(value, str) else shown(value)) + closing)
    return Markup(f"<tr>{''.join(parts)}</tr>")  # noqa: S704 - as in body()
