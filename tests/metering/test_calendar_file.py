"""The calendar file, read by a strict reader of RFC 5545's own rules."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abonent.metering.calendar_file import Event, calendar, escaped, folded

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
#: contentline of 3.1, as far as this file uses it: a name, parameters, a value without control characters.
_LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^;:,\"]+)*):([^\x00-\x08\x0a-\x1f\x7f]*)")
_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")


def read(file: bytes) -> list[tuple[str, str, str]]:
    """(name, parameters, value) of every line. One that is too long, ends otherwise, is not UTF-8 by itself
    or does not fit the grammar is an AssertionError."""
    assert file.endswith(b"\r\n")
    pieces = file[:-2].split(b"\r\n")
    assert all(b"\n" not in piece and b"\r" not in piece and len(piece) <= 75 for piece in pieces)
    for piece in pieces:
        piece.decode()  # no letter is torn by a fold
    lines: list[str] = []
    for piece in pieces:
        if piece.startswith(b" "):
            lines[-1] += piece[1:].decode()
        else:
            lines.append(piece.decode())
    found = []
    for line in lines:
        fits = _LINE.fullmatch(line)
        assert fits, line
        found.append((fits[1], fits[2], fits[3]))
    return found


def text(value: str) -> str:
    """A value of the type TEXT, unescaped."""
    assert _TEXT.fullmatch(value), value
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def events(file: bytes) -> list[dict[str, Any]]:
    """The events with their alarms: {"UID": …, "alarm": {…}}; components nest as they must."""
    lines = read(file)
    assert lines[0] == ("BEGIN", "", "VCALENDAR")
    assert lines[-1] == ("END", "", "VCALENDAR")
    open_ones: list[str] = []
    found: list[dict[str, Any]] = []
    for name, parameters, value in lines:
        if name == "BEGIN":
            open_ones.append(value)
            if value == "VEVENT":
                found.append({"alarm": {}})
        elif name == "END":
            assert open_ones.pop() == value
        elif open_ones == ["VCALENDAR", "VEVENT"]:
            assert name not in found[-1], f"{name} twice"
            found[-1][name] = (parameters, value)
        elif open_ones[-1] == "VALARM":
            found[-1]["alarm"][name] = (parameters, value)
    assert open_ones == []
    assert {"VERSION", "PRODID"} <= {name for name, _, _ in lines}
    for one in found:
        assert {"UID", "DTSTAMP", "DTSTART"} <= set(one), "3.6.1"
        assert {"ACTION", "TRIGGER", "DESCRIPTION"} <= set(one["alarm"]), "3.6.6, a display alarm"
    return found


def event(**other: Any) -> Event:
    usual: dict[str, Any] = {
        "uid": "readings-2026-12@pes",
        "first": date(2026, 12, 10),
        "last": date(2026, 12, 25),
        "summary": "Показания",
        "description": "Есептегіш көрсеткіштерін беру; 10, 25\nhttps://lk.example.kz/",
        "url": "https://lk.example.kz/a/x/readings/",
        "alarm_at": datetime(2026, 12, 24, 4, 0, tzinfo=UTC),
        "alarm": "Завтра",
    }
    return Event(**{**usual, **other})


def test_a_window_is_whole_days_with_an_alarm_at_its_moment() -> None:
    (found,) = events(calendar([event()], name="Показания", now=NOW))
    assert found["DTSTART"] == (";VALUE=DATE", "20261210")
    assert found["DTEND"] == (";VALUE=DATE", "20261226"), "the day after the last: the end is not included"
    assert found["DTSTAMP"] == ("", "20261121T090000Z")
    assert found["alarm"]["TRIGGER"] == (";VALUE=DATE-TIME", "20261224T040000Z")
    assert text(found["DESCRIPTION"][1]) == event().description


_SAID = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(_SAID, _SAID, st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 40))
def test_whatever_the_words_are_the_file_is_read_back(said: str, more: str, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    (found,) = events(calendar([event(summary=said, alarm=more, first=first, last=last)], name=more, now=NOW))
    assert text(found["SUMMARY"][1]) == _plain(said)
    assert text(found["alarm"]["DESCRIPTION"][1]) == _plain(more)


def _plain(said: str) -> str:
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", said.replace("\r\n", "\n").replace("\r", "\n"))


def test_nobody_begins_a_line_of_their_own() -> None:
    file = calendar([event(summary="x\r\nEND:VCALENDAR", url="https://x/\r\nX-A:1")], name="", now=NOW)
    assert len(events(file)) == 1
    assert "X-A" not in {name for name, _, _ in read(file)}


@pytest.mark.parametrize(
    ("said", "written"),
    [("a;b,c\\d", "a\\;b\\,c\\\\d"), ("a\r\nb\rc\nd", "a\\nb\\nc\\nd"), ("\x07ok\t", "ok\t")],
)
def test_a_text_is_escaped(said: str, written: str) -> None:
    assert escaped(said) == written


@pytest.mark.parametrize(("letters", "pieces"), [("a" * 75, 1), ("a" * 76, 2), ("ж" * 37, 1), ("ж" * 38, 2)])
def test_a_line_holds_seventy_five_octets(letters: str, pieces: int) -> None:
    assert len(list(folded(letters))) == pieces
