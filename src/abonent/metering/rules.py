"""The rules of an organisation for taking readings: its own row over the profile, and what the office
published over both."""

from decimal import Decimal
from typing import NamedTuple

from abonent.metering.windows import Rules
from abonent.portal.current import own_window, portal
from abonent.portal.models import Organisation


class OwnRules(NamedTuple):
    """What an organisation's row says (portal.models.Organisation)."""

    organisation_id: int
    readings_from: int | None
    readings_to: int | None
    time_zone: str
    overdue_readings: str


def rules_of(own: OwnRules) -> Rules:
    """A window published in the office wins over the row's; a day that both leave empty, a zone or a word is
    the profile's."""
    profile = portal()
    readings = profile.readings
    first_day, last_day = own_window(own.organisation_id) or (own.readings_from, own.readings_to)
    overdue = {"refuse": True, "accept": False}.get(own.overdue_readings, readings.refuse_overdue)
    return Rules(
        first_day=first_day or readings.first_day,
        last_day=last_day or readings.last_day,
        time_zone=own.time_zone or profile.time_zone,
        refuse_overdue=overdue,
        unusual_times=Decimal(str(readings.unusual_times)),
        sent_to_billing=readings.sent_to_billing,
        sent_at_hour=readings.sent_at_hour,
    )


def rules_of_organisation(own: Organisation) -> Rules:
    """`rules_of` its row."""
    return rules_of(OwnRules(own.pk, own.readings_from, own.readings_to, own.time_zone, own.overdue_readings))
