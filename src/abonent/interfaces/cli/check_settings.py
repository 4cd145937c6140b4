"""Do the settings that the office published still fit the profile? One that does not is left out."""

from datetime import date

from abonent.configuration.queries import broken_settings, name_of
from abonent.interfaces.cli.finding import OK, WARN, Finding
from abonent.portal.queries import settings_number


def finding(*, today: date) -> Finding:
    broken = broken_settings(today=today)
    if broken:
        place, reason = broken[0]
        text = f"{len(broken)} published but left out: {name_of(place)}: {reason}"
        remedy = "publish it anew in the office (Settings), or go back to the file there"
        return Finding(WARN, "settings", text, remedy)
    return Finding(OK, "settings", f"{settings_number()} publications in the office, all fit the profile")
