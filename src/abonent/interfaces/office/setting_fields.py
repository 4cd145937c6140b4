"""A form over a part of the profile: what is asked of each key, drawn from a value and read back into one.

Names of inputs are the paths of the value (`offices.0.name.ru`), so that a mistake the profile's model finds
leads to its input. The value as it was drawn travels along as JSON: keys that the form does not ask stay.
Nothing is checked here: the profile's own model does that.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from abonent.interfaces.ui import formatting

Kind = Literal["text", "long_text", "line", "lines", "whole", "decimal", "yes", "choice", "dates"]
Say = Callable[[], str] | str
Options = Sequence[tuple[str, str]]
Posted = QueryDict | MultiValueDict[str, str]


@dataclass(frozen=True)
class Ask:
    """One key. `text` and `long_text` are asked in each of the portal's languages."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    options: Callable[[], Options] | None = None
    required: bool = True
    suffix: str = ""
    new_only: bool = False
    """Chosen once, when the row is made; a row that is there keeps it."""


@dataclass(frozen=True)
class Rows:
    """A key that holds a list of rows."""

    name: str
    label: str
    asks: "Sequence[Ask | Rows]"
    row_label: Callable[[Mapping[str, Any], int], str]
    add: str = ""
    """What the button says that adds a row; empty: none can be added."""
    fresh: Callable[[list[Mapping[str, Any]]], dict[str, Any]] = lambda _: {}
    removable: Callable[[Mapping[str, Any]], bool] = lambda _: True
    movable: bool = True


@dataclass(frozen=True)
class Control:
    """One input, ready to draw."""

    type: str
    name: str
    label: str
    value: Any
    error: str = ""
    hint: str = ""
    required: bool = False
    suffix: str = ""
    options: Options = ()
    group: str = ""
    """What the inputs of one text in several languages are about; their labels are the languages."""


@dataclass(frozen=True)
class DrawnRow:
    index: int
    label: str
    controls: "list[Control | TextGroup | DrawnRows]"
    removable: bool
    up: bool
    down: bool


@dataclass(frozen=True)
class DrawnRows:
    name: str
    label: str
    add: str
    rows: list[DrawnRow]
    error: str = ""
    type: str = "rows"


@dataclass(frozen=True)
class TextGroup:
    """A text in every language."""

    name: str
    label: str
    hint: str
    required: bool
    controls: list[Control]
    type: str = "group"


@dataclass
class PartForm:
    """`value` is a mapping; `errors` by path. `languages`: (code, name) in the portal's order."""

    asks: Sequence[Ask | Rows]
    value: dict[str, Any]
    languages: Sequence[tuple[str, str]]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def was(self) -> str:
        return json.dumps(self.value, ensure_ascii=False)

    @property
    def controls(self) -> list[Control | TextGroup | DrawnRows]:
        return self._controls(self.asks, self.value, "")

    @property
    def found(self) -> list[tuple[str, str]]:
        """For the summary: (id of the input, what is wrong)."""
        return [("id_" + path if path else "", told) for path, told in self.errors.items()]

    def _controls(
        self, asks: Sequence[Ask | Rows], value: Mapping[str, Any], path: str
    ) -> list[Control | TextGroup | DrawnRows]:
        return [
            self._rows(one, value, path) if isinstance(one, Rows) else self._control(one, value, path)
            for one in asks
            if isinstance(one, Rows) or not one.new_only or value.get("_new")
        ]

    def _rows(self, rows: Rows, value: Mapping[str, Any], path: str) -> DrawnRows:
        name = path + rows.name
        found = value.get(rows.name) or []
        drawn = [
            DrawnRow(
                index,
                rows.row_label(row, index + 1),
                self._controls(rows.asks, row, f"{name}.{index}."),
                rows.removable(row),
                rows.movable and index > 0,
                rows.movable and index + 1 < len(found),
            )
            for index, row in enumerate(found)
        ]
        return DrawnRows(name, rows.label, rows.add, drawn, self.errors.get(name, ""))

    def _control(self, ask: Ask, value: Mapping[str, Any], path: str) -> Control | TextGroup:
        name, given = path + ask.name, value.get(ask.name)
        if ask.kind in ("text", "long_text"):
            return TextGroup(name, ask.label, ask.hint, ask.required, self._texts(ask, name, given))
        options = tuple(ask.options()) if ask.options else ()
        return Control(
            _TYPES[ask.kind],
            name,
            ask.label,
            _shown(ask.kind, given),
            self.errors.get(name, "") or self._inside(name),
            ask.hint,
            ask.required,
            ask.suffix,
            options,
        )

    def _inside(self, name: str) -> str:
        """A mistake in one line of several."""
        return next((told for path, told in self.errors.items() if path.startswith(name + ".")), "")

    def _texts(self, ask: Ask, name: str, given: Any) -> list[Control]:
        words = given if isinstance(given, dict) else {}
        kind = "textarea" if ask.kind == "long_text" else "text"
        whole = self.errors.get(name, "")
        return [
            Control(
                kind,
                f"{name}.{code}",
                language,
                words.get(code, ""),
                self.errors.get(f"{name}.{code}", "") or (whole if place == 0 else ""),
                required=ask.required,
                group=ask.label,
            )
            for place, (code, language) in enumerate(self.languages)
        ]


_TYPES = {
    "line": "text",
    "lines": "textarea",
    "dates": "textarea",
    "whole": "whole",
    "decimal": "decimal",
    "yes": "checkbox",
    "choice": "select",
}


def _shown(kind: Kind, given: Any) -> Any:
    if kind == "yes":
        return bool(given)
    if given is None:
        return ""
    if kind == "lines":
        return "\n".join(given)
    if kind == "dates":
        return "\n".join(_day_shown(one) for one in given)
    return str(given).replace(".", ",") if kind == "decimal" else str(given)


def _day_shown(day: str) -> str:
    try:
        return formatting.date(date.fromisoformat(day))
    except ValueError:
        return day


def value_posted(
    asks: Sequence[Ask | Rows], posted: Posted, languages: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The value as it is typed, over the one that was drawn. What is no number stays as it was typed."""
    try:
        was = json.loads(posted.get("was", ""))
    except (ValueError, RecursionError):
        was = {}
    codes = [code for code, _ in languages]
    return _read(asks, was if isinstance(was, dict) else {}, posted, "", codes)


def _read(
    asks: Sequence[Ask | Rows], was: dict[str, Any], posted: Posted, path: str, codes: list[str]
) -> dict[str, Any]:
    made = dict(was)
    for one in asks:
        name = path + one.name
        if isinstance(one, Rows):
            rows = was.get(one.name)
            rows = rows if isinstance(rows, list) else []
            made[one.name] = [
                _read(one.asks, row, posted, f"{name}.{index}.", codes)
                for index, row in enumerate(rows)
                if isinstance(row, dict)
            ]
        elif not one.new_only or was.get("_new"):
            made[one.name] = _typed(one, name, posted, codes)
    return made


def _typed(ask: Ask, name: str, posted: Posted, codes: list[str]) -> Any:
    if ask.kind in ("text", "long_text"):
        words = {code: posted.get(f"{name}.{code}", "").strip() for code in codes}
        return words if ask.required or any(words.values()) else None
    if ask.kind == "yes":
        return name in posted
    given = posted.get(name, "").strip()
    if ask.kind in ("lines", "dates"):
        lines = [" ".join(line.split()) for line in given.splitlines() if line.strip()]
        return [_day_typed(line) for line in lines] if ask.kind == "dates" else lines
    if ask.kind in ("whole", "decimal"):
        given = given.replace(" ", "").replace("\u00a0", "").replace(",", ".")
    return given or None


def _day_typed(line: str) -> str:
    """`21.11.2026` as ISO writes it; anything else as it stands, for the model to refuse."""
    day, _, rest = line.partition(".")
    month, _, year = rest.partition(".")
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}" if year else line


def acted(asks: Sequence[Ask | Rows], value: dict[str, Any], do: str) -> dict[str, Any]:
    """The value after a button of its rows: `add:fields`, `remove:offices:2`, `up:…`, `down:…`.

    A button that no row of this value has (a page left open) does nothing."""
    verb, _, rest = do.partition(":")
    path, _, at = rest.partition(":")
    rows = next((one for one in asks if isinstance(one, Rows) and one.name == path), None)
    if rows is None:
        return value
    found = list(value.get(path) or [])
    if verb == "add" and rows.add:
        return {**value, path: [*found, {**rows.fresh(found), "_new": True}]}
    place = int(at) if at.isdecimal() and len(at) < 6 else len(found)
    if place >= len(found):
        return value
    if verb == "remove" and rows.removable(found[place]):
        del found[place]
    to = place + {"up": -1, "down": 1}.get(verb, 0)
    if rows.movable and to != place and 0 <= to < len(found):
        found[place], found[to] = found[to], found[place]
    return {**value, path: found}


def without_marks(value: Any) -> Any:
    """The value for the profile's model: without the form's own marks of new rows, and without NUL, which no
    database keeps."""
    if isinstance(value, dict):
        return {key: without_marks(one) for key, one in value.items() if key != "_new"}
    if isinstance(value, str):
        return value.replace("\0", "")
    return [without_marks(one) for one in value] if isinstance(value, list) else value
