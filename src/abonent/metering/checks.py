"""What readings are taken, refused and asked about. Pure; rules and worked tables: docs/domain/readings.md.

Refused is the impossible; what is merely unusual is asked, and taken once it is confirmed.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median

from abonent.metering.fields import MeterField, ReadingForm, ScaleField, key_of
from abonent.metering.problems import Problem, Question

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_NUMBER = re.compile(r"0*([0-9]{1,12})(?:[.,]([0-9]+))?")
LONGEST = 40
DECIMALS = 3
#: Of its capacity: a meter may have rolled over from the last tenth into the first.
NEAR = Decimal("0.1")
#: Below so much a day, and ten such days in all, nothing is unusual; by what the unit's name holds.
_FLOORS = (
    (("вт", "wh"), Decimal(3)),
    (("кал", "cal"), Decimal("0.03")),
    (("м3", "м³", "куб", "текше", "m3", "m³"), Decimal("0.3")),
)
_OTHER_FLOOR = Decimal("0.1")
FLOOR_DAYS = 10
#: So many intervals make a usual.
FEWEST = 3

ESTIMATE = "estimate"


class NotANumberError(ValueError):
    """`code` is the problem's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CheckedValue:
    """A value that is taken."""

    meter_id: int
    scale: str
    value: Decimal
    previous: Decimal | None
    rolled_over: bool
    unusual: bool


@dataclass
class Checked:
    values: list[CheckedValue] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    """By `<meter id>-<scale>`, or `taken_on`, or `photo-<meter id>`."""
    questions: dict[str, Question] = field(default_factory=dict)


def parse(text: str) -> Decimal:
    """Read a value as people type it: `1234,5`, `1 234.5`, `001234`. Raises `NotANumberError`.

    Spaces (also no-break ones) and apostrophes may group digits, a comma or a point parts the decimals, of
    which there are at most three.
    """
    found = _NUMBER.fullmatch(_SPACES.sub("", text)) if len(text) <= LONGEST else None
    if not found:
        raise NotANumberError("not_a_number")
    whole, decimals = found[1], (found[2] or "")
    if len(decimals) > DECIMALS:
        raise NotANumberError("too_many_decimals")
    return Decimal(f"{whole}.{decimals or 0}")


def typed(meter: MeterField, values: Mapping[str, str]) -> dict[str, str]:
    """What was typed for a meter by scale; empty when nothing was."""
    texts = {one.scale: values.get(key_of(meter.id, one.scale), "").strip() for one in meter.scales}
    return texts if any(texts.values()) else {}


def check(
    form: ReadingForm,
    values: Mapping[str, str],
    *,
    taken_on: date | None,
    confirmed: Collection[str],
    meters: Collection[int],
) -> Checked:
    """Judge what was typed for `meters` of the form, all fields at once. The window is open."""
    found = Checked()
    bad_day = _day_problem(form, taken_on)
    if bad_day:
        found.problems["taken_on"] = bad_day
    known = {key_of(meter.id, one.scale) for meter in form.meters for one in meter.scales}
    for key, text in values.items():
        if key not in known and text.strip():
            found.problems[key] = Problem("taken_off")
    for meter in form.meters:
        if meter.id in meters:
            _check_meter(form, meter, typed(meter, values), None if bad_day else taken_on, confirmed, found)
    return found


def _day_problem(form: ReadingForm, taken_on: date | None) -> Problem | None:
    window = form.window.now_open
    if taken_on is None:
        return Problem("no_date")
    if taken_on > form.today:
        return Problem("future")
    if window and not window.first_day <= taken_on <= window.last_day:
        return Problem("outside_window", {"first": window.first_day, "last": window.last_day})
    return None


def _check_meter(
    form: ReadingForm,
    meter: MeterField,
    texts: Mapping[str, str],
    taken_on: date | None,
    confirmed: Collection[str],
    found: Checked,
) -> None:
    refused = _meter_problem(form, meter, taken_on)
    for one in meter.scales:
        key = key_of(meter.id, one.scale)
        text = texts.get(one.scale, "")
        problem = refused or (None if text else Problem("incomplete"))
        verdict = problem or _check_value(form, meter, one, text, taken_on, confirmed)
        if isinstance(verdict, Problem):
            found.problems[key] = verdict
        elif isinstance(verdict, Question):
            found.questions[key] = verdict
        else:
            found.values.append(verdict)


def _meter_problem(form: ReadingForm, meter: MeterField, taken_on: date | None) -> Problem | None:
    on = taken_on or form.today
    if form.closed_on and on > form.closed_on:
        return Problem("account_closed", {"on": form.closed_on})
    if meter.refused and meter.next_verification_on:
        return Problem("overdue", {"on": meter.next_verification_on})
    if meter.installed_on and on < meter.installed_on:
        return Problem("before_installed", {"on": meter.installed_on})
    return None


def _check_value(
    form: ReadingForm,
    meter: MeterField,
    one: ScaleField,
    text: str,
    taken_on: date | None,
    confirmed: Collection[str],
) -> CheckedValue | Problem | Question:
    try:
        value = parse(text)
    except NotANumberError as error:
        return Problem(error.code)
    if value >= meter.capacity:
        return Problem("too_many_digits", {"digits": meter.digits})
    if one.previous is None or one.previous_on is None:
        return CheckedValue(meter.id, one.scale, value, one.previous, False, False)
    if taken_on and taken_on < one.previous_on:
        return Problem("before_last", {"on": one.previous_on})
    key = key_of(meter.id, one.scale)
    rolled_over = value < one.previous
    use = consumption(one.previous, value, meter.digits, meter.ratio, rolled_over=rolled_over)
    if rolled_over:
        asked = _lower(meter, one, value, use)
        if asked.code != "rollover" or f"{key}:rollover" not in confirmed:
            return asked
    days = max(((taken_on or form.today) - one.previous_on).days, 1)
    unusual = is_unusual(use, days, one.usual_per_day, form.rules.unusual_times, meter.service.unit)
    if unusual and one.usual_per_day is not None and f"{key}:unusual" not in confirmed:
        usual = shortened(one.usual_per_day * days)
        facts = {"use": shortened(use), "days": days, "usual": usual, "unit": meter.service.unit}
        return Question("unusual", facts)
    return CheckedValue(meter.id, one.scale, value, one.previous, rolled_over, unusual)


def _lower(meter: MeterField, one: ScaleField, value: Decimal, use: Decimal) -> Problem | Question:
    """A value below the previous one: refused, or asked whether the meter began again."""
    facts = {"previous": one.previous, "on": one.previous_on}
    if one.previous is not None and may_have_rolled_over(one.previous, value, meter.digits):
        largest = Decimal(meter.capacity - 1)
        return Question("rollover", facts | {"largest": largest, "use": use, "unit": meter.service.unit})
    return Problem("lower_than_estimate" if one.previous_source == ESTIMATE else "lower", facts)


def may_have_rolled_over(previous: Decimal, value: Decimal, digits: int) -> bool:
    """From the last tenth of the meter's capacity into the first."""
    capacity = Decimal(10**digits)
    return previous >= capacity * (1 - NEAR) and value < capacity * NEAR


def consumption(
    previous: Decimal, value: Decimal, digits: int, ratio: Decimal, *, rolled_over: bool
) -> Decimal:
    """What was used between two readings, in the service's unit: the difference times the ratio."""
    return (value - previous + (10**digits if rolled_over else 0)) * ratio


def is_unusual(use: Decimal, days: int, usual: Decimal | None, times: Decimal, unit: str) -> bool:
    """Is a day's use more than `times` the customer's own usual, and enough to speak of?"""
    if usual is None:
        return False
    floor = floor_of(unit)
    a_day = use / days
    return a_day > usual * times and a_day >= floor and use >= floor * FLOOR_DAYS


def floor_of(unit: str) -> Decimal:
    """Below so much a day nothing is unusual: 3 kWh, 0.3 m³, 0.03 Gcal."""
    name = unit.casefold()
    return next((floor for marks, floor in _FLOORS if any(mark in name for mark in marks)), _OTHER_FLOOR)


def usual_per_day(points: Sequence[tuple[date, Decimal]], ratio: Decimal = Decimal(1)) -> Decimal | None:
    """The median of what was used a day between real readings, one of each month, oldest first.

    None when fewer than three intervals are known. Intervals that went down (a rollover, a mistake) do not
    count.
    """
    rates = [
        (value - before) / (on - since).days
        for (since, before), (on, value) in pairwise(points)
        if value >= before and on > since
    ]
    if len(rates) < FEWEST:
        return None
    return (median(rates) * ratio).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def shortened(volume: Decimal) -> Decimal:
    """For a sentence: whole from ten on, one decimal below."""
    return volume.quantize(Decimal(1) if volume >= 10 else Decimal("0.1"), ROUND_HALF_UP)
