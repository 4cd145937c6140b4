"""Which day it is where the request is worked on."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from abonent.portal.current import portal
from abonent.portal.models import Organisation


def zone_of(organisation: Organisation | None) -> ZoneInfo:
    """The organisation's own zone, else the portal's."""
    return ZoneInfo((organisation.time_zone if organisation else "") or portal().time_zone)


def day_of(now: datetime, organisation: Organisation | None) -> date:
    return now.astimezone(zone_of(organisation)).date()


def is_late(*, state: str, due_on: date, closed_on: date | None, today: date) -> bool:
    """Not done by its day. While the customer is asked something the deadline stands still."""
    if closed_on:
        return closed_on > due_on
    return state != "waiting" and due_on < today
