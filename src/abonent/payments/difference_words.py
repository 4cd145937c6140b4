"""What the kinds of differences and their owners are called."""

from django.utils.translation import gettext_lazy

KINDS = {
    "missing_here": gettext_lazy("the gateway has it, the portal has not"),
    "missing_there": gettext_lazy("the portal has it, the gateway has not"),
    "amount": gettext_lazy("the amounts differ"),
    "refund": gettext_lazy("the refunds differ"),
    "review": gettext_lazy("paid, and waits for a decision"),
    "hanging": gettext_lazy("no answer for more than a day"),
    "not_told": gettext_lazy("not in any file for billing"),
    "not_confirmed": gettext_lazy("billing has not said it back"),
    "unmatched": gettext_lazy("a row of a registry fits no account"),
    "twice": gettext_lazy("booked twice"),
    "bank_call": gettext_lazy("the bank repeated a payment with other particulars"),
}
OWNERS = {
    "gateway": gettext_lazy("the bank"),
    "portal": gettext_lazy("we"),
    "billing": gettext_lazy("billing"),
}
