"""Paper: receipts, their backs, statements, receipts of payments, as PDF. Pure: no framework, no database.

>>> render_receipt(receipt, template="bilingual", back=back)  # doctest: +SKIP
"""

from abonent.bills.paper.document import (
    Back,
    BackOffice,
    BackSection,
    Brand,
    Contact,
    Customer,
    LinkCode,
    MeterLine,
    Payee,
    Receipt,
    ReceiptLine,
    Statement,
    StatementLine,
    Text,
    Totals,
)
from abonent.bills.paper.payment_qr import PaymentOrder, PaymentQrError
from abonent.bills.paper.payment_receipt import PaidPart, PaymentReceipt, render_payment
from abonent.bills.paper.render import (
    check_template,
    render_back,
    render_many,
    render_receipt,
    render_statement,
)
from abonent.bills.paper.typesetting import PaperError

__all__ = [
    "Back",
    "BackOffice",
    "BackSection",
    "Brand",
    "Contact",
    "Customer",
    "LinkCode",
    "MeterLine",
    "PaidPart",
    "PaperError",
    "Payee",
    "PaymentOrder",
    "PaymentQrError",
    "PaymentReceipt",
    "Receipt",
    "ReceiptLine",
    "Statement",
    "StatementLine",
    "Text",
    "Totals",
    "check_template",
    "render_back",
    "render_many",
    "render_payment",
    "render_receipt",
    "render_statement",
]
