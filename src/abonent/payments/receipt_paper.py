"""The receipt of a payment on paper, for its page and for its letter."""

from zoneinfo import ZoneInfo

from django.conf import settings

from abonent.bills.brand import portal_brand
from abonent.bills.paper import PaidPart, PaymentReceipt, Text, render_payment
from abonent.bills.receipts import paper_languages
from abonent.payments.models import Payment, PaymentPart
from abonent.portal.current import portal
from abonent.portal.models import Organisation, Service

#: States in which the ledger has the money.
PAID = frozenset({Payment.State.BOOKED, Payment.State.TOLD, Payment.State.REFUNDED})


def payment_pdf(public_id: str, *, language: str, user_id: int | None = None) -> bytes | None:
    """The receipt as PDF; None when there is no such payment of this person, or nothing is booked. Without
    `user_id`: whoever's it is (for the letter). Two queries."""
    found = Payment.objects.filter(public_id=public_id, state__in=PAID, booked_at__isnull=False)
    payment = found.first() if user_id is None else found.filter(user_id=user_id).first()
    return None if payment is None else render_payment(_receipt(payment, language))


def _receipt(payment: Payment, language: str) -> PaymentReceipt:
    parts = payment.parts.select_related("account__organisation", "service__organisation")
    paid_at = (payment.paid_at or payment.created_at).astimezone(ZoneInfo(settings.TIME_ZONE))
    return PaymentReceipt(
        number=str(payment.pk),
        paid_at=paid_at,
        method=_method(payment.method),
        parts=tuple(map(_part, parts.order_by("position"))),
        brand=portal_brand(),
        commission=payment.commission,
        refunded=payment.refunded,
        languages=paper_languages(language),
        currency=portal().currency_symbol,
    )


def _method(code: str) -> Text:
    """As the profile calls it; its code when the profile has it no more."""
    for one in portal().paying.methods:
        if one.code == code:
            return {str(language): said for language, said in one.label.items()}
    return code


def _part(part: PaymentPart) -> PaidPart:
    payee = part.service.organisation if part.service else part.account.organisation
    return PaidPart(
        account=part.account.number,
        address=part.account.full_address,
        service=_service(part.service) if part.service else "",
        payee=_name(payee),
        amount=part.amount,
    )


def _name(organisation: Organisation) -> Text:
    return {language: organisation.name(language) for language in ("ru", "kk", "en")}


def _service(service: Service) -> Text:
    return {"ru": service.name_ru, "kk": service.name_kk or service.name_ru, "en": service.name_en}
