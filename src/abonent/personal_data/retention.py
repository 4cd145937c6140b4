"""What is kept how long: one table, which docs/domain/personal_data.md shows and a test holds to it.

A profile may lengthen a time (`retention.<code>`, in days), never shorten it. What is not in the table is
kept as long as the law asks or the person is a customer: the page says which and why. Who deletes it:
operations/retention.py.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.portal.current import portal

YEAR = 365


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data: its name in tables, how many days it is kept, how many rows go at once."""

    code: str
    days: int
    what: Promise
    batch: int = 500


RULES: tuple[Rule, ...] = (
    Rule("sessions", 0, _("Sessions that are over")),
    Rule("request_drafts", 1, _("Files of requests that were not sent"), 50),
    Rule("last_words", 1, _("Letters that a cabinet was deleted")),
    Rule("exports", 7, _("Files with all of a person's data"), 50),
    Rule("bank_calls", 30, _("Counts of banks' calls")),
    Rule("unconfirmed", 30, _("Sign-ups that nobody confirmed"), 50),
    Rule("tasks", 30, _("Tasks that failed")),
    Rule("kept_forms", 60, _("Readings typed for a window nobody came back for")),
    Rule("reading_links", 60, _("Links of reminders that are over")),
    Rule("letters", 90, _("Letters")),
    Rule("looks", YEAR + 1, _("That staff looked at an account as its customer (the trail stays)")),
    Rule("trail_addresses", YEAR + 1, _("Network addresses in the trail (the events stay)"), 1000),
    Rule("gateway_notices", YEAR, _("What gateways sent (that they rang stays)")),
    Rule("tries", 2 * YEAR + 1, _("Tries to link an account")),
    Rule("photos", 3 * YEAR, _("Photos of meters (the readings stay)"), 100),
    Rule(
        "trail_reasons",
        5 * YEAR + 2,
        _("Reasons in the trail, in the words of staff (the events stay)"),
        1000,
    ),
    Rule("request_files", 5 * YEAR, _("Files of closed requests (the requests stay)"), 50),
)


def kept_for(rule: Rule) -> timedelta:
    """The table's days, or the profile's where it has more."""
    return timedelta(days=max(rule.days, portal().retention.get(rule.code, 0)))


def wrong_in_profile() -> list[str]:
    """What the profile says of retention and cannot mean, for `abonent check`."""
    days = {rule.code: rule.days for rule in RULES}
    asked = portal().retention.items()
    unknown = [
        f"retention.{code}: there is no such kind of data" for code, _days in asked if code not in days
    ]
    shorter = [
        f"retention.{code}: {given} days are fewer than the table's {days[code]}"
        for code, given in asked
        if given < days.get(code, 0)
    ]
    return unknown + shorter
