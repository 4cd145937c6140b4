"""What a page of months was asked to show: read from the address, forgiving, never an error page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from abonent.base.months import Month


@dataclass(frozen=True, slots=True)
class MonthsAsked:
    """`first` and `last` are None where the default is to be shown; `problem` says why, to the reader."""

    first: Month | None
    last: Month | None
    service: str | None
    problem: str | None = None


def _month(text: str) -> Month | None:
    return Month.parse(text) if text.strip() else None


def months_asked(query: Mapping[str, str]) -> MonthsAsked:
    """Read `from=2026-01&to=2026-10&service=CODE`; nonsense gives the default period and a message."""
    service = query.get("service", "").strip()[:40] or None
    try:
        first, last = _month(query.get("from", "")), _month(query.get("to", ""))
    except ValueError:
        return MonthsAsked(
            None, None, service, _("These months could not be read, so the usual ones are shown.")
        )
    if first and last and first > last:
        return MonthsAsked(
            None, None, service, _("The first month is later than the last one, so the usual ones are shown.")
        )
    return MonthsAsked(first, last, service)
