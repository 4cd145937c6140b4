"""The components in Debian's chromium: axe in every theme and size, no sideways scroll, no script needed."""

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Browser, Page, expect

from tests.plugins import axe
from tests.plugins.browser import chromium

PATHS = ("", "cabinet/", "accounts/", "entrance/", "confirm/", "error/")
DISPLAYS = ("", "theme-dark", "size-large.contrast-high", "size-huge", "theme-dark.contrast-high")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address(ui: LazySettings) -> Iterator[str]:
    ui.ALLOWED_HOSTS = ["localhost"]
    server = make_server("localhost", 0, StaticFilesHandler(WSGIHandler()), _Server, _Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/ui/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    axe.remember_in(tmp_path_factory)
    with chromium() as running:
        yield running


def open_page(
    browser: Browser,
    address: str,
    *,
    width: int = 360,
    chosen: str = "",
    script: bool = True,
    language: str = "kk",
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 780},
        java_script_enabled=script,
        locale=language,
        color_scheme="light",
        reduced_motion="reduce",  # colours that still fade have no contrast to speak of
    )
    if chosen:
        context.add_cookies([{"name": "display", "value": chosen, "url": address}])
    return context.new_page()


@pytest.mark.parametrize("chosen", DISPLAYS)
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, address: str, width: int, chosen: str
) -> None:
    page = open_page(browser, address, width=width, chosen=chosen)
    for path in PATHS:
        page.goto(address + path)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{path} is {wider} px too wide"
        assert axe.faults(page) == [], path
    page.context.close()


@pytest.mark.parametrize("chosen", ["", "theme-dark"])
def test_axe_finds_nothing_in_what_opens(browser: Browser, address: str, chosen: str) -> None:
    page = open_page(browser, address, chosen=chosen)
    page.goto(address + "cabinet/")
    for opener in (
        ".menu-toggle summary",
        ".display-switch summary",
        ".account-switch summary",
        ".district-office summary",
    ):
        page.click(opener)
        assert axe.faults(page) == [], opener
        page.keyboard.press("Escape")
    page.context.close()


def test_the_menu_opens_and_the_theme_changes_without_a_script(browser: Browser, address: str) -> None:
    page = open_page(browser, address, script=False, language="ru")
    page.goto(address + "cabinet/")
    line = page.get_by_role("link", name="Платежи").first
    assert not page.locator(".menu-list").is_visible()
    page.click(".menu-toggle summary")
    assert page.locator(".menu-list").is_visible()
    assert line.is_visible()
    assert not page.locator("[data-print]").is_visible(), "a button that needs a script hides without one"
    page.click(".menu-toggle summary")
    page.click(".display-switch summary")
    page.get_by_role("button", name="Тёмная").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.url.endswith("/ui/cabinet/")
    page.context.close()


def test_the_theme_changes_at_once_with_a_script_and_stays(browser: Browser, address: str) -> None:
    page = open_page(browser, address, language="ru")
    page.goto(address + "cabinet/")
    page.click(".display-switch summary")
    page.get_by_role("button", name="Тёмная").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.locator(".display-switch").get_attribute("open") is not None, "the panel stays open"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.context.close()


def test_the_error_summary_has_the_focus_and_leads_to_the_field(browser: Browser, address: str) -> None:
    page = open_page(browser, address, language="ru")
    page.goto(address)
    page.locator("#page-form button.primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#id_number")).to_be_focused()
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_language_button_keeps_what_was_typed(browser: Browser, address: str, script: bool) -> None:
    page = open_page(browser, address, script=script, language="ru")
    page.goto(address)
    page.fill("#id_number", "0012345")
    page.get_by_role("button", name="Қаз", exact=False).first.click()
    assert page.locator("html").get_attribute("lang") == "kk"
    assert page.locator("#id_number").input_value() == "0012345"
    assert page.locator("#page-form .field-error").count() == 0
    page.context.close()


def test_the_keyboard_reaches_the_content_first(browser: Browser, address: str) -> None:
    page = open_page(browser, address, width=1280, language="ru")
    page.goto(address + "cabinet/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.context.close()


def test_a_page_is_printed_whole_and_without_its_frame(browser: Browser, address: str) -> None:
    page = open_page(browser, address, width=700, language="ru")
    page.goto(address + "cabinet/")
    page.emulate_media(media="print")
    assert not page.locator(".menu").is_visible()
    assert not page.locator(".aside").is_visible()
    assert page.locator(".data-table thead").is_visible(), "a table stays a table on paper"
    assert page.locator(".account-number").is_visible()
    page.context.close()
