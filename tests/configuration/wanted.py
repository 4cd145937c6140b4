"""Values of settings for tests, and how one is published."""

from datetime import date, timedelta
from typing import Any

from abonent.configuration.operations import publish, save_draft
from abonent.configuration.queries import latest_number
from abonent.portal.models import SettingsVersion
from abonent.portal.overlay import Place
from abonent.users.models import StaffMembership
from tests.users.cast import NOW

TODAY = date(2026, 11, 21)
CONTACT = Place("contact_centre")


def contacts(phone: str) -> dict[str, Any]:
    return {"phones": [phone], "hours": {"ru": "круглосуточно", "en": "always"}}


def published(
    staff: StaffMembership, place: Place, value: Any, *, in_days: int = 0, note: str = "так решено"
) -> SettingsVersion:
    """Draft and publication at once."""
    draft = save_draft(staff=staff, place=place, value=value, revision=None, now=NOW)
    return publish(
        staff=staff,
        place=place,
        revision=draft.revision,
        latest=latest_number(place),
        in_force_from=TODAY + timedelta(days=in_days),
        note=note,
        today=TODAY,
        now=NOW,
    )
