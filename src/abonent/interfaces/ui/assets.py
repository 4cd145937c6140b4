"""The one stylesheet, the one script and queue.js, built from the small files beside the components.

Both are made in memory at the first request (a few milliseconds), named by the hash of their content and
served compressed with a year of `immutable`: no build step, the same in development and in production.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from abonent.interfaces.ui.brand import brand_css
from abonent.portal.current import portal

ROOM = Path(__file__).parent
STYLES = ("tokens", "base", "layout")
#: `queue.js` is for the pages of the office that are worked through by keys.
SCRIPTS = ("ui.js", "queue.js")
_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    packed: bytes
    digest: str
    media_type: str


def _asset(text: str, media_type: str) -> Asset:
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(content, gzip.compress(content, 9, mtime=0), digest, media_type)


def style_files() -> list[Path]:
    """Foundations first, then a file per component, then print."""
    foundations = [ROOM / "styles" / f"{name}.css" for name in STYLES]
    return [*foundations, *sorted((ROOM / "templates" / "ui").glob("*.css")), ROOM / "styles" / "print.css"]


def minified_css(text: str) -> str:
    """Without comments and needless spaces. No string in our styles holds a comment mark or two spaces."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,>])\s*", r"\1", text)
    return re.sub(r":\s+", ":", text).replace(";}", "}").strip()


def minified_js(text: str) -> str:
    """Without comment lines and indents; names are left as they are."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _build(name: str) -> Asset:
    if name == "ui.css":
        styles = "\n".join(path.read_text("utf-8") for path in style_files())
        return _asset(minified_css(styles) + brand_css(portal().brand), "text/css; charset=utf-8")
    if name in SCRIPTS:
        script = (ROOM / "scripts" / name).read_text("utf-8")
        return _asset(minified_js(script), "text/javascript; charset=utf-8")
    raise KeyError(name)


@lru_cache(maxsize=16)
def _built(name: str, colour: str, accent: str) -> Asset:
    """Kept by what it is made of: the files, which a process reads once, and the brand's two colours."""
    return _build(name)


def built(name: str) -> Asset:
    """`ui.css` or a script; in DEBUG made anew each time, so that an edit shows."""
    brand = portal().brand
    return _build(name) if settings.DEBUG else _built(name, brand.colour, brand.accent)


def asset_url(name: str) -> str:
    return reverse("ui:asset", kwargs={"digest": built(name).digest, "name": name})


@require_safe
def serve_asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """An asset by hash and name. An old page's hash gets today's content, kept for a minute only."""
    try:
        asset = built(name)
    except KeyError:
        raise Http404 from None
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(asset.packed if packs else asset.content, content_type=asset.media_type)
    if packs:
        response["Content-Encoding"] = "gzip"
    response["Cache-Control"] = _YEAR if digest == asset.digest else "public, max-age=60"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
