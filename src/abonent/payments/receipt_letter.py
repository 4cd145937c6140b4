"""The paper that a receipt letter carries: drawn when the letter is delivered, never kept."""

from datetime import datetime
from typing import Any

from abonent.notices.attachments import Made, NothingToSend
from abonent.payments.queries import payment_facts
from abonent.payments.receipt_paper import payment_pdf


def make_receipt(*, now: datetime, payment: str, **_: Any) -> Made:
    """The PDF of a payment by its public id, in the language in which it was paid."""
    facts = payment_facts(payment, None)
    drawn = payment_pdf(payment, language=facts.language) if facts else None
    if facts is None or drawn is None:
        raise NothingToSend(f"payment {payment} has no receipt")
    return Made(name=f"payment-{facts.number}.pdf", content=drawn)
