"""PDF made by the test itself, good ones and bad."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

Change = Callable[[pikepdf.Pdf], None]
SECRET = "Alice of Almaty"


def pdf(*changes: Change, pages: int = 1, **saving: Any) -> bytes:
    """A document of blank pages with an author; `saving` goes to pikepdf."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    document.pages[0].Contents = document.make_stream(b"BT /F1 12 Tf (Hello) Tj ET")
    document.docinfo["/Author"] = SECRET
    for change in changes:
        change(document)
    out = io.BytesIO()
    document.save(out, **saving)
    return out.getvalue()


def opening(action: Any) -> Change:
    """Done when the document is opened."""

    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = action

    return change


def clicked(action: Dictionary, subtype: Name = Name.Link) -> Change:
    """Done when a place of the page is clicked."""

    def change(document: pikepdf.Pdf) -> None:
        rectangle = Array([0, 0, 9, 9])
        annotation = Dictionary(Type=Name.Annot, Subtype=subtype, Rect=rectangle, A=action)
        document.pages[0].obj.Annots = Array([document.make_indirect(annotation)])

    return change


def to_the_second_page(document: pikepdf.Pdf) -> None:
    document.add_blank_page()
    document.Root.OpenAction = Array([document.pages[1].obj, Name.Fit])


def named_script(document: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["x", script])))


def attached(document: pikepdf.Pdf) -> None:
    document.attachments["virus.exe"] = b"MZ"


def form_of_xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(XFA=document.make_stream(b"<xdp/>"), Fields=Array())


def when_the_page_opens(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="x"))


def content_elsewhere(document: pikepdf.Pdf) -> None:
    stream = document.make_stream(b"")
    stream.stream_dict.F = "/etc/passwd"
    document.pages[0].Contents = stream


def contents(packed: bytes, *filters: Name) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        stream = Stream(document, b"")
        stream.write(packed, filter=Array(filters) if len(filters) > 1 else filters[0])
        document.pages[0].Contents = stream

    return change


def bomb(size: int) -> bytes:
    """So many noughts, whole millions of them: one million is packed, and said again and again."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    million = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    check = (size % 65_521) << 16 | 1  # Adler-32 of noughts
    return b"\x78\xda" + million * (size // 1_000_000) + packer.flush() + check.to_bytes(4, "big")


def table_of_a_bomb(size: int) -> bytes:
    """Unpacked by whoever only opens it: the table of its objects is the bomb."""
    packed = bomb(size)
    head = f"<</Type/XRef/Size 3/W[1 1 1]/Root 2 0 R/Filter/FlateDecode/Length {len(packed)}>>"
    return (
        b"%PDF-1.5\n1 0 obj"
        + head.encode()
        + b"stream\n"
        + packed
        + b"\nendstream endobj\nstartxref\n9\n%%EOF"
    )


def huge_picture(document: pikepdf.Pdf) -> None:
    picture = document.make_stream(b"\xff\xd8")
    picture.stream_dict.Subtype, picture.stream_dict.Filter = Name.Image, Name.DCTDecode
    picture.stream_dict.Width = picture.stream_dict.Height = 65_000
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I=picture))


def crowd(document: pikepdf.Pdf) -> None:
    """Many objects in a small file."""
    many = (document.make_indirect(Dictionary(A=place)) for place in range(50_001))
    document.Root.Crowd = Array(list(many))
