"""The receipt of a payment made online: what it holds, and its PDF. Not a fiscal receipt, and it says so.

Money is `Decimal` with two places in the paper's currency. Nothing of a card is on it: the portal knows none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from abonent.base.money import ZERO
from abonent.bills.paper.content import brand_content, sheet_content, words
from abonent.bills.paper.document import Brand, Text
from abonent.bills.paper.figures import day, money
from abonent.bills.paper.labels import LABELS
from abonent.bills.paper.typesetting import typeset


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidPart:
    """A share of the payment: the account, what for, how much."""

    account: str
    address: str = ""
    service: Text = ""
    """Empty: the account's bill as a whole."""
    payee: Text = ""
    amount: Decimal = ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentReceipt:
    """`paid_at` by the portal's clocks. `commission`: what the customer paid besides the parts."""

    number: str
    paid_at: datetime
    method: Text
    parts: tuple[PaidPart, ...]
    brand: Brand
    commission: Decimal = ZERO
    refunded: Decimal = ZERO
    languages: tuple[str, ...] = ("ru",)
    currency: str = "₽"

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.parts), ZERO)


def render_payment(receipt: PaymentReceipt) -> bytes:
    """The receipt of a payment as PDF. Errors as in `render_receipt`."""
    title = f"{LABELS['payment_receipt'][receipt.languages[0]]} № {receipt.number}"
    return typeset("payment", sheet_content("payment", title, receipt.languages, [payment_content(receipt)]))


def payment_content(receipt: PaymentReceipt) -> dict[str, Any]:
    """What the template receives."""
    languages = receipt.languages
    return {
        "number": receipt.number,
        "paid_at": f"{day(receipt.paid_at)}, {receipt.paid_at:%H:%M}",
        "method": words(receipt.method, languages),
        "brand": brand_content(receipt.brand, languages),
        "payees": _payees(receipt.parts, languages),
        "parts": [_part(one, languages) for one in receipt.parts],
        "amount": money(receipt.amount),
        "commission": money(receipt.commission),
        "has_commission": receipt.commission > 0,
        "charged": money(receipt.amount + receipt.commission),
        "refunded": money(receipt.refunded) if receipt.refunded else "",
        "currency": receipt.currency,
    }


def _payees(parts: Sequence[PaidPart], languages: Sequence[str]) -> list[list[str]]:
    """Each once, in the order of the parts."""
    found = [words(one.payee, languages) for one in parts if one.payee]
    return [one for index, one in enumerate(found) if one not in found[:index]]


def _part(part: PaidPart, languages: Sequence[str]) -> dict[str, Any]:
    return {
        "account": part.account,
        "address": part.address,
        "service": words(part.service, languages),
        "amount": money(part.amount),
    }
