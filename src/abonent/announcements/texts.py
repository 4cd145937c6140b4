"""The texts of an announcement, by language: what they may hold, and what is missing. Pure."""

from collections.abc import Mapping, Sequence

LONGEST_TITLE, LONGEST_TEXT = 120, 3000

_PARTS = ("title", "text")
Texts = Mapping[str, Mapping[str, str]]
"""{"ru": {"title": …, "text": …}, …}."""


def tidied(given: Texts, languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """Titles on one line, texts without spaces at their ends and with one empty line at most between two
    paragraphs; the portal's languages alone.

    >>> tidied({"ru": {"title": " Нет  воды ", "text": "а \\n\\n\\n б"}, "fr": {"title": "x"}}, ["ru", "kk"])
    {'ru': {'title': 'Нет воды', 'text': 'а\\n\\nб'}, 'kk': {'title': '', 'text': ''}}
    """
    return {one: _tidied(given.get(one, {})) for one in languages}


def missing(texts: Texts, languages: Sequence[str]) -> tuple[str, ...]:
    """The languages of the portal in which there is no title or no text yet."""
    return tuple(one for one in languages if not all(texts.get(one, {}).get(key) for key in _PARTS))


def text_in(texts: Texts, language: str, fallback: str) -> tuple[str, str]:
    """(title, text) in a reader's language, else in the portal's own."""
    found = texts.get(language) or texts.get(fallback) or {}
    return found.get("title", ""), found.get("text", "")


def _tidied(one: Mapping[str, str]) -> dict[str, str]:
    lines = [" ".join(line.split()) for line in one.get("text", "").splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return {
        "title": " ".join(one.get("title", "").split())[:LONGEST_TITLE],
        "text": "\n".join(kept).strip()[:LONGEST_TEXT],
    }
