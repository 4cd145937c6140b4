"""What the pages of paying say: the commission of a way, why a payment was declined, what is awaited."""

from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.interfaces.ui.formatting import money, quantity
from abonent.portal.current import portal
from abonent.portal.profile import Commission

#: Codes of Halyk ePay (epayment.kz/docs/kody-oshibok), by the word that YooKassa has for the same.
HALYK = {
    "455": "3d_secure_failed",
    "458": "issuer_unavailable",
    "459": "invalid_card_number",
    "462": "call_issuer",
    "463": "call_issuer",
    "465": "payment_method_restricted",
    "466": "call_issuer",
    "467": "payment_method_restricted",
    "471": "invalid_card_number",
    "472": "invalid_card_number",
    "473": "3d_secure_failed",
    "478": "card_expired",
    "479": "payment_method_restricted",
}


def commission_says(rule: Commission) -> str:
    """«Комиссия 1,5 %, не меньше 30,00 ₸»; that there is none, where the organisation bears it."""
    if not (rule.percent or rule.minimum):
        return _("No commission")
    if rule.paid_by == "organisation":
        return _("No commission for you: the organisation pays it")
    symbol = portal().currency_symbol
    if not rule.percent:
        return _("Commission %(amount)s") % {"amount": money(rule.minimum, symbol)}
    says = [_("Commission %(percent)s %%") % {"percent": quantity(rule.percent)}]
    if rule.minimum:
        says.append(_("at least %(amount)s") % {"amount": money(rule.minimum, symbol)})
    if rule.maximum is not None:
        says.append(_("at most %(amount)s") % {"amount": money(rule.maximum, symbol)})
    return ", ".join(says)


def amount_says(value: Decimal) -> str:
    return money(value, portal().currency_symbol)


def why_declined(reason: str) -> str:
    """The gateway's code in people's words, with what to do about it: YooKassa's reasons of a cancellation,
    Halyk's codes; anything else, the practice bank's «declined» too, has the general words."""
    known = {
        "insufficient_funds": _(
            "There is not enough money on the card. Pay with another card or a smaller sum."
        ),
        "card_expired": _("The card has expired. Pay with another card."),
        "invalid_card_number": _("The card number was typed wrongly. Try again."),
        "invalid_csc": _("The code on the back of the card was typed wrongly. Try again."),
        "3d_secure_failed": _("The bank's code from the message was not confirmed. Try again."),
        "payment_method_limit_exceeded": _("The limit of the card is used up. Raise it in the bank's app."),
        "payment_method_restricted": _("Such payments are not allowed for this card. Ask your bank."),
        "country_forbidden": _("A card of this country is not taken. Pay with another card."),
        "call_issuer": _("Your bank did not allow the payment. Ask it why, or pay with another card."),
        "fraud_suspected": _("Your bank did not allow the payment. Ask it why, or pay with another card."),
        "issuer_unavailable": _("Your bank does not answer now. Try again later."),
        "internal_timeout": _("The bank did not answer in time. Try again."),
        "canceled_by_customer": _("You left the bank's page without paying."),
    }
    return known.get(HALYK.get(reason, reason)) or _(
        "The bank did not take the payment. Try again, or pay with another card."
    )
