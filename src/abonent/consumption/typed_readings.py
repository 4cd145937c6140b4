"""What was typed into the calculator, judged as readings are when they are submitted (metering.checks)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.base.errors import DomainError
from abonent.consumption import words
from abonent.metering.checks import (
    ESTIMATE,
    NotANumberError,
    consumption,
    may_have_rolled_over,
    parse,
    typed,
)
from abonent.metering.fields import MeterField, ScaleField, key_of
from abonent.metering.problems import Problem, Question

READ_ON = "read_on"
WHOLE_FORM = ""


@dataclass(frozen=True, slots=True)
class ReckonedScale:
    """`volume` is (value - previous) x ratio, in the service's unit; a rollover adds the capacity."""

    scale: str
    previous: Decimal
    previous_on: date
    value: Decimal
    read_on: date
    ratio: Decimal
    volume: Decimal
    rolled_over: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """The meters of which something was typed, all of it good."""

    read_on: date
    meters: tuple[tuple[MeterField, tuple[ReckonedScale, ...]], ...]


@dataclass
class NotReckonedError(DomainError):
    """By field what is wrong (in words) and what is asked; the keys are `<meter id>-<scale>`, READ_ON and
    WHOLE_FORM."""

    problems: dict[str, str] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)


def judge(
    meters: Iterable[MeterField],
    readings: Mapping[str, str],
    *,
    read_on: date | None,
    confirmed: Collection[str],
    today: date,
) -> Typed:
    """All fields at once; NotReckonedError when any is wrong or asks something."""
    refused = NotReckonedError()
    day = _day(read_on, today, refused)
    asked = [one for one in meters if typed(one, readings)]
    if not asked:
        refused.problems[WHOLE_FORM] = _("Type the readings of at least one meter.")
    judged = tuple(
        (one, tuple(_scales(one, typed(one, readings), day or today, confirmed, refused))) for one in asked
    )
    if refused.problems or refused.questions or day is None:
        raise refused
    return Typed(day, judged)


def nothing_before() -> str:
    return _("The meter has no previous reading to count from.")


def _day(read_on: date | None, today: date, refused: NotReckonedError) -> date | None:
    if read_on is None or read_on > today:
        refused.problems[READ_ON] = Problem("future" if read_on else "no_date").message
        return None
    return read_on


def _scales(
    meter: MeterField,
    texts: Mapping[str, str],
    day: date,
    confirmed: Collection[str],
    refused: NotReckonedError,
) -> Iterable[ReckonedScale]:
    for one in meter.scales:
        key = key_of(meter.id, one.scale)
        verdict = _value(meter, one, texts[one.scale], day, f"{key}:rollover" in confirmed)
        if isinstance(verdict, Question):
            refused.questions[key] = verdict
        elif isinstance(verdict, str):
            refused.problems[key] = verdict
        elif day <= verdict.previous_on:
            refused.problems.setdefault(READ_ON, _too_early(verdict.previous_on))
        else:
            yield verdict


def _too_early(previous_on: date) -> str:
    text = _("The previous reading is of %(on)s; what was used since is counted. Choose a later day.")
    return text % {"on": words.day(previous_on)}


def _value(
    meter: MeterField, one: ScaleField, text: str, day: date, confirmed: bool
) -> ReckonedScale | Question | str:
    """What was typed for a scale: reckoned, asked about, or what is wrong with it."""
    if one.previous is None or one.previous_on is None:
        return nothing_before()
    if not text:
        return _("Fill in this scale too: a meter's scales are reckoned together.")
    try:
        value = parse(text)
    except NotANumberError as error:
        return Problem(error.code).message
    if value >= meter.capacity:
        return Problem("too_many_digits", {"digits": meter.digits}).message
    rolled_over = value < one.previous
    volume = consumption(one.previous, value, meter.digits, meter.ratio, rolled_over=rolled_over)
    if rolled_over:
        doubt = _lower(meter, one, one.previous, value, volume)
        if isinstance(doubt, str) or not confirmed:
            return doubt
    return ReckonedScale(
        one.scale, one.previous, one.previous_on, value, day, meter.ratio, volume, rolled_over
    )


def _lower(
    meter: MeterField, one: ScaleField, previous: Decimal, value: Decimal, volume: Decimal
) -> Question | str:
    facts = {"previous": previous, "on": one.previous_on}
    if may_have_rolled_over(previous, value, meter.digits):
        more = {"largest": Decimal(meter.capacity - 1), "use": volume, "unit": meter.service.unit}
        return Question("rollover", facts | more)
    return Problem("lower_than_estimate" if one.previous_source == ESTIMATE else "lower", facts).message
