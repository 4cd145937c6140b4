"""What readings, their sources and their states are called on the pages."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from abonent.interfaces.ui.formatting import NBSP, date, quantity
from abonent.interfaces.ui.formatting import datetime as day_and_hour
from abonent.metering.scale_names import scale_name

#: A state's badge (`ui/small.html`).
BADGES = {
    "received": "info",
    "sent": "info",
    "accepted": "success",
    "rejected": "danger",
    "used": "success",
    "corrected": "neutral",
}


def scale_label(scale: str) -> str:
    """The name of a scale's field; a meter with one scale has simply a reading."""
    if scale == "total":
        return pgettext("scale", "Reading")
    return scale_name(scale).capitalize()


def source_name(source: str | None) -> str:
    """Where a reading comes from, as it stands after its date."""
    names = {
        "customer": pgettext("source of a reading", "from the customer"),
        "inspector": pgettext("source of a reading", "from an inspector"),
        "automatic": pgettext("source of a reading", "automatic"),
        "estimate": pgettext("source of a reading", "estimated"),
    }
    return names.get(source or "", "")


def state_name(state: str) -> str:
    names = {
        "received": pgettext("state of a reading", "Received"),
        "sent": pgettext("state of a reading", "Sent to billing"),
        "accepted": pgettext("state of a reading", "Accepted"),
        "rejected": pgettext("state of a reading", "Rejected"),
        "used": pgettext("state of a reading", "Used in the bill"),
        "corrected": pgettext("state of a reading", "Corrected"),
    }
    return names[state]


def meter_says(serial: str) -> str:
    return _("meter No. %(serial)s") % {"serial": serial}


def figures(value: Decimal | None) -> str:
    """A reading as it is shown: `12 345,5`; a dash when there is none."""
    return "—" if value is None else quantity(value)


def typed(value: Decimal) -> str:
    """A reading as it stands in its field: `12345,5`."""
    return quantity(value).replace(NBSP, "")


def moment(at: datetime) -> str:
    """A moment by the clocks of the zone it carries, the supplier's: `21.11.2026, 20:00`."""
    return day_and_hour(at)


def until(at: datetime) -> str:
    """The end of a time: midnight is the end of the day before, `25.11.2026, 24:00`."""
    if (at.hour, at.minute) == (0, 0):
        return f"{date((at - timedelta(hours=1)).date())}, 24:00"
    return moment(at)


def masked(email: str) -> str:
    """`a•••@example.kz`: enough to know one's own address by."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}"
