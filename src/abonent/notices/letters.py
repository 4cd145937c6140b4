"""The text of a letter from its template: plain text, in the reader's language."""

import re
from functools import cache
from pathlib import PurePath
from typing import Any

from django.template import engines
from django.utils import translation
from jinja2 import Environment

from abonent.portal.current import portal

LONGEST_SUBJECT = 200


def compose(template: str, *, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """(subject, text): the template's first line is the subject. Nothing is escaped: it is not HTML.

    `template` is found in any room's `templates/`; its letters go by `{% extends "notices/letter.txt" %}`.
    """
    profile = portal()
    chosen = language if language in profile.languages else profile.language
    with translation.override(chosen):
        drawn = _environment().get_template(template).render({**context, "profile": profile})
    subject, _, text = drawn.strip().partition("\n")
    return one_line(subject), re.sub(r"\n\s*\n", "\n\n", text).strip() + "\n"


@cache
def _environment() -> Environment:
    """The pages' environment for plain text: nothing is escaped, and lines end where the template's do."""
    pages: Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    return pages.overlay(autoescape=False, trim_blocks=False)


def kind_of(template: str) -> str:
    """`users/letters/password_changed.txt` -> `password_changed`."""
    return PurePath(template).stem[:40]


def one_line(text: str) -> str:
    """A subject is one line without control characters: nobody adds a header through a name."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())[:LONGEST_SUBJECT]
