"""What is checked on every page of a journey, whatever the journey is about.

Title, language, one heading, nothing wider than the screen, no English left on a page in Russian or Kazakh;
and axe, in light and dark, on what the run has not shown it yet (`tests/plugins/axe.py`).
"""

import re
from collections.abc import Set
from typing import Any

from playwright.sync_api import Page

from tests.plugins import axe

#: Words that are written in Latin letters in every language.
LATIN = {"XXXXXXX", "English", "JavaScript", "Chrome", "HeadlessChrome", "Linux", "Email"}
LATIN |= {"Visa", "Mastercard"}

FACTS = """() => ({
    type: document.contentType,
    title: document.title,
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    wider: document.documentElement.scrollWidth - innerWidth,
    text: (document.querySelector("main") || document.body).innerText,
})"""
#: Not part of an address, an e-mail or a hyphened word: «E-mail» is a word of the manuals.
WORD = re.compile(r"(?<![\w@.:/-])[A-Za-z]{4,}(?![\w@/-])(?!\.\w)")


def at(page: Page, language: str, names: Set[str], *, by_axe: bool) -> list[str]:
    """What is wrong with the page, in words; nothing when all is well. axe waits for timers: not without
    JavaScript."""
    found: dict[str, Any] = page.evaluate(FACTS)
    if not found["type"].startswith("text/html"):
        return []
    said = {
        "has no title": "·" not in found["title"],
        f"is in {found['language']!r}, not {language!r}": found["language"] != language,
        f"has {found['headings']} headings of the first level": found["headings"] != 1,
        f"is {found['wider']} px wider than the screen": found["wider"] > 0,
    }
    wrong = [words for words, bad in said.items() if bad]
    if language != "en":
        wrong += [f"says {word!r} in English" for word in english(found["text"], names)]
    return [f"{page.url} {words}" for words in wrong + (axe.faults(page) if by_axe else [])]


def english(text: str, names: Set[str]) -> list[str]:
    """Latin words of four letters or more, without those that belong there."""
    for name in sorted(LATIN | names, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text)
    return WORD.findall(text)
