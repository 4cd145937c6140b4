"""What a fiscal receipt says (54-FZ), for methods whose profile asks for one. The gateway makes it."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from abonent.base.money import ZERO
from abonent.payments import connections
from abonent.payments.gateway import Fiscal, FiscalItem
from abonent.payments.giving_back import given_back
from abonent.payments.models import Payment, PaymentPart, Refund

_RECEIPTS_ARE_READ_IN = "ru"
"""By the tax service of Russia, whatever the customer's language."""


def fiscal_of(payment: Payment, parts: Sequence[PaymentPart]) -> Fiscal | None:
    """A line for each part, and one for the commission: together they are what is charged."""
    return _fiscal(payment, parts, [part.amount for part in parts], payment.commission)


def fiscal_of_refund(payment: Payment, amount: Decimal) -> Fiscal | None:
    """The same lines, each with its share of a refund that follows those already done."""
    if connections.method(payment.method).fiscal is None:
        return None
    parts = list(payment.parts.select_related("account", "service").order_by("position"))
    done = payment.refunds.filter(state=Refund.State.DONE).order_by("done_at", "pk")
    refunds = [*done.values_list("amount", flat=True), amount]
    shares = given_back([part.amount for part in parts], refunds)[-1]
    return _fiscal(payment, parts, shares, amount - sum(shares, ZERO))


def _fiscal(
    payment: Payment, parts: Sequence[PaymentPart], shares: Sequence[Decimal], commission: Decimal
) -> Fiscal | None:
    rules = connections.method(payment.method).fiscal
    if rules is None:
        return None
    with translation.override(_RECEIPTS_ARE_READ_IN):
        items = [FiscalItem(_text(part), share) for part, share in zip(parts, shares, strict=True) if share]
        if commission:
            items.append(FiscalItem(_("Commission"), commission))
    return Fiscal(
        items=tuple(items),
        email=payment.email,
        vat=rules.vat,
        tax_system=rules.tax_system,
        subject=rules.subject,
        mode=rules.mode,
    )


def _text(part: PaymentPart) -> str:
    if part.service is None:
        return _("Utilities, account %(numbers)s") % {"numbers": part.account.number}
    return _("%(service)s, account %(number)s") % {
        "service": part.service.name_ru,
        "number": part.account.number,
    }
