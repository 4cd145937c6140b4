"""The payment of a bill as GOST R 56042-2014 has it: always one that a code can hold."""

from dataclasses import replace
from decimal import Decimal

from abonent.base.months import Month
from abonent.bills.paper.document import Customer, Payee, Text
from abonent.bills.paper.payment_qr import LONGEST, SEPARATORS, PaymentOrder, PaymentQrError, payload

#: Tried first by `payload`, and what a text loses when it holds every other one as well.
_BAR = SEPARATORS[0]
_TEXTS = ("name", "bank_name", "purpose", "customer_account", "document_id", "payer_address")


def bill_order(
    payee: Payee, *, month: Month, amount: Decimal, customer: Customer, number: str = ""
) -> PaymentOrder:
    """`payee` takes a payment QR (`Payee.takes_payment_qr`). Names are cut to the standard's limits, and
    further where the block could not be held; a bar becomes a blank where every separator is in use."""
    return _held(
        PaymentOrder(
            name=plain(payee.name)[: LONGEST["Name"]],
            account=payee.account,
            bank_name=plain(payee.bank)[: LONGEST["BankName"]],  # the bank is known by its BIC
            bic=payee.bic,
            correspondent_account=payee.correspondent_account,
            payee_inn=payee.tax_id,
            kpp=payee.kpp,
            amount=amount,
            purpose=purpose(month, customer),
            customer_account=plain(customer.account),
            period=f"{month.number:02d}{month.year}",
            document_id=plain(number),
            payer_address=plain(customer.address),
        )
    )


def purpose(month: Month, customer: Customer) -> str:
    """What the payment is for, as banks print it: in Russian."""
    return plain(f"Оплата услуг по счёту за {month.number:02d}.{month.year}, л/с {customer.account}")


def plain(text: Text) -> str:
    """In Russian where there is Russian, on one line, without control characters."""
    said = text if isinstance(text, str) else text.get("ru") or next(filter(None, text.values()), "")
    return " ".join("".join(ch if ch.isprintable() else " " for ch in said).split())


def _held(order: PaymentOrder) -> PaymentOrder:
    """The order that `payload` does not refuse for its texts."""
    if set(SEPARATORS) <= set("".join(getattr(order, key) for key in _TEXTS)):
        order = replace(order, **{key: getattr(order, key).replace(_BAR, " ") for key in _TEXTS})
    while not _fits(order):
        longest = "name" if len(order.name) >= len(order.bank_name) else "bank_name"
        order = replace(order, **{longest: getattr(order, longest)[:-1].rstrip()})
    return order


def _fits(order: PaymentOrder) -> bool:
    """Only a block that is too long with nothing left to drop says no; any other mistake is raised."""
    try:
        payload(order)
    except PaymentQrError as error:
        if "nothing left to drop" not in str(error):
            raise
        return False
    return True
