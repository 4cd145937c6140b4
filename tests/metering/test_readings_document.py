"""docs/domain/readings.md, row by row."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from abonent.base.months import Month
from abonent.metering.checks import NotANumberError, check, parse
from abonent.metering.comparison import compare
from abonent.metering.fields import MeterField, ReadingForm, ScaleField, SentValue
from abonent.metering.models import SubmittedReading
from abonent.metering.monthly_use import Point, Use, monthly_use
from abonent.metering.windows import Rules, cut_off, window_of, window_state
from abonent.portal.queries import ServiceFacts

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "readings.md"
TODAY = date(2026, 11, 21)


def table(first_heading: str) -> list[list[str]]:
    """The rows of the table whose head begins with this column."""
    for found in re.findall(r"(?:^\|.*\n)+", DOCUMENT.read_text("utf-8"), re.M):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in found.splitlines()]
        if rows[0][0] == first_heading.split("|", maxsplit=1)[0] and "|".join(rows[0]).startswith(
            first_heading
        ):
            return rows[2:]
    raise LookupError(first_heading)


def rules(**facts: Any) -> Rules:
    usual = {
        "first_day": 10,
        "last_day": 25,
        "time_zone": "Asia/Almaty",
        "refuse_overdue": False,
        "unusual_times": Decimal(3),
        "sent_to_billing": "daily",
        "sent_at_hour": 20,
    }
    return Rules(**{**usual, **facts})


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M %z}" if at else ""


@pytest.mark.parametrize("row", table("from|to|zone|at (UTC)"))
def test_windows(row: list[str]) -> None:
    first, last, zone, at, *expected = row
    there = rules(first_day=int(first), last_day=int(last), time_zone=zone)
    state = window_state(there, moment(at))
    opened = state.now_open
    shown = [str(opened.period), said(opened.opens), said(opened.closes)] if opened else ["closed", "", ""]
    assert [*shown, said(state.next.opens)] == expected


@pytest.mark.parametrize("row", table("from|to|zone|leave"))
def test_until_when_a_reading_may_be_corrected(row: list[str]) -> None:
    first, last, zone, leave, hour, received, until = row
    there = rules(
        first_day=int(first),
        last_day=int(last),
        time_zone=zone,
        sent_to_billing=leave,
        sent_at_hour=int(hour),
    )
    opened = window_state(there, moment(received)).now_open
    assert opened
    assert said(cut_off(there, opened, moment(received))) == until


@pytest.mark.parametrize("row", table("typed|read as"))
def test_what_may_be_typed(row: list[str]) -> None:
    typed, expected = row[0].strip("`"), row[1]
    assert read(typed) == (Decimal(expected) if expected[0].isdigit() else expected)


def read(typed: str) -> Decimal | str:
    """The number, or the code of what is wrong with it."""
    try:
        return parse(typed)
    except NotANumberError as error:
        return error.code


def form(meter: MeterField, seen: int = 0) -> ReadingForm:
    there = rules()
    now = datetime(2026, 11, 21, 9, tzinfo=UTC)
    state = window_state(there, now)
    return ReadingForm(1, "000700", "x", 1, there, state, None, (meter,), seen, {}, None, TODAY, None)


def meter(scale: ScaleField, *, digits: int = 5, ratio: str = "1", unit: str = "кВт·ч") -> MeterField:
    service = ServiceFacts(1, "power", None, "Электроэнергия", unit, "Горэлектро", 1, 0, 1)
    return MeterField(7, service, "A-1", digits, Decimal(ratio), None, None, None, False, False, (scale,))


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@pytest.mark.parametrize("row", table("digits|ratio|unit"))
def test_what_is_refused_and_asked(row: list[str]) -> None:
    digits, ratio, unit, previous, source, usual, typed, taken_on, confirmed, outcome = row
    known = date(2026, 10, 21) if previous else None
    scale = ScaleField("total", number(previous), known, source or None, number(usual), None)
    found = check(
        form(meter(scale, digits=int(digits), ratio=ratio, unit=unit)),
        {"7-total": typed},
        taken_on=date.fromisoformat(taken_on) if taken_on else None,
        confirmed=[f"7-total:{answer}" for answer in confirmed.split()],
        meters=[7],
    )
    words = [problem.code for problem in found.problems.values()]
    words += [f"asks {question.code}" for question in found.questions.values()]
    if not words:
        (taken,) = found.values
        words = ["taken", *["rolled over"] * taken.rolled_over, *["unusual"] * taken.unusual]
    assert ", ".join(words) == outcome
    assert all(one.message for one in found.problems.values())
    assert all(one.message for one in found.questions.values())


def test_the_states() -> None:
    rows = table("state of a reading|set by")
    assert [row[0] for row in rows] == list(SubmittedReading.State)
    assert [row[0] for row in rows if row[3] == "yes"] == list(SubmittedReading.LIVE)
    assert [row[0] for row in rows if row[2] == "yes"] == ["received"]


@pytest.mark.parametrize("row", table("submitted|since the form was shown"))
def test_what_is_typed_meets_what_is_submitted(row: list[str]) -> None:
    submitted, since, typed, outcome = row
    state, _, value = submitted.partition(" ")
    sent = None
    if value:
        at = datetime(2026, 11, 20, tzinfo=UTC)
        sent = SentValue(5, 4, "0000-0004", Decimal(value), TODAY, state, at, False, state == "received")
    scale = ScaleField("total", Decimal(1000), date(2026, 10, 21), "customer", None, sent)
    seen = 0 if since or not sent else 5
    found = compare(form(meter(scale)), {"7-total": typed}, taken_on=TODAY, photos=[], seen=seen)
    if found.overtaken:
        assert outcome == "told that somebody has submitted"
    elif found.problems:
        assert [problem.code for problem in found.problems.values()] == [outcome]
    elif found.same:
        assert (outcome, found.submission_id) == ("the submission that is there", 4)
    else:
        assert [one.id for one in found.new] == [7]
        assert outcome == ("correction" if sent else "new")


def point(text: str) -> Point:
    """`09-30 1140 estimate` or `09-20 100 rolled`, in 2026."""
    on, value, *marks = text.split()
    source = "estimate" if "estimate" in marks else "customer"
    return Point(date.fromisoformat(f"2026-{on}"), Decimal(value), source, "rolled" in marks)


def use(one: Use) -> str:
    volume = "?" if one.volume is None else f"{one.volume.normalize():f}"
    marks = [("spread", one.spread), ("estimated", one.estimated), ("rolled", one.rolled_over)]
    return " ".join([f"{one.month.number:02d}", volume, *(word for word, holds in marks if holds)])


@pytest.mark.parametrize("row", table("case|digits"), ids=lambda row: row[0])
def test_use_by_month(row: list[str]) -> None:
    _, digits, ratio, readings, expected = row
    points = [point(one) for one in readings.split(" · ")]
    assert " · ".join(map(use, monthly_use(points, int(digits), Decimal(ratio)))) == expected


def test_a_window_opens_in_its_own_month() -> None:
    assert window_of(rules(first_day=26, last_day=3), Month(2026, 11)).last_day == date(2026, 12, 3)
