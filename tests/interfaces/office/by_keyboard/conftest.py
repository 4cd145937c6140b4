"""Staff at a keyboard: chromium, whose requests Django's test client answers in its own transaction."""

from collections.abc import Callable, Iterator
from contextvars import copy_context
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from tests.plugins.browser import browser

__all__ = ["browser"]

SITE = "http://testserver"
Sit = Callable[..., Page]


@pytest.fixture
def sit(browser: Browser) -> Iterator[Sit]:
    """`sit(client, "/office/readings/", width=1280, script=True)`: the page before a member of the staff."""
    contexts = []

    def open_page(client: Client, path: str, *, width: int = 1280, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, reduced_motion="reduce", java_script_enabled=script
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        here = copy_context()  # with the test's connection to the database: Playwright calls from elsewhere
        context.route("**/*", lambda route: here.copy().run(_answer, client, route))
        page = context.new_page()
        page.goto(SITE + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _answer(client: Client, route: Route) -> None:
    asked = route.request
    parts = urlsplit(asked.url)
    answer = client.generic(
        asked.method,
        f"{parts.path}?{parts.query}",
        asked.post_data_buffer or b"",
        content_type=asked.headers.get("content-type", "text/plain"),
    )
    if location := answer.headers.get("Location"):
        # A fulfilled answer cannot send on: the browser is told where to go by the page itself.
        body = f'<meta http-equiv="refresh" content="0;url={location}">'
        route.fulfill(status=200, content_type="text/html", body=body)
        return
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    route.fulfill(status=answer.status_code, headers=dict(answer.items()), body=body)
