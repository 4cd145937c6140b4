"""Colours by arithmetic: contrast as WCAG 2.2 counts it, and the nearest shade that is readable. Pure."""

from collections.abc import Sequence

WHITE = "#ffffff"
INK = "#10141a"
BLACK = "#000000"
AA_TEXT = 4.5
AAA_TEXT = 7.0
AA_PART = 3.0  # borders of fields, icons, the ring of the focus


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def readable(colour: str, backgrounds: Sequence[str], ratio: float) -> str:
    """The shade of `colour` nearest to it that has `ratio` on every background, darkened or lightened.

    Goes away from the backgrounds: darker on light ones, lighter on dark ones. Black and white are the ends,
    so on backgrounds of one kind there always is an answer.
    """
    end = BLACK if min(luminance(ground) for ground in backgrounds) > 0.18 else WHITE
    for percent in range(101):
        shade = mix(colour, end, percent / 100)
        if all(contrast(shade, ground) >= ratio for ground in backgrounds):
            return shade
    return end


def text_on(colour: str) -> str:
    """White when it is readable on `colour`, else ink, else black: one of them always is."""
    return next((text for text in (WHITE, INK) if contrast(text, colour) >= AA_TEXT), BLACK)
