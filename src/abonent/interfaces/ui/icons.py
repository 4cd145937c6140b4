"""Icons inline from the lucide wheel, without what the stylesheet says already."""

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from lucide import IconDoesNotExist
from markupsafe import Markup

_KEPT = {"d", "cx", "cy", "r", "rx", "ry", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "points"}
_SVG = "{http://www.w3.org/2000/svg}"


@lru_cache(maxsize=512)
def icon(name: str, size: int | None = None, label: str | None = None) -> Markup:
    """The lucide icon `name` as `<svg class="icon">`; 1.25 em, or `size`: 16, 20, 24, 32 or 48 pixels.

    Decoration by default (`aria-hidden`); with `label` it is an image with that name.
    """
    inside = "".join(_element(node) for node in _drawing(name))
    named = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    sized = f" icon-{size}" if size else ""
    return Markup('<svg class="icon{}" viewBox="0 0 24 24"{}>{}</svg>').format(sized, named, Markup(inside))  # noqa: S704 - the wheel's own shapes


@cache
def _wheel() -> ZipFile:
    """Opened once, in memory: reading its list of 1 700 drawings takes longer than reading many of them."""
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


def _drawing(name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(_wheel().read(f"{name}.svg"))  # noqa: S314 - the wheel's own
    except KeyError:
        raise IconDoesNotExist(f"The icon {name!r} does not exist.") from None


def _element(node: ElementTree.Element) -> str:
    attributes = "".join(f' {key}="{value}"' for key, value in node.attrib.items() if key in _KEPT)
    return f"<{node.tag.removeprefix(_SVG)}{attributes}/>"
