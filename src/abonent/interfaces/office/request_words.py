"""What states and events of requests are called in the office."""

from django.utils.translation import gettext_lazy as _

from abonent.interfaces.ui.environment import local
from abonent.portal.current import portal
from abonent.service_requests import words

STATES = words.STATES | {"received": _("New request"), "waiting": _("Waiting for the customer")}
EVENTS = words.EVENTS


def team_name(code: str) -> str:
    """The profile's word; a team that is no more shows its code."""
    team = portal().requests.team(code)
    return local(team.name) if team else code
