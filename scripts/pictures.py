#!/usr/bin/env python3
"""Take the pictures of README.md: `.venv/bin/python scripts/pictures.py http://127.0.0.1:8001/`.

Asks a running demo of АлматыЭнергоСбыт (`PORTAL=aes make run`) as its customer, with Debian's chromium, and
writes docs/pictures/*.png, each below 150 kB. Run by hand when the look has changed.
"""

import argparse
import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
MOST = 150_000  # bytes
DESKTOP, PHONE = (1200, 900), (390, 780)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="where the demo's portal is served")
    url = parser.parse_args().url
    PICTURES.mkdir(parents=True, exist_ok=True)
    found = subprocess.run([ROOT / "scripts" / "browser.sh"], capture_output=True, text=True, check=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=["--no-sandbox"])
        cabinet_on_a_desktop(browser, url)
        readings_on_a_phone(browser, url)
        paying_on_a_phone(browser, url)
        consumption_on_a_desktop(browser, url)
        requests_in_the_office(browser, url)
        browser.close()


def cabinet_on_a_desktop(browser: Browser, url: str) -> None:
    """The account in Russian, and the newest receipt."""
    with customer(browser, url, "ru", "light", DESKTOP) as page:
        open_section(page, 1)
        keep("cabinet", page.screenshot())
        page.locator(".menu a[href$='/receipts/']").click()
        page.wait_for_url("**/receipts/")
        paper = page.locator("#months tbody a[href$='.pdf']").first.get_attribute("href") or ""
        keep("receipt", first_page(page.context.request.get(urljoin(url, paper)).body()))


def readings_on_a_phone(browser: Browser, url: str) -> None:
    """The form of readings in Kazakh, in the dark."""
    with customer(browser, url, "kk", "dark", PHONE) as page:
        page.goto(page.url.replace("/account/", "/readings/new/"))
        page.mouse.wheel(0, 260)
        page.wait_for_timeout(300)
        keep("phone", page.screenshot())


def paying_on_a_phone(browser: Browser, url: str) -> None:
    """What is about to be paid, in Russian; nothing is paid."""
    with customer(browser, url, "ru", "light", PHONE) as page:
        page.goto("/pay/?account=all")
        page.locator("#page-form button[type=submit]").last.click()
        page.wait_for_url("**/pay/check/**")
        keep("paying", page.screenshot())


def consumption_on_a_desktop(browser: Browser, url: str) -> None:
    """Two years of consumption, with estimated months."""
    with customer(browser, url, "ru", "light", DESKTOP) as page:
        page.goto(page.url.replace("/account/", "/consumption/"))
        keep("consumption", page.screenshot())


def requests_in_the_office(browser: Browser, url: str) -> None:
    """The queue of requests, as an operator has it."""
    with signed_in(browser, url, "operator", "ru", "light", DESKTOP) as page:
        page.goto("/office/requests/")
        keep("office", page.screenshot())


@contextmanager
def customer(browser: Browser, url: str, language: str, theme: str, size: tuple[int, int]) -> Iterator[Page]:
    """A page of the demo's customer, signed in."""
    with signed_in(browser, url, "demo", language, theme, size) as page:
        yield page


@contextmanager
def signed_in(
    browser: Browser, url: str, login: str, language: str, theme: str, size: tuple[int, int]
) -> Iterator[Page]:
    """A page of a person of the demo, whose password is the login."""
    width, height = size
    context = browser.new_context(
        base_url=url,
        locale=language,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": height},
        device_scale_factor=2 if width < 600 else 1,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/login/")
    page.locator("#id_login").fill(login)
    page.locator("#id_password").fill(login)
    with page.expect_navigation():
        page.locator("#page-form button.primary").click()
    page.locator(f".language-switch button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    yield page
    context.close()


def open_section(page: Page, place: int) -> None:
    """The entry of the menu at this place, counted from nought; on a phone the menu is folded."""
    page.goto(page.locator(".menu-list a").nth(place).get_attribute("href") or "/")


def first_page(pdf: bytes) -> bytes:
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=1.5).to_pil()
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def keep(name: str, png: bytes) -> None:
    """In as many colours as fit into the size allowed."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    path = PICTURES / f"{name}.png"
    for colours in (256, 128, 64, 32):
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < MOST:
            break
    else:
        raise SystemExit(f"{path} is larger than {MOST} bytes")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes, {picture.width} x {picture.height}")


if __name__ == "__main__":
    main()
