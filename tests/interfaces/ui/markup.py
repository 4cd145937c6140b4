"""A small judge of HTML: tags balanced, ids unique, every control named, every reference met."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {
    "meta",
    "link",
    "input",
    "img",
    "br",
    "hr",
    "path",
    "circle",
    "rect",
    "line",
    "polyline",
    "polygon",
    "ellipse",
}
_UNNAMED_INPUTS = {"hidden", "submit", "button"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str | None]
    text: str = ""
    inside: tuple["Element", ...] = ()


@dataclass
class Page(HTMLParser):
    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults += [f"<{tag}> has {name} twice" for name in set(names) if names.count(name) > 1]
        element = Element(tag, dict(attrs), inside=tuple(self.open))
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), inside=tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, **attrs: str) -> list[Element]:
        return [
            one
            for one in self.elements
            if one.tag == tag and all(one.attrs.get(key.rstrip("_")) == value for key, value in attrs.items())
        ]


def parse(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    page.faults += [f"<{one.tag}> is never closed" for one in page.open]
    return page


def faults(html: str) -> list[str]:
    """What is wrong with the page, as sentences; empty when nothing is."""
    page = parse(html)
    ids = [one.attrs["id"] for one in page.elements if "id" in one.attrs]
    wrong = page.faults + [f"id {one} twice" for one in sorted({i for i in ids if ids.count(i) > 1}, key=str)]
    for element in page.elements:
        wrong += _references(element, ids) + _inline(element)
    return wrong + _unnamed(page)


def _references(element: Element, ids: list[str | None]) -> list[str]:
    named = [
        word
        for name in ("aria-describedby", "aria-labelledby", "for", "form")
        for word in (element.attrs.get(name) or "").split()
    ]
    href = element.attrs.get("href") or ""
    if href.startswith("#") and len(href) > 1:
        named.append(href[1:])
    return [f"<{element.tag}> refers to #{one}, which is not there" for one in named if one not in ids]


def _inline(element: Element) -> list[str]:
    return [
        f"<{element.tag}> has inline {name}"
        for name in element.attrs
        if name == "style" or name.startswith("on")
    ]


def _unnamed(page: Page) -> list[str]:
    labelled = {one.attrs.get("for") for one in page.all("label")}
    wrong = []
    for one in page.elements:
        is_control = (
            one.tag in ("input", "select", "textarea") and one.attrs.get("type") not in _UNNAMED_INPUTS
        )
        if is_control and one.attrs.get("id") not in labelled and not one.attrs.get("aria-label"):
            wrong.append(f"no label for {one.attrs.get('name')}")
        if one.tag in ("button", "a") and not (one.text.strip() or one.attrs.get("aria-label")):
            wrong.append(f"<{one.tag}> without a name: {one.attrs}")
        if one.tag == "img" and "alt" not in one.attrs:
            wrong.append(f"img without alt: {one.attrs}")
    return wrong
