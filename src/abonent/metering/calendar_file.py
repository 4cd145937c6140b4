"""An iCalendar file (RFC 5545) of days to be reminded of. Pure: the standard library only."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

PRODUCT = "-//Abonent//Meter readings//EN"
_LONGEST = 75
"""Octets of a line, without its end (3.1)."""
# TEXT knows no control characters but the tab (3.3.11).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Event:
    """Whole days, from `first` to `last`, with an alarm at a moment of its own."""

    uid: str
    """The same event in a later file: the calendar replaces it."""
    first: date
    last: date
    summary: str
    description: str
    url: str
    alarm_at: datetime
    alarm: str


def calendar(events: Iterable[Event], *, name: str, now: datetime) -> bytes:
    """The file, in UTF-8 with CRLF: folded lines, escaped texts, alarms that show a text."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
    for event in events:
        lines += _event(event, now)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def _event(event: Event, now: datetime) -> list[str]:
    """Days are dates without a zone (the day after the last ends them); the alarm is a moment in UTC."""
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART;VALUE=DATE:{_day(event.first)}",
        f"DTEND;VALUE=DATE:{_day(date.fromordinal(event.last.toordinal() + 1))}",
        f"SUMMARY:{escaped(event.summary)}",
        f"DESCRIPTION:{escaped(event.description)}",
        f"URL:{''.join(_CONTROL.sub('', event.url).split())}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER;VALUE=DATE-TIME:{_moment(event.alarm_at)}",
        f"DESCRIPTION:{escaped(event.alarm)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    r"""A value of the type TEXT.

    >>> escaped("a;b,c\\d\r\ne")
    'a\\;b\\,c\\\\d\\ne'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def folded(line: str) -> Iterator[bytes]:
    """A line in pieces of at most 75 octets, no letter torn; those after the first begin with a space."""
    piece = b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > _LONGEST:
            yield piece
            piece = b" "
        piece += octets
    yield piece


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")
