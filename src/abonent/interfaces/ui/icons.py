"""Icons inline from the lucide wheel, without what the stylesheet says already."""

from functools import lru_cache
from xml.etree import ElementTree

from lucide import _load_icon
from markupsafe import Markup

_KEPT = {"d", "cx", "cy", "r", "rx", "ry", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "points"}


@lru_cache(maxsize=512)
def icon(name: str, size: int | None = None, label: str | None = None) -> Markup:
    """The lucide icon `name` as `<svg class="icon">`; 1.25 em, or `size`: 16, 20, 24, 32 or 48 pixels.

    Decoration by default (`aria-hidden`); with `label` it is an image with that name.
    """
    svg = _load_icon(name)
    inside = "".join(_element(node) for node in svg)
    named = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    sized = f" icon-{size}" if size else ""
    return Markup('<svg class="icon{}" viewBox="0 0 24 24"{}>{}</svg>').format(sized, named, Markup(inside))  # noqa: S704 - the wheel's own shapes


def _element(node: ElementTree.Element) -> str:
    attributes = "".join(f' {key}="{value}"' for key, value in node.attrib.items() if key in _KEPT)
    return f"<{node.tag}{attributes}/>"
