"""Read a PDF back: its text, its QR, its structure."""

import re
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw

from abonent.bills.paper.payment_qr import QrDrawing

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


def _qr_codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """QR alone: among thousands of black squares some column looks like a Codabar of four letters."""
    return zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)


def qr_of(pdf: bytes) -> bytes:
    """The bytes of the one QR on the first page, read from its picture at 150 dpi."""
    page = next(_pages(pdf))
    found = _qr_codes(page.render(scale=150 / 72).to_pil())
    assert len(found) == 1, f"{len(found)} codes on the page"
    return bytes(found[0].bytes)


def has_qr(pdf: bytes) -> bool:
    page = next(_pages(pdf))
    return bool(_qr_codes(page.render(scale=150 / 72).to_pil()))


def in_order(text: str, *parts: str) -> bool:
    """Do the parts occur in the text one after another?"""
    position = 0
    for part in parts:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def picture_of(drawing: QrDrawing, *, module: int = 4) -> Image.Image:
    """A drawing of either kind (filled, or lines to stroke) as black squares on white, with its margin."""
    image = Image.new("L", ((drawing.modules + 8) * module,) * 2, 255)
    pen, x, y = ImageDraw.Draw(image), 0, 0
    for command, values in re.findall(r"([Mmhvz])([-\d. ]*)", drawing.path):
        numbers = [float(value) for value in values.split()]
        if command == "M":
            x, y = int(numbers[0]), int(numbers[1])
        elif command == "m":
            x += int(numbers[0])
        elif command == "h" and numbers[0] > 0:
            left, top, width = (x + 4) * module, (y + 4) * module, int(numbers[0]) * module
            pen.rectangle((left, top, left + width - 1, top + module - 1), fill=0)
            x += int(numbers[0])
    return image


def bytes_of(image: Image.Image) -> bytes:
    """The bytes of the one QR of a picture, by a decoder that is not ours."""
    found = _qr_codes(image)
    assert len(found) == 1, f"{len(found)} codes in the picture"
    return bytes(found[0].bytes)
