"""What a page weighs on its way to a phone: all of it at first, then each further page alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.journeys import steps
from tests.journeys.conftest import Walk
from tests.journeys.steps import KAZAKH
from tests.plugins.browser import OpenPage
from tests.plugins.live_portal import LivePortal

COLD, WARM = 45_000, 10_000  # bytes received, with headers
PHONE = {"width": 360, "height": 780}


WAY_IN = {
    "alseco": (replace(KAZAKH, password="Құпия сөз"), "demo"),
    "housing": (steps.in_russian(login="Email"), "demo@example.kz"),
}


class Scales:
    """Weighs what a page's loads receive, as the browser counts it: compressed, with headers."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.received: dict[str, int] = {}
        self._names: dict[str, str] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _asked(self, event: dict[str, object]) -> None:
        self._names[str(event["requestId"])] = str(event["request"]["url"])  # type: ignore[index]

    def _finished(self, event: dict[str, object]) -> None:
        name = self._names.get(str(event["requestId"]), "?")
        size = int(event["encodedDataLength"])  # type: ignore[call-overload]
        self.received[name] = self.received.get(name, 0) + size

    def load(self, address: str) -> int:
        self.received.clear()
        self.page.goto(address, wait_until="networkidle")
        return sum(self.received.values())


@pytest.fixture
def demo(walk: Walk) -> Callable[[str], tuple[LivePortal, BrowserContext, list[str]]]:
    """`demo("aes")`: the portal, a signed-in context, and the addresses of the menu."""

    def signed_in(name: str) -> tuple[LivePortal, BrowserContext, list[str]]:
        walker = walk(name, language="kk" if name == "alseco" else "ru", names={"demo"})
        steps.sign_in(walker, *WAY_IN[name], "demo")
        addresses = [link.evaluate("link => link.href") for link in walker.page.locator(".menu a").all()]
        return walker.portal, walker.page.context, addresses

    return signed_in


@pytest.mark.parametrize("name", ["alseco", "housing"])
def test_pages_weigh_little_and_further_ones_less(
    demo: Callable[[str], tuple[LivePortal, BrowserContext, list[str]]], open_page: OpenPage, name: str
) -> None:
    _, context, addresses = demo(name)
    state = context.storage_state()
    scales = Scales(open_page(viewport=PHONE, storage_state=state))
    cold = {addresses[0]: scales.load(addresses[0])}
    warm = {address: scales.load(address) for address in addresses}
    heaviest = max(warm, key=lambda address: warm[address])
    scales = Scales(open_page(viewport=PHONE, storage_state=state))
    cold[heaviest] = scales.load(heaviest)
    assert {one: weight for one, weight in cold.items() if weight > COLD} == {}, scales.received
    assert {one: weight for one, weight in warm.items() if weight > WARM} == {}


def test_the_first_page_a_visitor_sees(town_portal: Callable[[str], LivePortal], open_page: OpenPage) -> None:
    scales = Scales(open_page(viewport=PHONE))
    assert 0 < scales.load(f"{town_portal('aes').url}/login/") <= COLD, scales.received
    assert 0 < scales.load(f"{town_portal('aes').url}/signup/") <= WARM, scales.received
