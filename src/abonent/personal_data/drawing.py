"""The facts about a person on paper: headings, tables and cards in the reader's language, as PDF.

What a row is called and what its codes mean each room says itself (`personal.WORDS`); a code without words
shows itself, without the signs of programs. Times are the portal's.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from abonent.bills.brand import portal_brand
from abonent.bills.paper.content import brand_content, labels
from abonent.bills.paper.typesetting import forget, typeset
from abonent.personal_data.facts import words_of

TEMPLATE = Path(__file__).parent / "export.typ"
WIDEST = 6
"""Columns of a table; a row with more, or with parts of its own, is a card."""
_LONGEST_WORD = 26
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+]00:00")
_CODE = re.compile(r"[A-Za-z][\w.-]*(=[\w.-]*)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
Words = Mapping[str, str]
Row = Mapping[str, Any]


def draw(document: Mapping[str, Any], *, name: str, language: str) -> bytes:
    """The PDF of a document of `facts.facts_about`. Raises `PaperError`; writes nothing."""
    with translation.override(language):
        pdf = typeset(TEMPLATE, _content(document, name, language))
    forget()
    return pdf


def _content(document: Mapping[str, Any], name: str, language: str) -> dict[str, Any]:
    sections = list(_sections(document["facts"]))
    title = _("Your personal data")
    return {
        "kind": "export",
        "title": f"{title}: {name}" if name else title,
        "languages": [language],
        "labels": dict(labels((language,))),
        "items": [],
        "back": None,
        "heading": title,
        "brand": brand_content(portal_brand(), (language,)),
        "facts": [[_("Person"), name], [_("As of"), _value(document["made_at"], "", {})]],
        "says": _(
            "All that the portal keeps about you, as it was at this time. The same is in the JSON file."
        ),
        "sections": [one for one in sections if one["rows"]],
        "nothing": ", ".join(one["title"] for one in sections if not one["rows"]),
        "nothing_says": _("Nothing is kept of:"),
    }


def _sections(facts: Mapping[str, Mapping[str, list[Row]]]) -> Iterable[dict[str, Any]]:
    for room, sections in facts.items():
        words = words_of(room)
        for section, rows in sections.items():
            yield {"title": words.get(section, section), **_shape(rows, words)}


def _shape(rows: list[Row], words: Words) -> dict[str, Any]:
    """A table, or cards: the columns that say something, and the rows' cells."""
    keys = [
        key for key in (rows[0] if rows else ()) if any(row[key] not in (None, "", [], {}) for row in rows)
    ]
    parts = [key for key in keys if any(_is_parts(row[key]) for row in rows)]
    flat = [key for key in keys if key not in parts]
    return {
        "is_table": not parts and len(flat) <= WIDEST and not any(_is_long(row, flat) for row in rows),
        "columns": [words.get(key, key) for key in flat],
        "rows": [
            {
                "cells": [_value(row[key], key, words) for key in flat],
                "parts": [
                    {"title": words.get(key, key), **_shape(row[key], words)} for key in parts if row[key]
                ],
            }
            for row in rows
        ],
    }


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _is_long(row: Row, keys: Iterable[str]) -> bool:
    return any(isinstance(row[key], str) and len(row[key]) > 200 for key in keys)


def _value(value: Any, key: str, words: Words) -> str:
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return "; ".join(_detail(name, one, words) for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_value(one, key, words) for one in value)
    text = str(value)
    return _breakable(words.get(f"{key}={text}") or _subject(text, key, words) or _moment(text))


def _detail(name: str, value: Any, words: Words) -> str:
    """One of the facts that an action of the trail keeps: `way: in the cabinet`."""
    called = words.get(f"details.{name}") or words.get(name) or _plainly(name)
    told = ", ".join(_code(one, name, words) for one in (value if isinstance(value, list) else [value]))
    return f"{called}: {told}"


def _code(value: Any, name: str, words: Words) -> str:
    """A value of a detail: by its words, by those of the field that it names, or plainly."""
    if isinstance(value, str) and value:
        said = words.get(f"{name}={value}") or words.get(f"details.{value}") or words.get(value)
        return _breakable(said or _moment(_plainly(value)))
    return _value(value, name, words)


def _subject(text: str, key: str, words: Words) -> str:
    """To whom something was done: `account 17`, where the room has a word for the kind of thing."""
    kind, _colon, rest = text.partition(":")
    called = words.get(f"subject={kind}") if key == "subject" and rest else None
    return f"{called} {_plainly(rest)}" if called else ""


def _plainly(text: str) -> str:
    """A code as people read it: `in_force_from` -> `in force from`. Anything else stays as it is."""
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


def _moment(text: str) -> str:
    """A time by the portal's clocks, a day as people write it; anything else as it is."""
    if _MOMENT.fullmatch(text):
        return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(settings.TIME_ZONE)):%d.%m.%Y, %H:%M}"
    if _DAY.fullmatch(text):
        try:
            return f"{date.fromisoformat(text):%d.%m.%Y}"
        except ValueError:
            return text
    return text


def _breakable(text: str) -> str:
    """Words longer than a column is wide may be parted anywhere."""
    return re.sub(rf"(\S{{{_LONGEST_WORD}}})(?=\S)", "\\1\u200b", text)
