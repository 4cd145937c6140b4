"""The rules of taking readings of one organisation: its own row over the portal's profile."""

from decimal import Decimal
from typing import NamedTuple

from abonent.metering.windows import Rules
from abonent.portal.current import portal
from abonent.portal.models import Organisation


class OwnRules(NamedTuple):
    """What an organisation's row says (portal.models.Organisation)."""

    readings_from: int | None
    readings_to: int | None
    time_zone: str
    overdue_readings: str


def rules_of(own: OwnRules) -> Rules:
    """A day that the row leaves empty, a zone or a word is the profile's."""
    profile = portal()
    readings = profile.readings
    overdue = {"refuse": True, "accept": False}.get(own.overdue_readings, readings.refuse_overdue)
    return Rules(
        first_day=own.readings_from or readings.first_day,
        last_day=own.readings_to or readings.last_day,
        time_zone=own.time_zone or profile.time_zone,
        refuse_overdue=overdue,
        unusual_times=Decimal(str(readings.unusual_times)),
        sent_to_billing=readings.sent_to_billing,
        sent_at_hour=readings.sent_at_hour,
    )


def rules_of_organisation(own: Organisation) -> Rules:
    """`rules_of` its row."""
    return rules_of(OwnRules(own.readings_from, own.readings_to, own.time_zone, own.overdue_readings))
