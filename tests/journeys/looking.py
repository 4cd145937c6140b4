"""What is checked on every page of a journey, whatever the journey is about.

Title, language, one heading, nothing wider than the screen, no English left on a page in Russian or Kazakh;
and axe, once for each page of each portal in a test run: whole in the light, contrast again in the dark.
"""

import re
from collections.abc import Set
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SEEN = Path()
"""A folder of the run, which its processes share: a file for each page that axe has looked at or looks at."""
#: Words that are written in Latin letters in every language.
LATIN = {"XXXXXXX", "English", "JavaScript", "Chrome", "HeadlessChrome", "Linux", "Email"}
LATIN |= {"Visa", "Mastercard"}

FACTS = """() => ({
    title: document.title,
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    wider: document.documentElement.scrollWidth - innerWidth,
    text: (document.querySelector("main") || document.body).innerText,
})"""
#: Not part of an address, an e-mail or a hyphened word: «E-mail» is a word of the manuals.
WORD = re.compile(r"(?<![\w@.:/-])[A-Za-z]{4,}(?![\w@/-])(?!\.\w)")


def at(page: Page, portal: str, language: str, names: Set[str], *, axe: bool) -> list[str]:
    """What is wrong with the page, in words; nothing when all is well. `axe` waits for timers: not without
    JavaScript."""
    if not page.evaluate("document.contentType").startswith("text/html"):
        return []
    found: dict[str, Any] = page.evaluate(FACTS)
    said = {
        "has no title": "·" not in found["title"],
        f"is in {found['language']!r}, not {language!r}": found["language"] != language,
        f"has {found['headings']} headings of the first level": found["headings"] != 1,
        f"is {found['wider']} px wider than the screen": found["wider"] > 0,
    }
    wrong = [words for words, bad in said.items() if bad]
    if language != "en":
        wrong += [f"says {word!r} in English" for word in english(found["text"], names)]
    return [f"{page.url} {words}" for words in wrong + (_axe(page, portal) if axe else [])]


def english(text: str, names: Set[str]) -> list[str]:
    """Latin words of four letters or more, without those that belong there."""
    for name in sorted(LATIN | names, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text)
    return WORD.findall(text)


def _axe(page: Page, portal: str) -> list[str]:
    if not _is_first(f"{portal}{_kind(page.url)}"):
        return []
    found = _violations(page, {"runOnly": RULES})
    page.emulate_media(color_scheme="dark")
    found += _violations(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    page.emulate_media(color_scheme="light")
    return found


def _is_first(page: str) -> bool:
    """Whoever makes the file looks: another process that comes to such a page does not wait for it."""
    try:
        (SEEN / page.replace("/", "_")).open("x").close()
    except FileExistsError:
        return False
    return True


def _kind(address: str) -> str:
    """The page without what names one account, letter or person."""
    return re.sub(r"/([\w:-]{16,}|\d+)(?=[/?]|$)", "/…", re.sub(r"^https?://[^/]+|[?#].*$", "", address))


@cache
def _axe_core() -> Axe:
    return Axe()


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    found = _axe_core().run(page, options={**options, "resultTypes": ["violations"]}).response["violations"]
    return [f"axe {one['id']}: {_first(one['nodes'])}" for one in found]


def _first(nodes: list[dict[str, Any]]) -> str:
    return f"{len(nodes)} of {nodes[0]['html'][:150]}: {nodes[0]['failureSummary'][:250]}"
