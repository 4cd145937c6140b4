"""The windows of an account's organisation as a calendar file, in the reader's language."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext as _

from abonent.accounts.queries import HeldAccount
from abonent.metering.calendar_file import Event, calendar
from abonent.metering.reading_links import number_ending
from abonent.metering.reminder_times import closing_morning
from abonent.metering.rules import rules_of_organisation
from abonent.metering.windows import Rules, Window, window_state
from abonent.notices.addresses import absolute
from abonent.portal.current import portal
from abonent.portal.models import Organisation

WINDOWS = 12


def window_calendar(account: HeldAccount, *, language: str, now: datetime) -> bytes:
    """The open window and those that come, twelve in all, each with an alarm the day before its last. One
    query. A file fetched later replaces the same events (their UIDs are of account and month)."""
    organisation = Organisation.objects.get(pk=account.organisation_id)
    found = islice(_windows(rules_of_organisation(organisation), now), WINDOWS)
    name = organisation.name(language)
    return calendar((_event(account, one, name) for one in found), name=_("Meter readings"), now=now)


def _windows(rules: Rules, now: datetime) -> Iterator[Window]:
    state = window_state(rules, now)
    if state.now_open:
        yield state.now_open
    while True:
        yield state.next
        state = window_state(rules, state.next.opens)


def _event(account: HeldAccount, window: Window, organisation: str) -> Event:
    words = {
        "organisation": organisation,
        "ending": number_ending(account.number),
        "first": f"{window.first_day:%d.%m.%Y}",
        "last": f"{window.last_day:%d.%m.%Y}",
    }
    told = _(
        "%(organisation)s takes the meter readings of your account that ends in %(ending)s"
        " from %(first)s to %(last)s, both days included."
    )
    url = absolute(reverse("readings", args=[account.public_id]))
    return Event(
        uid=f"readings-{window.period}-{account.public_id}@{portal().code}",
        first=window.first_day,
        last=window.last_day,
        summary=_("Send the meter readings: %(ending)s") % words,
        description=f"{told % words}\n{url}",
        url=url,
        alarm_at=closing_morning(window),
        alarm=_("Meter readings: %(last)s is the last day") % words,
    )
