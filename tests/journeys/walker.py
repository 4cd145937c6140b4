"""A person at a portal: does what a manual says, and looks at every page it comes to.

`Walker` fills, presses and follows by the words on the screen; after each step the page is checked
(`tests/journeys/looking.py`). What it is told and what it finds are strings of the screen's language.
"""

import re
from collections.abc import Set
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.journeys import looking
from tests.plugins.live_portal import LivePortal

expect.set_options(timeout=15_000)  # the machine may be busy with the other tests
STAR = r"\s*\*?\s*"


def whole(words: str) -> re.Pattern[str]:
    """Exactly these words, with or without the star of a required field."""
    return re.compile(rf"^\s*{re.escape(words)}{STAR}$")


@dataclass
class Walker:
    """`names` are Latin words that a page in Russian or Kazakh may show: a login, a chosen name."""

    page: Page
    portal: LivePortal
    language: str
    names: Set[str] = frozenset()
    javascript: bool = True
    elsewhere: str = ""
    """The address of the bank, where the portal sends people to pay."""
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note_message)
        self.page.on("request", self._note_request)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _note_request(self, request: Request) -> None:
        known = (self.portal.url, "data:", "blob:", *([self.elsewhere] if self.elsewhere else []))
        if not request.url.startswith(known):
            self.complaints.append(f"{self.page.url} asked another host: {request.url}")

    def look(self) -> None:
        """Check the page one stands at, and complain of all that went wrong since the last look."""
        self.complaints += looking.at(self.page, self.language, self.names, by_axe=self.javascript)
        assert not self.complaints, "\n".join(self.complaints)

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path if path.startswith("http") else self.portal.url + path)
        self.look()

    def follow(self, words: str | re.Pattern[str], *, inside: str = "main", nth: int = 0) -> None:
        """Click a link by its words and come to its page."""
        self._step(self.page.locator(inside).get_by_role("link", name=words, exact=True).nth(nth))

    def menu(self, words: str) -> None:
        """Choose an entry of the menu, opening it where it is folded."""
        entry = self.page.locator(".menu").get_by_role("link", name=words, exact=True)
        if not entry.is_visible():
            self.page.locator(".menu-toggle summary").click()
        self._step(entry)

    def press(self, words: str, *, inside: str = "main") -> None:
        """Press a button and come to the page that answers."""
        self._step(self.page.locator(inside).get_by_role("button", name=words, exact=True).first)

    def _step(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.click()
        self.look()

    def field(self, words: str) -> Locator:
        """A field by its label."""
        return self.page.get_by_label(whole(words))

    def write(self, fields: dict[str, str]) -> None:
        """Fill in fields by their labels; a list is chosen from by the words in it."""
        for words, text in fields.items():
            one = self.field(words)
            if one.evaluate("field => field.tagName") == "SELECT":
                one.select_option(label=text)
            else:
                one.fill(text)

    def reads(self, *texts: str, inside: str = "main") -> None:
        """These words are on the page, to be seen."""
        for text in texts:
            expect(self.page.locator(inside).get_by_text(text).locator("visible=true").first).to_be_visible()

    def heads(self, words: str) -> None:
        """The page is called so."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def columns(self, words: list[str], *, table: int = 0) -> None:
        """The table has these columns, in this order."""
        expect(self.page.locator("main table").nth(table).locator("thead th")).to_have_text(words)

    def download(self, target: Locator, kind: str = "application/pdf") -> bytes:
        """What a link to a file leads to: of this kind, and kept by nobody."""
        address = target.get_attribute("href") or ""
        answer = self.page.context.request.get(
            self.page.evaluate("path => new URL(path, location).href", address)
        )
        assert answer.status == 200, answer.status_text
        assert answer.headers["content-type"].split(";")[0] == kind
        assert answer.headers["cache-control"].find("no-store") >= 0
        return answer.body()
