"""The portal's brand as design tokens: two colours of the profile become readable shades for both themes.

Whatever colours a profile names, text on them and beside them keeps WCAG AA (4.5), checked by
`contrast_pairs`, which the tests and `abonent check` read.
"""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from abonent.interfaces.ui.colour import AA_TEXT, AAA_TEXT, mix, readable, text_on
from abonent.portal.current import portal
from abonent.portal.profile import Brand

#: The grounds the brand's colours are read on: `--canvas`, `--surface`, `--raised`, `--sunken`.
LIGHT = ("#f4f6f8", "#ffffff", "#ffffff", "#eaeef2")
DARK = ("#0e1115", "#171b21", "#20262e", "#252c35")


def _light(brand: Brand) -> dict[str, str]:
    soft = mix(brand.colour, "#ffffff", 0.92)
    colour = readable(brand.colour, (*LIGHT, soft), AA_TEXT)
    band = readable(brand.colour, ("#ffffff",), AAA_TEXT)
    return {
        "brand": colour,
        "brand-strong": readable(mix(colour, "#000000", 0.18), (*LIGHT, soft), AAA_TEXT),
        "brand-contrast": text_on(colour),
        "brand-soft": soft,
        "brand-line": mix(brand.colour, "#ffffff", 0.72),
        "band": band,
        "band-deep": mix(band, "#000000", 0.28),
        "band-contrast": text_on(band),
        "band-quiet": readable(mix(band, "#ffffff", 0.75), (band, mix(band, "#000000", 0.28)), AA_TEXT),
        "accent": brand.accent,
        "accent-contrast": text_on(brand.accent),
        "accent-text": readable(brand.accent, LIGHT, AA_TEXT),
    }


def _dark(brand: Brand) -> dict[str, str]:
    soft = mix(DARK[1], brand.colour, 0.22)
    colour = readable(brand.colour, (*DARK, soft), AA_TEXT)
    band = mix(mix(brand.colour, "#0e1115", 0.35), "#000000", 0.25)
    band = readable(band, ("#ffffff",), AAA_TEXT)
    return {
        "brand": colour,
        "brand-strong": readable(mix(colour, "#ffffff", 0.25), (*DARK, soft), AAA_TEXT),
        "brand-contrast": text_on(colour),
        "brand-soft": soft,
        "brand-line": mix(DARK[1], brand.colour, 0.55),
        "band": band,
        "band-deep": mix(band, "#000000", 0.35),
        "band-contrast": text_on(band),
        "band-quiet": readable(mix(band, "#ffffff", 0.75), (band, mix(band, "#000000", 0.35)), AA_TEXT),
        "accent": brand.accent,
        "accent-contrast": text_on(brand.accent),
        "accent-text": readable(brand.accent, DARK, AA_TEXT),
    }


def tokens(brand: Brand) -> dict[str, dict[str, str]]:
    """The brand's custom properties (without `--`) for the themes `light` and `dark`."""
    return {"light": _light(brand), "dark": _dark(brand)}


def contrast_pairs(brand: Brand) -> Iterator[tuple[str, str, str]]:
    """(what, text colour, ground) for every pair of the brand's colours that is ever read as text."""
    for theme, grounds in (("light", LIGHT), ("dark", DARK)):
        token = tokens(brand)[theme]
        for name in ("brand", "brand-strong", "accent-text"):
            for ground in grounds:
                yield f"{theme}: {name} on {ground}", token[name], ground
        for text, ground in (
            ("brand-contrast", "brand"),
            ("brand-contrast", "brand-strong"),
            ("brand", "brand-soft"),
            ("brand-strong", "brand-soft"),
            ("band-contrast", "band"),
            ("band-contrast", "band-deep"),
            ("band-quiet", "band"),
            ("band-quiet", "band-deep"),
            ("accent-contrast", "accent"),
        ):
            yield f"{theme}: {text} on {ground}", token[text], token[ground]


def brand_css(brand: Brand) -> str:
    """The brand's tokens as the end of the stylesheet. Without custom media the dark set comes twice."""
    light, dark = (
        "".join(f"--{name}:{value};" for name, value in themed.items()) for themed in tokens(brand).values()
    )
    return (
        f":root{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}"
    )


def theme_colours(brand: Brand) -> tuple[str, str]:
    """`theme-color` of the browser's frame: light and dark."""
    return tokens(brand)["light"]["band"], tokens(brand)["dark"]["band-deep"]


def logo_url() -> str | None:
    logo = portal().brand.logo
    return static(f"logos/{logo}") if logo else None


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, from the profile, in the visitor's language."""
    brand, language = portal().brand, get_language() or portal().language
    logo = logo_url()
    content: dict[str, Any] = {
        "name": brand.name.in_language(language),  # type: ignore[attr-defined]
        "short_name": brand.short_name.in_language(language),  # type: ignore[attr-defined]
        "lang": language,
        "start_url": "/",
        "display": "standalone",
        "background_color": LIGHT[0],
        "theme_color": theme_colours(brand)[0],
        "icons": [{"src": logo, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}] if logo else [],
    }
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/manifest+json"
    response["Cache-Control"] = "public, max-age=3600"
    response["Vary"] = "Cookie"
    return response
