"""The calculator's form and its answer made ready for their templates: words, values, errors, rows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from abonent.consumption.calculator import (
    Calculation,
    CalculatorForm,
    CalculatorMeter,
    CalculatorScale,
    ReckonedMeter,
)
from abonent.consumption.typed_readings import ReckonedScale
from abonent.interfaces.resident.calculator.lines import line_columns, line_rows, scale_cell
from abonent.interfaces.resident.readings.words import figures, meter_says, scale_label
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.tables import Column, column
from abonent.metering.fields import key_of
from abonent.metering.problems import Question
from abonent.metering.scale_names import scale_name

#: What a question's box is (ui/reading_field.html): (value, words, answer, ticked).
Asked = tuple[str, str, str, bool]
READ_ON, RESIDENTS = "taken_on", "residents"


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form came with; all empty when it is opened. Problems are words by the domain's keys."""

    values: Mapping[str, str] = field(default_factory=dict)
    read_on: str = ""
    residents: str = ""
    confirmed: Collection[str] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrawnField:
    name: str
    label: str
    value: str
    before: Markup | None
    error: str | None
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class DrawnMeter:
    title: str
    says: str
    tariff: str
    unit: str
    why_not: str
    fields: tuple[DrawnField, ...]


@dataclass(frozen=True, slots=True)
class DrawnForm:
    meters: tuple[DrawnMeter, ...]
    read_on: str
    read_on_error: str | None
    asks_residents: bool
    """The account does not say how many live there: then the person does."""
    residents: str
    residents_error: str | None
    latest: str
    errors: tuple[tuple[str, str], ...]
    """(id of what to mend, words), in the order of the page."""

    @property
    def can_reckon(self) -> bool:
        return any(meter.fields for meter in self.meters)


def draw_form(form: CalculatorForm, typed: Typed) -> DrawnForm:
    meters = tuple(_meter(one, typed) for one in form.meters)
    return DrawnForm(
        meters=meters,
        read_on=typed.read_on or form.today.isoformat(),
        read_on_error=typed.problems.get("read_on"),
        asks_residents=form.residents is None,
        residents=typed.residents,
        residents_error=typed.problems.get(RESIDENTS),
        latest=form.today.isoformat(),
        errors=tuple(_errors(form, typed)),
    )


def _meter(one: CalculatorMeter, typed: Typed) -> DrawnMeter:
    return DrawnMeter(
        title=one.service.name,
        says=meter_says(one.serial),
        tariff=one.tariff_name,
        unit=one.service.unit,
        why_not=one.why_not,
        fields=() if one.why_not else tuple(_field(one, scale, typed) for scale in one.scales),
    )


def _field(meter: CalculatorMeter, scale: CalculatorScale, typed: Typed) -> DrawnField:
    key = key_of(meter.id, scale.scale)
    return DrawnField(
        name=f"reading-{key}",
        label=scale_label(scale.scale),
        value=typed.values.get(key, ""),
        before=_before(scale),
        error=typed.problems.get(key),
        questions=_questions(key, typed),
    )


def _before(scale: CalculatorScale) -> Markup | None:
    if scale.previous is None:
        return None
    words = Markup("{} <strong>{}</strong><br>{}")
    return words.format(_("Previous reading:"), figures(scale.previous), formatting.date(scale.previous_on))


def _questions(key: str, typed: Typed) -> tuple[Asked, ...]:
    question = typed.questions.get(key)
    if question is None:
        return ()
    value = f"{key}:{question.code}"
    return ((value, question.message, question.answer, value in typed.confirmed),)


def _errors(form: CalculatorForm, typed: Typed) -> Iterator[tuple[str, str]]:
    """In the order of the page; what belongs to no field is said at the first one. Without fields there is
    nothing to mend."""
    names = dict(_names(form))
    if not names:
        return
    first = f"reading-{next(iter(names))}"
    if "" in typed.problems:
        yield first, typed.problems[""]
    for key, name in names.items():
        place = f"{name}: " if len(names) > 1 else ""
        if key in typed.problems:
            yield f"reading-{key}", place + typed.problems[key]
        if key in typed.questions:
            yield f"reading-{key}-answer-1", place + typed.questions[key].message
    for key, place in (("read_on", READ_ON), (RESIDENTS, RESIDENTS)):
        if key in typed.problems:
            yield f"id_{place}", typed.problems[key]


def _names(form: CalculatorForm) -> Iterator[tuple[str, str]]:
    for meter in form.meters:
        if meter.why_not:
            continue
        for scale in meter.scales:
            own = "" if len(meter.scales) == 1 else f", {scale_name(scale.scale)}"
            yield key_of(meter.id, scale.scale), f"{meter.service.name}{own}"


@dataclass(frozen=True, slots=True)
class DrawnAnswer:
    """A meter's answer: what was counted, and what it costs line by line."""

    title: str
    says: str
    period: str
    tariff: str
    readings: list[list[Any]]
    reading_columns: list[Column]
    columns: list[Column]
    rows: list[list[Any]]
    totals: list[Any]
    notes: tuple[str, ...]


def draw_answer(found: Calculation) -> list[DrawnAnswer]:
    return [_answer(one) for one in found.meters]


def _answer(one: ReckonedMeter) -> DrawnAnswer:
    columns = line_columns(one.lines, one.unit)
    return DrawnAnswer(
        title=one.meter.service.name,
        says=meter_says(one.meter.serial),
        period=_("%(first)s – %(last)s, %(days)s")
        % {
            "first": formatting.date(one.first),
            "last": formatting.date(one.last),
            "days": formatting.counted(one.days, "day", language()),
        },
        tariff=one.meter.tariff_name,
        readings=[_reading(one, scale) for scale in one.scales],
        reading_columns=_reading_columns(one),
        columns=columns,
        rows=line_rows(one.lines),
        totals=[_("Total"), *[None] * (len(columns) - 2), one.total],
        notes=one.notes,
    )


def _reading_columns(one: ReckonedMeter) -> list[Column]:
    ratio = [column(_("Ratio"), kind="quantity")] if one.meter.ratio != 1 else []
    unit = f", {one.unit}" if one.unit else ""
    return [
        column(_("Scale"), head=True),
        column(_("Previous"), kind="quantity"),
        column(_("New"), kind="quantity"),
        *ratio,
        column(_("Used") + unit, kind="quantity", strong=True),
    ]


def _reading(one: ReckonedMeter, scale: ReckonedScale) -> list[Any]:
    ratio = [scale.ratio] if one.meter.ratio != 1 else []
    return [scale_cell(scale.scale), scale.previous, scale.value, *ratio, scale.volume]
