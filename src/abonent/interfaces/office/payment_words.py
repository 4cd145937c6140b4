"""What states, causes and reasons of payments are called in the office."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STATES = {
    "created": gettext_lazy("being sent to the gateway"),
    "sent": gettext_lazy("waiting for the gateway"),
    "paid": gettext_lazy("paid, needs a decision"),
    "booked": gettext_lazy("booked"),
    "told": gettext_lazy("told to billing"),
    "declined": gettext_lazy("declined"),
    "expired": gettext_lazy("not paid in time"),
    "refunded": gettext_lazy("money given back"),
}
CAUSES = {
    "customer": gettext_lazy("the customer"),
    "return": gettext_lazy("the customer came back"),
    "notice": gettext_lazy("the gateway's notice"),
    "question": gettext_lazy("the planned question"),
    "registry": gettext_lazy("a registry"),
    "staff": gettext_lazy("staff"),
    "billing": gettext_lazy("the file for billing"),
}
KIND_NAMES = {
    "": gettext_lazy("All"),
    "review": gettext_lazy("Need a decision"),
    "waiting": gettext_lazy("Waiting"),
    "booked": gettext_lazy("Booked"),
    "failed": gettext_lazy("Not paid"),
    "refunded": gettext_lazy("Refunded"),
}
REFUND_STATES = {
    "created": gettext_lazy("being sent to the gateway"),
    "sent": gettext_lazy("waiting for the gateway"),
    "done": gettext_lazy("money given back"),
    "failed": gettext_lazy("refused"),
}
ROW_STATES = {
    "booked": gettext_lazy("booked"),
    "matched": gettext_lazy("matched with a payment that is booked"),
    "repeated": gettext_lazy("came in an earlier registry"),
    "unmatched": gettext_lazy("no such account"),
    "set_aside": gettext_lazy("set aside"),
    "reversed": gettext_lazy("reversed: our own payment was booked"),
}


def reason_said(reason: str) -> str:
    """Our own reasons in words; a gateway's code as it is."""
    ours = {
        "amount": _("The gateway took another amount than was asked."),
        "currency": _("The gateway took another currency than was asked."),
    }
    return ours.get(reason, reason)


def not_refundable(why: str) -> str:
    """Why money may not be given back (`refunds.Why`), and what to do."""
    said = {
        "state": _("The gateway has no money of this payment."),
        "currency": _("The gateway took another currency: give it back in the gateway's own cabinet."),
        "amount": _("Enter an amount like 1234,56."),
        "more": _("So much is not left: some of it was given back already."),
        "reason": _("Say why: the next colleague will read it."),
        "key": _("This page was used for another refund. Open the payment anew."),
        "waits": _("An earlier refund is not finished. Ask the gateway, and try again when it is."),
    }
    return said.get(why, why)
