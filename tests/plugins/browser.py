"""Debian's chromium for tests. A conftest that wants it imports the fixtures: they last as long as its
folder, because while Playwright is up the thread counts as asynchronous."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from tests.plugins import axe
from tests.plugins.databases import ROOT

#: What a window of chromium's own has besides the page, twice a page a process with its script: suggestions
#: below the address bar, and a process that waits for the next page. The last list is the one that counts, so
#: what Playwright switches off is said again.
NEVER_SHOWN = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "PreloadTopChromeWebUI",
    "SpareRendererForSitePerProcess",
]
AS_PLAYWRIGHT_HAS_IT = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-site-isolation-trials",
    f"--disable-features={','.join([*AS_PLAYWRIGHT_HAS_IT, *NEVER_SHOWN])}",
]
PATIENCE = 15_000  # milliseconds; the machine may be busy with the other tests

OpenPage = Callable[..., Page]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running chromium. Fails with the way to get one when there is none.

    In an asynchronous thread Django keeps connections apart from the thread's own. Those of one side would
    stay open, unseen by the other, while a test that commits drops their database: the next test on their
    side would find them cut. So none is taken over either border.
    """
    found = subprocess.run([ROOT / "scripts" / "browser.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail(found.stderr, pytrace=False)
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=found.stdout.strip(), args=ARGUMENTS)
        yield running
        running.close()
        connections.close_all()


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """See `chromium`."""
    axe.remember_in(tmp_path_factory)
    with chromium() as running:
        yield running


@pytest.fixture
def complaints() -> list[str]:
    """What the test's pages complained about: a script that failed, a thing the policy stopped."""
    return []


@pytest.fixture
def open_page(browser: Browser, complaints: list[str]) -> Iterator[OpenPage]:
    """`open_page(url, language="kk", javascript=True, **context)`: a page of a new visitor, without cookies.

    The test fails when there are complaints at its end.
    """
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def fail(error: Error) -> None:
        complaints.append(f"{error.message}\n{error.stack}")

    def open_one(url: str = "", *, language: str = "ru", javascript: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            base_url=url or None, locale=language, java_script_enabled=javascript, **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", fail)
        if url:
            page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def environment(**changes: str) -> dict[str, str]:
    """The environment for a process of the portal: as for customers' eyes, but over plain http."""
    return os.environ | {"ABONENT_TESTING": "1", "ABONENT_DEMO": "1"} | changes
