"""Any brand stays readable: AA in both themes, whatever colours a profile names."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from abonent.interfaces.ui.assets import ROOM
from abonent.interfaces.ui.brand import DARK, LIGHT, brand_css, contrast_pairs
from abonent.interfaces.ui.colour import AA_PART, AA_TEXT, contrast, luminance, mix, readable, text_on
from abonent.portal.profile import Brand
from tests.interfaces.ui.conftest import PORTALS, profile

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def brand(colour: str, accent: str) -> Brand:
    word: dict[Any, str] = {"ru": "Слово"}
    return Brand(name=word, short_name=word, tagline=word, colour=colour, accent=accent)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#0b5cab", "#ffffff", 6.71),
        ("#aaaaaa", "#aaaaaa", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


def test_mixing() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert mix("#102030", "#304050", 0.5) == "#203040"


@given(colours)
def test_a_readable_shade_is_found_and_no_darker_than_it_must_be(colour: str) -> None:
    shade = readable(colour, LIGHT, AA_TEXT)
    assert all(contrast(shade, ground) >= AA_TEXT for ground in LIGHT)
    if all(contrast(colour, ground) >= AA_TEXT for ground in LIGHT):
        assert shade == colour
    light = readable(colour, DARK, AA_TEXT)
    assert all(contrast(light, ground) >= AA_TEXT for ground in DARK)
    assert luminance(light) >= luminance(colour) - 1e-9


@given(colours)
def test_text_on_any_colour_is_readable(colour: str) -> None:
    assert contrast(text_on(colour), colour) >= AA_TEXT


@given(colours, colours)
def test_any_brand_is_readable_in_both_themes(colour: str, accent: str) -> None:
    for what, text, ground in contrast_pairs(brand(colour, accent)):
        assert contrast(text, ground) >= AA_TEXT, f"{what}: {text} on {ground}"


@pytest.mark.parametrize("code", PORTALS)
def test_the_four_portals_are_readable(settings: LazySettings, code: str) -> None:
    pairs = list(contrast_pairs(profile(settings, code).brand))
    assert len(pairs) == 42
    for what, text, ground in pairs:
        assert contrast(text, ground) >= AA_TEXT, what


def _themes() -> dict[str, dict[str, str]]:
    """The tokens of tokens.css by theme; the dark set is written twice and must be the same."""
    text = (ROOM / "styles" / "tokens.css").read_text("utf-8")
    blocks = {
        name: dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", found[1]))
        for name, selector in (
            ("light", ":root"),
            ("dark", ":root[data-theme=dark]"),
            ("auto", ":root:not([data-theme=light])"),
        )
        if (found := re.search(r"(?m)^\s*" + re.escape(selector) + r" \{([^}]*)\}", text))
    }
    assert blocks["dark"] == blocks["auto"]
    return blocks


def test_the_grounds_of_brand_py_are_those_of_the_stylesheet() -> None:
    themes = _themes()
    for grounds, theme in ((LIGHT, "light"), (DARK, "dark")):
        assert grounds == tuple(themes[theme][name] for name in ("canvas", "surface", "raised", "sunken"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_the_stylesheet_is_readable(theme: str) -> None:
    token = _themes()[theme]
    for text in ("text", "quiet", "good", "warn", "bad", "info"):
        for ground in ("canvas", "surface", "raised"):
            assert contrast(token[text], token[ground]) >= AA_TEXT, (text, ground)
    for state in ("good", "warn", "bad", "info"):
        assert contrast(token[state], token[f"{state}-soft"]) >= AA_TEXT, state
        assert contrast(token["text"], token[f"{state}-soft"]) >= AA_TEXT, state
    for text in ("text", "quiet"):
        assert contrast(token[text], token["sunken"]) >= AA_TEXT
    assert contrast(token["text"], token["thumb"]) >= AA_TEXT
    for ground in ("bad", "bad-strong"):
        assert contrast(token["on-bad"], token[ground]) >= AA_TEXT
    for ground in ("canvas", "surface", "raised"):
        assert contrast(token["line-strong"], token[ground]) >= AA_PART, "the border of a field"


def test_the_brand_comes_after_the_tokens_for_every_theme() -> None:
    css = brand_css(brand("#0b5cab", "#f2a900"))
    assert css.startswith(":root{--brand:#0b5cab;")
    assert css.count("--brand:") == 3
    assert "prefers-color-scheme:dark" in css
    assert ":root[data-theme=dark]{" in css


@pytest.mark.parametrize("code", PORTALS)
def test_the_manifest_is_of_the_portal(ui: LazySettings, client: Client, code: str) -> None:
    ui.PORTAL = profile(ui, code)
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["short_name"] == ui.PORTAL.brand.short_name["ru"]
    assert manifest["display"] == "standalone"
    assert manifest["icons"][0]["src"].endswith(f"logos/{code}.svg")
    assert contrast(manifest["theme_color"], "#ffffff") >= AA_TEXT
