"""Read a PDF back: its text, its QR, its structure."""

from collections.abc import Iterator

import pypdfium2
import zxingcpp

NBSP = "\u00a0"


def _pages(pdf: bytes) -> Iterator[pypdfium2.PdfPage]:
    document = pypdfium2.PdfDocument(pdf)
    yield from document
    document.close()


def text_of(pdf: bytes) -> str:
    """The text of all pages, white space single: what a screen reader or a search finds, in its order."""
    pages = [page.get_textpage().get_text_range() for page in _pages(pdf)]
    return " ".join(" ".join(pages).split())


def page_texts(pdf: bytes) -> list[str]:
    return [" ".join(page.get_textpage().get_text_range().split()) for page in _pages(pdf)]


def qr_of(pdf: bytes) -> bytes:
    """The bytes of the one QR on the first page, read from its picture at 150 dpi."""
    page = next(_pages(pdf))
    found = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
    assert len(found) == 1, f"{len(found)} codes on the page"
    return bytes(found[0].bytes)


def has_qr(pdf: bytes) -> bool:
    page = next(_pages(pdf))
    return bool(zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil()))


def in_order(text: str, *parts: str) -> bool:
    """Do the parts occur in the text one after another?"""
    position = 0
    for part in parts:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True
