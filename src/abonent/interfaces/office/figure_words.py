"""What the figures' codes are called."""

from django.utils.translation import gettext_lazy as _

from abonent.interfaces.office.request_words import STATES
from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal

PAYMENT_WAYS = {
    "online": _("this portal"),
    "bank": _("banks' own apps"),
    "registry": _("registries of banks"),
}
_READING_STATES = {
    "received": _("received"),
    "sent": _("sent to billing"),
    "accepted": _("accepted"),
    "rejected": _("rejected"),
    "used": _("used in a bill"),
    "corrected": _("corrected by the customer"),
}


def reading_state(state: str) -> str:
    return str(_READING_STATES.get(state, state))


def request_state(state: str) -> str:
    return str(STATES.get(state, state))


def method_name(way: str, code: str) -> str:
    """The profile's word; a registry is called by its bank, whose method or name the profile may know too."""
    code = code.removeprefix("registry:")
    paying = portal().paying
    for method in paying.methods:
        if method.code == code:
            return local(method.label)
    return next((local(bank.name) for bank in paying.banks if bank.code == code), code)
