"""One stylesheet, one script, kept for a year; the page is small enough for a cheap phone."""

import gzip
import re

import pytest
from django.conf import LazySettings, settings
from django.test import Client

from abonent.interfaces.ui.assets import ROOM, asset_url, built, minified_css, minified_js, style_files
from tests.interfaces.ui.conftest import profile
from tests.interfaces.ui.markup import parse

PACKED = {"Accept-Encoding": "gzip"}
COLD = 45_000
WARM = 10_000


@pytest.mark.parametrize("name", ["ui.css", "ui.js", "queue.js"])
def test_an_asset_is_packed_and_kept_for_a_year(client: Client, name: str) -> None:
    plain, packed = client.get(asset_url(name)), client.get(asset_url(name), headers=PACKED)
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Encoding"] == "gzip"
    assert "immutable" in packed["Cache-Control"]
    assert "Accept-Encoding" in plain["Vary"]
    assert plain["Content-Type"].startswith("text/")


def test_an_old_pages_asset_is_served_but_not_kept(client: Client) -> None:
    answer = client.get("/assets/0123456789ab/ui.css")
    assert answer.status_code == 200
    assert "immutable" not in answer["Cache-Control"]


def test_an_unknown_asset_is_not_found(client: Client) -> None:
    assert client.get("/assets/0123456789ab/other.css").status_code == 404


def test_another_brand_is_another_address(ui: LazySettings) -> None:
    before = asset_url("ui.css")
    ui.PORTAL = profile(ui, "housing")
    assert asset_url("ui.css") != before


def test_every_style_is_in_the_stylesheet_and_every_component_has_its_own(ui: LazySettings) -> None:
    css = built("ui.css").content.decode()
    on_disk = {path.name for path in ROOM.rglob("*.css")}
    assert {path.name for path in style_files()} == on_disk
    for path in style_files():
        marker = minified_css(path.read_text("utf-8"))[:60]
        assert marker in css, path.name
    for path in (ROOM / "templates" / "ui").glob("*.css"):
        assert path.with_suffix(".html").is_file(), f"{path.name} has no component"


def test_the_stylesheet_asks_nobody_else_and_uses_nothing_old_phones_lack(ui: LazySettings) -> None:
    css = built("ui.css").content.decode()
    assert not re.search(r"url\(|@import|https?:", css)
    assert not re.search(r"@layer|oklch\(|light-dark\(|color-mix\(", css)
    assert css.count("{") == css.count("}")
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", css))
    defined = set(re.findall(r"(--[a-z0-9-]+):", css))
    assert used <= defined, used - defined


def test_minifying_keeps_the_meaning() -> None:
    assert (
        minified_css("/* x */ a  b > c {\n color : red ; margin: 0 auto;\n}\n")
        == "a b>c{color :red;margin:0 auto}"
    )
    assert minified_css("a{width:calc(1px + 2px)}") == "a{width:calc(1px + 2px)}"
    assert minified_js("// x\n  let a = 1;\n\n  a + 1; // y") == "let a = 1;\na + 1; // y"


def _wire(client: Client, path: str) -> int:
    """Bytes of a resource as a browser gets it: compressed when it is text."""
    if path.startswith("/static/logos/"):
        return len((settings.PORTALS_DIR / "logos" / path.rpartition("/")[2]).read_bytes())
    answer = client.get(path, headers=PACKED)
    assert answer.status_code == 200, path
    content = answer.getvalue()
    return len(content) if answer.get("Content-Encoding") else len(gzip.compress(content, 6))


@pytest.mark.parametrize("path", ["/ui/cabinet/", "/ui/accounts/", "/ui/entrance/", "/ui/confirm/"])
def test_a_page_is_within_its_budget(client: Client, path: str) -> None:
    page = parse(client.get(path).content.decode())
    asked = {
        one.attrs.get("src") or one.attrs.get("href") or "" for one in page.all("link") + page.all("script")
    }
    asked |= {one.attrs["src"] or "" for one in page.all("img")}
    assert len(asked) <= 4
    assert all(one.startswith("/") and not one.startswith("//") for one in asked)
    warm = _wire(client, path)
    cold = warm + sum(_wire(client, one) for one in asked)
    assert warm <= WARM, f"{path}: {warm} bytes again"
    assert cold <= COLD, f"{path}: {cold} bytes the first time"
