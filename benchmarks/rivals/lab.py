"""The same bill by reportlab: canvas, platypus tables and paragraphs; fonts registered once. Not tagged."""

import io

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing, Path
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table

from abonent.bills.paper.typesetting import font_files
from benchmarks.rivals.shared import (
    HEADS,
    KEYS,
    METER_HEADS,
    METER_KEYS,
    SUMMED,
    WIDTHS,
    Content,
    facts,
    text,
)

INK, GREY, HAIR, ACCENT = HexColor("#16191d"), HexColor("#555c64"), HexColor("#aab1b9"), HexColor("#2f6b2f")
SMALL = ParagraphStyle("small", fontName="Paper", fontSize=7, leading=8, textColor=GREY)
BODY = ParagraphStyle("body", fontName="Paper", fontSize=9, leading=11, textColor=INK)
PART = ParagraphStyle("part", parent=BODY, leftIndent=3 * mm, textColor=GREY)
HEADING = ParagraphStyle(
    "heading", fontName="PaperBold", fontSize=10, leading=13, spaceBefore=6, textColor=INK
)


def _wide(words: str, style: ParagraphStyle, canvas: Canvas, x: float, y: float, width: float) -> float:
    """A paragraph with its top at y; the y below it."""
    paragraph = Paragraph(words, style)
    _, height = paragraph.wrap(width, 500 * mm)
    paragraph.drawOn(canvas, x, y - height)
    return float(y - height - style.spaceBefore)


class Reportlab:
    """Drawn on the canvas with platypus tables and paragraphs: fast, but not tagged."""

    def __init__(self) -> None:
        regular, bold = font_files()
        pdfmetrics.registerFont(TTFont("Paper", regular))
        pdfmetrics.registerFont(TTFont("PaperBold", bold))
        self._width, self._height = landscape(A4)

    def draw(self, sheet: Content) -> bytes:
        target = io.BytesIO()
        canvas = Canvas(
            target, pagesize=(self._width, self._height), pageCompression=1, invariant=1, lang="ru"
        )
        canvas.setTitle(sheet["title"])
        for bill in sheet["items"]:
            self._front(canvas, sheet, bill)
            canvas.showPage()
            self._back(canvas, sheet)
            canvas.showPage()
        canvas.save()
        return target.getvalue()

    def _letterhead(self, canvas: Canvas, brand: Content) -> float:
        top = self._height - 10 * mm
        canvas.setFillColor(ACCENT)
        canvas.rect(12 * mm, top - 2.4, self._width - 24 * mm, 2.4, stroke=0, fill=1)
        canvas.setFont("PaperBold", 13)
        canvas.drawString(12 * mm, top - 20, text(brand["name"]))
        canvas.setFillColor(INK)
        canvas.setFont("Paper", 8)
        for row, contact in enumerate(brand["contacts"]):
            line = f"{text(contact['label'])}  {text(contact['value'])}"
            canvas.drawRightString(self._width - 12 * mm, top - 14 - 10 * row, line)
        return float(top - 34)

    def _front(self, canvas: Canvas, sheet: Content, bill: Content) -> None:
        y = self._letterhead(canvas, bill["brand"])
        self._qr(canvas, bill, y)
        self._amount(canvas, sheet, bill, y)
        y = self._who(canvas, sheet, bill, y)
        y = self._table(canvas, self._charges(sheet, bill), y - 6 * mm)
        y = self._table(canvas, self._meters(sheet, bill), y - 6 * mm)
        self._payee(canvas, sheet, bill, y - 5 * mm)
        self._foot(canvas, sheet, bill)

    def _foot(self, canvas: Canvas, sheet: Content, bill: Content) -> None:
        canvas.setFont("Paper", 7)
        canvas.setFillColor(GREY)
        canvas.drawString(
            12 * mm, 7 * mm, f"{text(sheet['labels']['account'])} {bill['customer']['account']}"
        )
        canvas.drawRightString(self._width - 12 * mm, 7 * mm, text(bill["month"]))

    def _qr(self, canvas: Canvas, bill: Content, y: float) -> None:
        modules = bill["qr"]["modules"]
        side = 28 * mm / modules
        path = Path(fillColor=INK, strokeColor=None)
        for run in bill["qr"]["path"].split("z")[:-1]:
            x, rest = run[1:].split(" ")
            row, length, _ = rest.replace("v1h-", "h").split("h")
            left, top, right = int(x) * side, (modules - int(row)) * side, (int(x) + int(length)) * side
            path.moveTo(left, top)
            path.lineTo(right, top)
            path.lineTo(right, top - side)
            path.lineTo(left, top - side)
            path.closePath()
        drawing = Drawing(28 * mm, 28 * mm)
        drawing.add(path)
        renderPDF.draw(drawing, canvas, self._width - 43 * mm, y - 31 * mm)

    def _amount(self, canvas: Canvas, sheet: Content, bill: Content, y: float) -> None:
        said, x = sheet["labels"], 168 * mm
        canvas.setFillColor(ACCENT)
        canvas.rect(x, y - 20 * mm, 2.4, 20 * mm, stroke=0, fill=1)
        canvas.setFillColor(INK)
        canvas.setFont("Paper", 9)
        canvas.drawString(x + 12, y - 9, text(said["to_pay"]))
        canvas.setFont("PaperBold", 29)
        canvas.drawString(x + 12, y - 38, f"{bill['to_pay']} {bill['currency']}")
        canvas.setFont("Paper", 9)
        canvas.drawString(x + 12, y - 52, f"{text(said['due'])} {bill['due_on']}")
        canvas.rect(x, y - 36 * mm, 68 * mm, 12 * mm, stroke=1, fill=0)
        _wide(text(said["link_code"]), SMALL, canvas, x + 8, y - 27 * mm, 32 * mm)
        canvas.setFont("PaperBold", 13)
        canvas.drawRightString(x + 65 * mm, y - 30 * mm, bill["link_code"]["code"])
        canvas.setFont("Paper", 7)
        canvas.drawRightString(x + 65 * mm, y - 34 * mm, text(bill["link_code"]["validity"]))

    def _who(self, canvas: Canvas, sheet: Content, bill: Content, y: float) -> float:
        canvas.setFont("PaperBold", 16)
        canvas.drawString(12 * mm, y - 14, text(sheet["labels"]["housing_bill"]))
        canvas.setFont("Paper", 12)
        canvas.drawString(12 * mm, y - 30, text(bill["month"]))
        y -= 40
        for label, value in facts(sheet, bill):
            _wide(label, SMALL, canvas, 12 * mm, y, 42 * mm)
            y = _wide(value, BODY, canvas, 56 * mm, y, 105 * mm) - 3
        return y

    def _charges(self, sheet: Content, bill: Content) -> Table:
        said = sheet["labels"]
        first = [Paragraph(text(said[key]), SMALL) if key else "" for key in HEADS]
        second = [""] * 9 + [text(said["days"]), bill["currency"], "", ""]
        rows = [
            [
                Paragraph(text(line[key]), PART if line["level"] else BODY)
                if key == "name"
                else text(line[key])
                for key in KEYS
            ]
            for line in bill["lines"]
        ]
        sums = [bill["sums"][k] if k in SUMMED else text(said["total"]) if k == "name" else "" for k in KEYS]
        table = Table([first, second, [str(n) for n in range(1, 14)], *rows, sums], [w * mm for w in WIDTHS])
        table.setStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Paper", 9), ("FONT", (0, 1), (-1, 2), "Paper", 7),
                ("FONT", (0, -1), (-1, -1), "PaperBold", 9), ("TEXTCOLOR", (0, 1), (-1, 2), GREY),
                ("ALIGN", (2, 3), (-1, -1), "RIGHT"), ("ALIGN", (5, 3), (5, -1), "LEFT"),
                ("LINEBELOW", (0, 3), (-1, -1), 0.4, HAIR), ("LINEBEFORE", (2, 0), (-1, -1), 0.25, HAIR),
                ("LINEABOVE", (0, 0), (-1, 0), 0.9, INK), ("LINEBELOW", (0, 2), (-1, 2), 0.6, INK),
                ("SPAN", (9, 0), (10, 0)), *[("SPAN", (c, 0), (c, 1)) for c in range(13) if c not in (9, 10)],
                ("LEFTPADDING", (0, 0), (-1, -1), 2.2), ("RIGHTPADDING", (0, 0), (-1, -1), 2.2),
                ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )  # fmt: skip
        return table

    def _meters(self, sheet: Content, bill: Content) -> Table:
        head = [text(sheet["labels"][key]) for key in METER_HEADS]
        rows = [[text(meter[key]) for key in METER_KEYS] for meter in bill["meters"]]
        table = Table([head, *rows], [133 * mm] + [28 * mm] * 5)
        table.setStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Paper", 9), ("ALIGN", (3, 0), (-1, -1), "RIGHT"),
                ("TEXTCOLOR", (0, 0), (-1, 0), GREY), ("LINEBELOW", (0, 0), (-1, -1), 0.4, HAIR),
            ]
        )  # fmt: skip
        return table

    def _table(self, canvas: Canvas, table: Table, y: float) -> float:
        _, height = table.wrapOn(canvas, self._width - 24 * mm, 500 * mm)
        table.drawOn(canvas, 12 * mm, y - height)
        return float(y - height)

    def _payee(self, canvas: Canvas, sheet: Content, bill: Content, y: float) -> None:
        said, payee = sheet["labels"], bill["payees"][0]
        left = _wide(text(said["payee"]), HEADING, canvas, 12 * mm, y, 130 * mm)
        requisites = " ".join(f"{text(label)} {value}" for label, value in payee["requisites"])
        for line in (text(payee["name"]), text(payee["bank"]), requisites):
            left = _wide(line, BODY, canvas, 12 * mm, left, 130 * mm)
        y = _wide(text(bill["payments_until"]), SMALL, canvas, 153 * mm, y, 130 * mm)
        for note in bill["notes"]:
            y = _wide(text(note), SMALL, canvas, 153 * mm, y, 130 * mm)

    def _back(self, canvas: Canvas, sheet: Content) -> None:
        said, back = sheet["labels"], sheet["back"]
        y = self._letterhead(canvas, back["brand"])
        canvas.setFont("PaperBold", 16)
        canvas.drawString(12 * mm, y - 14, text(said["back"]))
        canvas.setFont("Paper", 9)
        canvas.drawString(12 * mm, y - 32, f"{text(said['due'])} {back['due_on']}")
        sections = [(text(s["title"]), [text(p) for p in s["paragraphs"]]) for s in back["sections"]]
        sections.append((text(said["how_to_read"]), [text(p) for p in back["how_to_read"]]))
        offices = [
            f"{text(o['name'])}<br/>{text(o['address'])}<br/>{text(o['hours'])}<br/>{o['phone']}"
            for o in back["offices"]
        ]
        sections.append((text(said["offices"]), offices))
        for column, group in enumerate((sections[:2], sections[2:3], sections[3:])):
            below, x = y - 45, (12 + 93 * column) * mm
            for title, paragraphs in group:
                below = _wide(title, HEADING, canvas, x, below, 84 * mm)
                for paragraph in paragraphs:
                    below = _wide(paragraph, BODY, canvas, x, below, 84 * mm) - 5
