"""Receipts, their backs and statements -> PDF. The same input gives the same bytes; nothing is written."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path

from abonent.base.months import Month
from abonent.bills.paper.content import back_content, receipt_content, sheet_content, statement_content
from abonent.bills.paper.document import Back, Brand, Customer, Receipt, ReceiptLine, Statement, Totals
from abonent.bills.paper.labels import LABELS, month_name
from abonent.bills.paper.typesetting import forget, typeset

#: Receipts in one document of a bulk print: 0.15 GB at most, and the fonts and the back are drawn once.
PER_DOCUMENT = 25


def _month(receipt: Receipt) -> str:
    return month_name(receipt.month.year, receipt.month.number, receipt.languages[0])


def render_receipt(
    receipt: Receipt, *, template: str | Path = "bilingual", back: Back | None = None
) -> bytes:
    """The bill as PDF, with its back on the second page where `back` is given.

    `template` is one of ours (`bilingual`, `housing`, `electricity`) or a path to an organisation's `.typ`.
    `PaperError` when the template cannot be used; `PaymentQrError` names the requisite that GOST R 56042-2014
    refuses; `ValueError` for a language the paper does not speak.
    """
    items = [receipt_content(receipt)]
    title = f"{LABELS['bill'][receipt.languages[0]]} {receipt.customer.account}, {_month(receipt)}"
    content = sheet_content("bill", title, receipt.languages, items, back)
    return typeset(template, content)


def check_template(template: str | Path) -> None:
    """Does the template draw a bill at all? For `abonent check`: `PaperError` says what is wrong with it."""
    line = ReceiptLine(name="—")
    nobody = Customer(account="0")
    month = Month(2000, 1)
    bare = Receipt(month=month, customer=nobody, brand=Brand(name="—"), lines=(line,), totals=Totals())
    render_receipt(bare, template=template)


def render_back(back: Back, *, template: str | Path = "back") -> bytes:
    """The back of the bill alone («Оборотная сторона счёта»). Errors as in `render_receipt`."""
    title = LABELS["back"][back.languages[0]]
    return typeset(template, sheet_content("back", title, back.languages, [back_content(back)]))


def render_statement(statement: Statement, *, template: str | Path = "statement") -> bytes:
    """Выписка по услуге as PDF. Errors as in `render_receipt`."""
    title = f"{LABELS['statement'][statement.languages[0]]} {statement.customer.account}"
    content = [statement_content(statement)]
    return typeset(template, sheet_content("statement", title, statement.languages, content))


def _documents(receipts: Iterable[Receipt], per_document: int) -> Iterator[list[Receipt]]:
    """Runs of receipts in the same languages, cut at `per_document`; never more of them in memory."""
    for _, same in groupby(receipts, key=lambda receipt: receipt.languages):
        while batch := list(islice(same, per_document)):
            yield batch


def render_many(
    receipts: Iterable[Receipt],
    *,
    template: str | Path = "bilingual",
    back: Back | None = None,
    per_document: int = PER_DOCUMENT,
) -> Iterator[bytes]:
    """Bulk print: PDFs of up to `per_document` receipts each, in order; memory stays flat.

    Every receipt begins on a front side (an odd page). Stopped half way, it is begun again with the receipts
    not yet drawn. Errors as in `render_receipt`, raised at the document in which they occur.
    """
    for batch in _documents(receipts, per_document):
        title = f"{LABELS['bills_of_month'][batch[0].languages[0]]}, {_month(batch[0])}"
        contents = [receipt_content(receipt) for receipt in batch]
        yield typeset(template, sheet_content("bill", title, batch[0].languages, contents, back))
        forget()
