"""What makes a reading worth a look, in words; where a reading came from."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from abonent.interfaces.ui.formatting import quantity
from abonent.metering.review import RISKY, Sign

_SIGNS = {
    "many_times": gettext_lazy("the usual × %(number)s"),
    "much": gettext_lazy("much for a household, and no usual is known"),
    "rolled_over": gettext_lazy("the meter began again from nothing, says the customer"),
    "nothing_used": gettext_lazy("nothing used, as never before"),
    "far_below": gettext_lazy("less than a fifth of the usual"),
    "overdue": gettext_lazy("the meter's verification is overdue"),
    "corrections": gettext_lazy("corrections: %(number)s"),
    "first": gettext_lazy("the meter's first reading"),
    "no_photo": gettext_lazy("no photo"),
    "same": gettext_lazy("the same value as before"),
}

SOURCES = {
    "customer": pgettext_lazy("source of a reading", "from the customer"),
    "inspector": pgettext_lazy("source of a reading", "from an inspector"),
    "automatic": pgettext_lazy("source of a reading", "automatic"),
    "estimate": pgettext_lazy("source of a reading", "estimated"),
}

WAYS = {
    "cabinet": gettext_lazy("in the personal account"),
    "link": gettext_lazy("by the link of a letter"),
    "offline": gettext_lazy("typed without a network"),
}


def sign_words(sign: Sign) -> str:
    number = quantity(Decimal(sign.number)) if sign.number else ""
    return _SIGNS[sign.code] % {"number": number}


def risk_badge(points: int) -> tuple[str, str]:
    """The words and the kind of the badge."""
    kind = "danger" if points >= RISKY else "warning" if points >= RISKY / 2 else "neutral"
    return _("Risk %(points)s") % {"points": points}, kind
