"""The same bill by WeasyPrint: HTML and CSS. Its font configuration and parsed style sheet are kept warm."""

from html import escape
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

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

STYLE = """
@font-face { font-family: Paper; font-weight: 400; src: url(file://%s) }
@font-face { font-family: Paper; font-weight: 600; src: url(file://%s) }
@page { size: A4 landscape; margin: 10mm 12mm 12mm;
  @bottom-left { content: string(account); font: 7pt Paper; color: #555c64 }
  @bottom-right { content: string(month); font: 7pt Paper; color: #555c64 } }
body { font: 9pt/1.25 Paper; color: #16191d; margin: 0 }
.head { border-top: 2.4pt solid #2f6b2f; padding-top: 7pt; display: flex; justify-content: space-between }
.brand { font-size: 13pt; font-weight: 600; color: #2f6b2f }
.contacts { font-size: 8pt; text-align: right }
.grey { color: #555c64 }
.top { display: flex; gap: 9mm; margin: 4mm 0 }
.top .who { flex: 1 }
h1 { font-size: 16pt; font-weight: 600; margin: 0 }
h2 { font-size: 10pt; font-weight: 600; margin: 4mm 0 2mm }
.amount { border-left: 2.4pt solid #2f6b2f; padding-left: 4mm } .amount b { font-size: 29pt; display: block }
.code { border: 0.6pt solid #16191d; padding: 2mm 3mm; margin-top: 3mm; width: 62mm }
.qr { width: 34mm; text-align: center; font-size: 7pt } .qr svg { width: 28mm; height: 28mm; margin: 3mm }
b { font-weight: 600 }
table { border-collapse: collapse; width: 100%% } .charges { table-layout: fixed }
th { font-size: 7pt; font-weight: 400; line-height: 1.1; color: #555c64; text-align: left;
  vertical-align: bottom; border-top: 0.9pt solid }
td { border-bottom: 0.4pt solid #aab1b9; padding: 1.6pt 2pt }
.n { text-align: right } .charges td + td + td, .charges th + th + th { border-left: 0.25pt solid #aab1b9 }
.part { padding-left: 3mm; color: #555c64 } tfoot td { font-weight: 600; border-top: 0.9pt solid }
.facts td { border: 0 }
.back { page-break-before: always } .columns { columns: 3; column-gap: 9mm }
.account { string-set: account content() } .month { string-set: month content() }
"""


def _html_letterhead(brand: Content) -> str:
    contacts = "<br>".join(
        f'<span class="grey">{escape(text(c["label"]))}</span> <b>{escape(text(c["value"]))}</b>'
        for c in brand["contacts"]
    )
    name = escape(text(brand["name"]))
    return f'<div class="head"><div class="brand">{name}</div><div class="contacts">{contacts}</div></div>'


def _html_top(sheet: Content, bill: Content) -> str:
    said = sheet["labels"]
    rows = "".join(
        f'<tr><td class="grey">{escape(label)}</td><td>{escape(value)}</td></tr>'
        for label, value in facts(sheet, bill)
    )
    return (
        f'<div class="top"><div class="who"><h1>{text(said["housing_bill"])}</h1>'
        f'<div class="month">{text(bill["month"])}</div><table class="facts">{rows}</table></div>'
        f'<div><div class="amount">{text(said["to_pay"])}<b>{bill["to_pay"]} {bill["currency"]}</b>'
        f"{text(said['due'])} <b style='display:inline;font-size:9pt'>{bill['due_on']}</b></div>"
        f'<div class="code">{text(said["link_code"])} <b>{bill["link_code"]["code"]}</b> '
        f"{text(bill['link_code']['validity'])}</div></div>"
        f'<div class="qr">{bill["qr"]["svg"]}{text(said["qr_how"])}</div></div>'
    )


def _side(line: Content, key: str) -> str:
    if key == "name":
        return "part" if line["level"] else ""
    return "" if key in ("no", "unit") else "n"


def _html_charges(sheet: Content, bill: Content) -> str:
    said = sheet["labels"]
    widths = "".join(f'<col style="width:{width}mm">' for width in WIDTHS)
    first = "".join(
        f'<th {"colspan" if key == "undelivered" else "rowspan"}="2">{text(said[key])}</th>'
        for key in HEADS
        if key
    )
    numbers = "".join(f"<th>{n}</th>" for n in range(1, 14))
    rows = "".join(
        "<tr>"
        + "".join(f'<td class="{_side(line, key)}">{escape(text(line[key]))}</td>' for key in KEYS)
        + "</tr>"
        for line in bill["lines"]
    )
    sums = "".join(
        f'<td class="n">{bill["sums"][key]}</td>' if key in SUMMED
        else f"<td>{text(said['total']) if key == 'name' else ''}</td>"
        for key in KEYS
    )  # fmt: skip
    return (
        f'<table class="charges"><colgroup>{widths}</colgroup><thead><tr>{first}</tr>'
        f"<tr><th>{text(said['days'])}</th><th>{bill['currency']}</th></tr><tr>{numbers}</tr></thead>"
        f"<tbody>{rows}</tbody><tfoot><tr>{sums}</tr></tfoot></table>"
    )


def _html_rest(sheet: Content, bill: Content) -> str:
    said, payee = sheet["labels"], bill["payees"][0]
    heads = "".join(f"<th>{text(said[key])}</th>" for key in METER_HEADS)
    meters = "".join(
        "<tr>" + "".join(f"<td>{escape(text(meter[key]))}</td>" for key in METER_KEYS) + "</tr>"
        for meter in bill["meters"]
    )
    requisites = " ".join(
        f'<span class="grey">{text(label)}</span> {value}' for label, value in payee["requisites"]
    )
    account = f"{text(said['account'])} {bill['customer']['account']}"
    return (
        f"<h2>{text(said['meters'])}</h2><table><thead><tr>{heads}</tr></thead><tbody>{meters}</tbody></table>"
        f"<h2>{text(said['payee'])}</h2><b>{escape(text(payee['name']))}</b><br>{escape(text(payee['bank']))}"
        f"<br>{requisites}<p>{text(bill['payments_until'])} "
        f"{' '.join(escape(text(note)) for note in bill['notes'])}"
        f'<span class="account" style="font-size:0">{account}</span></p>'
    )


def _html_back(sheet: Content) -> str:
    said, back = sheet["labels"], sheet["back"]
    parts = [
        f"<h2>{escape(text(s['title']))}</h2>" + "".join(f"<p>{escape(text(p))}</p>" for p in s["paragraphs"])
        for s in back["sections"]
    ]
    parts.append(
        f"<h2>{text(said['how_to_read'])}</h2>" + "".join(f"<p>{text(p)}</p>" for p in back["how_to_read"])
    )
    parts.append(
        f"<h2>{text(said['offices'])}</h2>"
        + "".join(
            f"<p><b>{escape(text(o['name']))}</b><br>{escape(text(o['address']))}<br>"
            f'<span class="grey">{escape(text(o["hours"]))}</span><br>{o["phone"]}</p>'
            for o in back["offices"]
        )
    )
    return (
        f'<div class="back">{_html_letterhead(back["brand"])}<h1>{text(said["back"])}</h1>'
        f'<p>{text(said["due"])} <b>{back["due_on"]}</b></p><div class="columns">{"".join(parts)}</div></div>'
    )


class WeasyPrint:
    """`tagged` asks for the same accessible PDF/UA-1 that ours is."""

    def __init__(self, *, tagged: bool) -> None:
        self._fonts = FontConfiguration()
        self._style = CSS(string=STYLE % font_files(), font_config=self._fonts)
        self._options: dict[str, Any] = {"pdf_variant": "pdf/ua-1"} if tagged else {}

    def draw(self, sheet: Content) -> bytes:
        pages = []
        for bill in sheet["items"]:
            front = _html_letterhead(bill["brand"]) + _html_top(sheet, bill) + _html_charges(sheet, bill)
            pages.append(front + _html_rest(sheet, bill) + _html_back(sheet))
        between = '<div style="page-break-before: always"></div>'
        head = f'<html lang="ru"><meta charset="utf-8"><title>{escape(sheet["title"])}</title>'
        page = f"<!doctype html>{head}<body>{between.join(pages)}"
        document = HTML(string=page)
        return bytes(document.write_pdf(stylesheets=[self._style], font_config=self._fonts, **self._options))
